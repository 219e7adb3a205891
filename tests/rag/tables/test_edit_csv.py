"""Cells of a CSV file that are changed, and the others, which stay."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DatasetError
from rag.tables.edit_csv import edit_csv_row
from rag.tables.header import TableRow

HEADER = ("質問", "正解", "備考")
CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"), max_size=9)
ROWS = st.lists(st.tuples(CELL.map(lambda text: f"x{text}"), CELL, CELL), min_size=1, max_size=5)


def known(names: frozenset[str]) -> bool:
    return names >= {*HEADER}


@given(rows=ROWS, delimiter=st.sampled_from(",;\t"), stated=st.booleans(), title=st.booleans(), data=st.data())
def test_only_the_cells_that_change_are_others_afterwards(rows, delimiter, stated, title, data) -> None:
    table = [("社内FAQ", "", "")] * title + [HEADER, *rows]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(table)
    first = f"sep={delimiter}\r\n" * stated
    at = data.draw(st.integers(title + 1, len(table) - 1))
    edited = edit_csv_row(
        first + buffer.getvalue(), known, TableRow(title + 1, 1, HEADER), at + 1, {"正解": "東京", "残す": "はい"}
    ).decode("utf-8-sig")
    assert edited.startswith(first)
    after = list(csv.reader(io.StringIO(edited[len(first) :], newline=""), delimiter=delimiter))
    expected = [list(row) for row in table]
    expected[title].append("残す")
    expected[at][1:] = ["東京", table[at][2], "はい"]
    assert after == expected


def test_a_text_that_a_spreadsheet_would_run_is_escaped() -> None:
    text = ",".join(HEADER) + "\na,b,c\n"
    edited = edit_csv_row(text, known, TableRow(1, 1, HEADER), 2, {"正解": "=1+1"})
    assert edited.decode("utf-8-sig").splitlines()[1] == "a,'=1+1,c"


def test_a_row_that_is_not_there_is_a_named_error() -> None:
    header = replace(TableRow(1, 1, HEADER))
    with pytest.raises(DatasetError, match="not found any more"):
        edit_csv_row(",".join(HEADER) + "\na,b,c\n", known, header, 3, {"正解": "x"})
