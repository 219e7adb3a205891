"""The folder of sets: what it lists and keeps in memory, and that nothing in it is replaced by what comes later."""

from __future__ import annotations

import gc
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest

from eval.dataset.review import ReviewRow
from kotae.web.set_folder import SetEntry, SetFolder, drafts_of
from rag.storage.atomic import write_bytes

COUNT = 5
CONTENTS = [f"question,reference\n{number}+1?,{number + 1}\n".encode() for number in range(6)]


@pytest.fixture
def sets(tmp_path: Path) -> SetFolder:
    folder = SetFolder(tmp_path / "sets")
    folder.folder.mkdir()
    return folder


def test_sets_of_one_name_that_come_at_once_are_all_kept(sets, monkeypatch) -> None:
    def write_slowly(path: Path, data: bytes) -> None:
        time.sleep(0.05)
        write_bytes(path, data)

    monkeypatch.setattr("kotae.web.set_folder.write_bytes", write_slowly)
    with ThreadPoolExecutor(len(CONTENTS)) as threads:
        entries = list(threads.map(lambda content: sets.add("set.csv", content), CONTENTS))
    assert [entry.path.read_bytes() for entry in entries] == CONTENTS
    assert len(sets.entries()) == len(CONTENTS)


def test_a_name_that_is_not_unicode_hides_no_other_set(sets) -> None:
    sets.add("set.csv", CONTENTS[0])
    (sets.folder / os.fsdecode(b"\x8e\xbf\x96\xe2.csv")).write_bytes(CONTENTS[1])
    assert [entry.path.name for entry in sets.entries()] == ["set.csv"]


def test_a_draft_that_goes_on_has_its_file_and_seed_again(sets) -> None:
    """Whatever has come between: other drafts, and sets of its name."""
    first = sets.folder / "draft-ja-5.xlsx"
    assert sets.next_draft("draft-ja-5") == (first, 0)
    drafts_of(first).mkdir()
    (sets.folder / "draft-ja-50.xlsx").touch()
    assert sets.next_draft("draft-ja-5") == (first, 0)
    first.touch()
    second = sets.folder / "draft-ja-5-2.xlsx"
    assert sets.next_draft("draft-ja-5") == (second, 1)
    assert sets.next_draft("draft-ja-50") == (sets.folder / "draft-ja-50-2.xlsx", 1)


def test_a_draft_is_written_beside_what_has_taken_its_place(sets) -> None:
    taken = sets.folder / "draft-ja-5.xlsx"
    taken.write_bytes(b"reviewed")
    path = sets.save_draft(taken, lambda path: path.write_bytes(b"drafted"))
    assert (path.name, path.read_bytes(), taken.read_bytes()) == ("draft-ja-5-2.xlsx", b"drafted", b"reviewed")


def kept(folder: SetFolder) -> int:
    return sum(isinstance(value, SetEntry) and value.path.parent == folder.folder for value in gc.get_objects())


def test_a_set_is_in_memory_once_however_often_it_is_marked(tmp_path) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [("質問", "正解"), *((f"{number}+1は？", str(number + 1)) for number in range(COUNT))]:
        book.active.append(row)
    book.save(buffer)
    sets = SetFolder(tmp_path)
    set_id = sets.add("検証.xlsx", buffer.getvalue()).id
    for row in sets.review(set_id).rows:
        sets.mark(set_id, ReviewRow(row.number, row.texts, "", keep=row.number % 2 == 0), row.texts, "ja")
        assert len(sets.get(set_id).read().items) == COUNT - (row.number - 1) // 2
        gc.collect()
        assert kept(sets) == 1
