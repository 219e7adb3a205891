"""Every bad input has a named outcome, the rest goes on, and the exit status tells."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from pathlib import Path

import pytest

from ingest.documents import LoadedDocument
from ingest.formats import READERS
from tests.commands import kotae
from tests.ingest.bad_inputs import BAD_INPUTS, WHOLE, BadInput
from tests.ingest.files import docx, edited, read_as, xlsx
from tests.ingest.pdf_files import PICTURE, Page, pdf
from tests.rows import each_row


def test_the_table_is_long_and_has_every_format() -> None:
    assert len(BAD_INPUTS) >= 60
    assert {READERS[Path(bad.name).suffix] for bad in BAD_INPUTS} == set(READERS.values())


@each_row("bad", BAD_INPUTS)
def test_outcome(bad: BadInput) -> None:
    found = read_as(bad.name, bad.make())
    failed = [one for one in found if not isinstance(one, LoadedDocument)]
    places = tuple(f"{bad.name}#{place}" if place != WHOLE else bad.name for place in bad.failed)
    assert len(found) - len(failed) == bad.documents
    assert tuple(one.subject for one in failed) == places
    for one in failed:
        assert one.error == "UnreadableDocument"
        assert one.subject in one.message
        one.message.encode()
    assert not failed or bad.says in failed[-1].message


def good_files() -> dict[str, bytes]:
    rows = [["id", "text", "値"], ["a", "一つ目の行。", 1], ["b", "Second row.", 2]]
    lines = [{"id": "a", "text": "一つ目。"}, {"id": "b", "text": "Second."}]
    return {
        "a.txt": "東京は日本の首都。".encode(),
        "a.md": "# 題\n\n本文。".encode(),
        "a.html": "<meta charset=shift_jis><h1>題</h1><table><tr><td>表".encode("cp932"),
        "a.pdf": pdf(Page(["本文。"]), Page(["Text."], "90ms-RKSJ-H", "cp932"), Page(cmap=PICTURE), title="題"),
        "a.docx": docx(lambda document: (document.add_heading("題"), document.add_table(2, 2))),
        "a.xlsx": xlsx(表=rows),
        "a.csv": "id,text\na,一つ目\nb,Second\n".encode("cp932"),
        "a.jsonl": "\n".join(json.dumps(line) for line in lines).encode(),
    }


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A copy with bytes changed, left out or doubled; within an archive, now and then one of its members."""
    if data.startswith(b"PK") and dice.random() < 0.8:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        return edited(data, dice.choice(names), lambda member: damaged(member, dice))
    out = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(out) + 1)
        length = dice.choice([1, 1, 2, 8, 64])
        change = dice.randrange(3)
        out[at : at + length] = (dice.randbytes(length), b"", bytes(out[at : at + length]) * 2)[change]
    return bytes(out)


@pytest.mark.parametrize("name", good_files())
def test_damage_of_any_kind_is_a_record_and_never_raises(name: str) -> None:
    dice = random.Random(name)
    data = good_files()[name]
    for _ in range(60):
        found = read_as(name, damaged(data, dice))
        assert found
        sources = [one.source for one in found if isinstance(one, LoadedDocument)]
        assert len(sources) == len(set(sources))
        for one in found:
            if isinstance(one, LoadedDocument):
                (one.text + one.title + one.source).encode()
                assert one.text[one.body :].strip()
            else:
                assert one.error == "UnreadableDocument"


@pytest.fixture
def bad_corpus(tmp_path: Path) -> Path:
    """Every bad input in a folder of its own, a good file beside them, and what only a disk can hold."""
    corpus = tmp_path / "資料"
    for number, bad in enumerate(BAD_INPUTS):
        folder = corpus / f"{number:02}"
        folder.mkdir(parents=True)
        (folder / bad.name).write_bytes(bad.make())
    (corpus / "良い.txt").write_text("東京は日本の首都である。", encoding="utf-8")
    (corpus / "外.txt").symlink_to("/etc/hostname")
    (corpus / "loop.md").symlink_to("loop.md")
    (corpus / "ring").symlink_to(corpus, target_is_directory=True)
    os.mkfifo(corpus / "pipe.csv")
    (corpus / "draft.md").write_text("# Draft")
    (corpus / "slides.odp").write_bytes(b"PK")
    return corpus


@pytest.mark.usefixtures("encoder")
def test_every_bad_input_in_one_run(bad_corpus: Path, tmp_path: Path) -> None:
    command = ("ingest", bad_corpus, "--index", tmp_path / "index", "--exclude", "draft.md", "--json")
    result = kotae(*command)
    assert result.exit_code == 1, result.stderr
    report = json.loads(result.stdout)
    whole = [f"{at:02}/{bad.name}" for at, bad in enumerate(BAD_INPUTS) if not bad.documents]
    some = [f"{at:02}/{bad.name}" for at, bad in enumerate(BAD_INPUTS) if bad.documents]
    assert sorted(report["added"]) == sorted([*some, "良い.txt"])
    assert sorted(one["subject"] for one in report["failed"]) == sorted([*whole, "外.txt", "loop.md", "pipe.csv"])
    assert report["found"] == len(BAD_INPUTS) + 4
    partly = [one["subject"].partition("#")[0] for one in report["failed_parts"]]
    assert sorted(set(partly)) == [name for name, bad in _numbered() if bad.documents and bad.failed]
    assert (report["ignored"], report["excluded"]) == (["slides.odp"], ["draft.md"])
    again = json.loads(kotae(*command).stdout)
    assert again["failed"] == report["failed"]
    assert sorted(again["failed_parts"], key=str) == sorted(report["failed_parts"], key=str)
    assert (again["embedded"], again["chunks"], len(again["unchanged"])) == (0, report["chunks"], len(some) + 1)


def _numbered() -> list[tuple[str, BadInput]]:
    return [(f"{at:02}/{bad.name}", bad) for at, bad in enumerate(BAD_INPUTS)]
