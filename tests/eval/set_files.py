"""Small verification sets in files of either kind, and what is wrong with one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from eval.dataset.load import OPTIONAL, REQUIRED, load_dataset
from rag.errors import DatasetError

HEADER = (*REQUIRED, *OPTIONAL)
ROWS = [
    (1, "日本の首都はどこですか？", "東京", "What is the capital of Japan?", "Tokyo", "open_qa",
     "東京都|とうきょう", "Tōkyō", "ja/東京都.md", "ja", ""),
    (2, "次の楽器は\n弦楽器ですか、打楽器ですか。\n琴", "弦楽器", "String or percussion?\nkoto", "string",
     "classification", "", "", "ja/琴.md|en/koto.md", "both", "弦楽器=string|打楽器=percussion"),
    (3, "81の正の平方根は？", "9", 'The root of "81", please?', "9", "open_qa", "", "", "", "none", ""),
]  # fmt: skip


def csv_bytes(rows=ROWS, header=HEADER, encoding="utf-8-sig") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode(encoding)


def write_csv(folder: Path, rows=ROWS, header=HEADER, encoding="utf-8-sig") -> Path:
    path = folder / "set.csv"
    path.write_bytes(csv_bytes(rows, header, encoding))
    return path


def write_xlsx(folder: Path, rows=ROWS, header=HEADER) -> Path:
    path = folder / "set.xlsx"
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)
    return path


def changed(row: int, column: str, value: object) -> list[tuple[object, ...]]:
    """ROWS with one cell changed."""
    rows = [list(cells) for cells in ROWS]
    rows[row][HEADER.index(column)] = value
    return [tuple(cells) for cells in rows]


def fault(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value
