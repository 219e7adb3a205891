"""The review of a set: a decision is written where the person saw the question, or not at all."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from eval.dataset.load import load_dataset
from eval.dataset.review import ReviewRow, read_review, write_review
from rag.errors import DatasetError

ROWS = (
    ("question_ja", "reference_ja", "question_en", "reference_en"),
    ("日本の首都は？", "東京", "What is the capital of Japan?", "Tokyo"),
    ("仏の首都は？", "パリ", "What is the capital of France?", "Paris"),
)
SEEN = ("日本の首都は？", "What is the capital of Japan?", "東京", "Tokyo")


@pytest.fixture
def book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    return book


def mark(path: Path, texts: tuple[str, ...], before: tuple[str, ...] = SEEN, keep: bool | None = True) -> None:
    path.write_bytes(write_review(path, path.read_bytes(), ReviewRow(2, texts, "", keep), before, "ja"))


def test_what_is_written_is_read_again_and_the_set_still_loads(book, tmp_path) -> None:
    path = tmp_path / "set.xlsx"
    book.save(path)
    assert read_review(path, path.read_bytes()).rows[0].texts == SEEN
    for texts, before, keep in [(SEEN, SEEN, True), (("首都は？", *SEEN[1:]), SEEN, None)]:
        mark(path, texts, before, keep)
        row = read_review(path, path.read_bytes()).rows[0]
        assert (row.texts, row.keep) == (texts, keep)
        assert len(load_dataset(path).items) == 2


@pytest.mark.parametrize("change", ["inserted", "sorted", "deleted", "mended", "column"])
def test_a_row_that_is_another_one_by_now_is_not_written(book, tmp_path, change) -> None:
    path, sheet = tmp_path / "set.xlsx", book.active
    if change == "inserted":
        sheet.insert_rows(2)
        sheet["A2"], sheet["B2"] = "米国の首都は？", "ワシントン"
    elif change == "sorted":
        for cell, value in zip((*sheet[2], *sheet[3]), (*ROWS[2], *ROWS[1]), strict=True):
            cell.value = value
    elif change == "deleted":
        sheet.delete_rows(2)
    elif change == "mended":
        sheet["B2"] = "東京都"
    else:
        sheet.delete_cols(3, 2)
    book.save(path)
    data = path.read_bytes()
    with pytest.raises(DatasetError, match=r"changed since|no question in row"):
        mark(path, ("別の質問は？", *SEEN[1:]))
    assert path.read_bytes() == data


@pytest.mark.parametrize("emptied", [{0, 1, 2, 3}, {0}, {1}, {3}])
@pytest.mark.parametrize("blank", ["", " \n\u3000"])
@pytest.mark.parametrize("keep", [True, None])
def test_no_text_is_emptied(book, tmp_path, emptied, blank, keep) -> None:
    path = tmp_path / "set.xlsx"
    book.save(path)
    data = path.read_bytes()
    with pytest.raises(DatasetError, match="This text is empty"):
        mark(path, tuple(blank if at in emptied else text for at, text in enumerate(SEEN)), keep=keep)
    assert path.read_bytes() == data


def test_a_set_with_formulas_stays_as_it_was(book, tmp_path) -> None:
    path = tmp_path / "set.xlsx"
    book.active["E1"], book.active["E2"] = "NO", "=ROW()-1"
    book.save(path)
    data = path.read_bytes()
    with pytest.raises(DatasetError, match="formulas"):
        mark(path, SEEN)
    assert path.read_bytes() == data
