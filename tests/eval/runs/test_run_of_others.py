"""The folder of a run that somebody else made, or made up: it is read, or named, and no other is hidden by it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.report.build import build_report
from kotae.web.runs_view import RunList
from rag.errors import KotaeError

SET = "NO,instruction(jp),response(jp),instruction(en),response(en),type\n1,長さは？,412,How long?,412,open_qa\n"
IDENTITY = {
    "model": "bundled",
    "model_identity": "m",
    "decoding": {},
    "context": 4096,
    "prompt": "default",
    "dataset": "v.csv",
    "dataset_sha256": "x",
    "index": None,
    "encoder": None,
    "top_k": None,
    "reranker": None,
}
SCOPE = {"numbers": ["1"], "languages": ["en"], "conditions": ["no_rag"], "repeats": 1}
RUN = {"format": 1, "identity": IDENTITY, "scope": SCOPE, "began": "2026", "ended": None, "versions": {}}
ATTEMPT = {"text": "412", "language_ok": True, "finish": "stop", "prompt_tokens": 1, "completion_tokens": 1}
ANSWER = {"question": "How long?", "language": "en", "attempts": [ATTEMPT], "hits": [], "dropped": 0}
RECORD = {"key": "k", "number": "1", "language": "en", "condition": "no_rag", "repeat": 0, "prompt": "p", "seconds": 1,
          "answer": ANSWER, "failure": None}  # fmt: skip
NESTED = "[" * 200_000 + "]" * 200_000
Change = Callable[[Path], Any]


def make(folder: Path, change: Change = lambda _: None) -> Path:
    folder.mkdir(parents=True)
    (folder / "verification.csv").write_text(SET, encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    (folder / "answers.jsonl").write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    change(folder)
    return folder


def replaced(name: str, by: Callable[[Path], Any]) -> Change:
    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        by(folder / name)

    return change


def text(name: str, content: object) -> Change:
    written = content if isinstance(content, str) else json.dumps(content)
    return replaced(name, lambda path: path.write_text(written, encoding="utf-8"))


def line(changes: dict[str, Any]) -> str:
    return json.dumps({**RECORD, **changes}) + "\n"


def imported(total: int) -> dict[str, Any]:
    counts = [{"kind": "open_qa", "counts": {"total": total, "baseline": 1, "treatment": 2}}]
    return {"imported": {"name": "n", "source": "s", "language": "ja", "entered": "x", "counts": counts}}


BAD: dict[str, Change] = {
    "nested description": text("run.json", NESTED),
    "nested answer": text("answers.jsonl", NESTED + "\n"),
    "nested answer with an escape": text("answers.jsonl", f'["\\u3042",{NESTED}]\n'),
    "a number of 5,000 digits": text("answers.jsonl", '{"key":' + "9" * 5000 + "}\n"),
    "an answer without an attempt": text("answers.jsonl", line({"answer": {**ANSWER, "attempts": []}})),
    "a thousand million repeats": text("run.json", {**RUN, "scope": {**SCOPE, "repeats": 10**9}}),
    "no repeats": text("run.json", {**RUN, "scope": {**SCOPE, "repeats": 0}}),
    "a count of 400 digits": text("run.json", imported(10**400)),
    "a line of 20 MB": text("answers.jsonl", line({"key": "k" * 20_000_000})),
    "cosines that nest": text("cosines.json", NESTED),
    "a judge that nests": text("judge.json", NESTED),
    **{f"{name} is a pipe": replaced(name, os.mkfifo) for name in
       ("run.json", "answers.jsonl", "verification.csv", "cosines.json", "judge.json")},
    **{f"{name} is a link to a device": replaced(name, lambda path: path.symlink_to("/dev/zero")) for name in
       ("run.json", "answers.jsonl", "verification.csv", "cosines.json", "judge.json")},
    **{f"{name} is a link": replaced(name, lambda path: path.symlink_to(__file__)) for name in
       ("run.json", "answers.jsonl", "verification.csv")},
    "a folder for a file": replaced("answers.jsonl", os.mkdir),
}  # fmt: skip
"""What is wrong with a folder, and how it is made so. Each must be named."""


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in BAD.items()])
def test_what_is_wrong_is_named(tmp_path: Path, change: Change) -> None:
    folder = make(tmp_path / "run", change)
    with pytest.raises(KotaeError) as raised:
        build_report([folder])
    assert len(str(raised.value)) < 1000


def test_the_same_folder_is_read_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert build_report([make(tmp_path / "run")]).runs


def test_a_bad_folder_hides_no_other(tmp_path: Path) -> None:
    for number, change in enumerate(BAD.values()):
        make(tmp_path / f"bad-{number}", change)
    make(tmp_path / "good")
    runs = RunList(tmp_path)
    entries = runs.entries()
    assert len(entries) == len(BAD) + 1
    assert entries[0].error is None
    good = next(entry for entry in entries if entry.name == "good")
    assert runs.headline(good.id).word == "unfinished" or runs.report(good.id)
