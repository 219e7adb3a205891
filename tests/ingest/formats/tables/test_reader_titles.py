"""What stands above a table is its title; a table that begins with its header is read as it is."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as, texts, xlsx

TABLE = [["質問", "回答"], ["有給は？", "年20日"], ["Hours?", "From nine."], ["定時は？", "9時から"]]
ABOVE = {
    "one cell": [["社内FAQ"]],
    "one cell, padded": [["社内FAQ", ""]],
    "a blank row": [["社内FAQ", ""], ["", ""]],
    "several": [[""], ["社内FAQ"], [], ["2025年版", ""], [""]],
}


def csv_of(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_rows_of_one_cell_above_a_header_are_the_title(above: list[list[str]]) -> None:
    title = " ".join(cell for row in above for cell in row if cell)
    for data, name, at in ((csv_of(above + TABLE), "a.csv", "row="), (xlsx(表=above + TABLE), "a.xlsx", "表!")):
        found = read_as(name, data)
        assert [(one.source, one.title, one.text) for one in found if isinstance(one, LoadedDocument)] == [
            (f"{name}#{at}{len(above) + place}", title, f"質問: {question}\n回答: {answer}")
            for place, (question, answer) in enumerate(TABLE[1:], 2)
        ]
        assert len(found) == len(TABLE) - 1


def test_a_title_merged_over_all_columns_and_an_empty_row() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=[["社内FAQ", None], [], *TABLE])))
    book.active.merge_cells("A1:B1")
    out = io.BytesIO()
    book.save(out)
    found = read_as("a.xlsx", out.getvalue())
    assert [(one.source, one.title) for one in found if isinstance(one, LoadedDocument)] == [
        (f"a.xlsx#表!{row}", "社内FAQ") for row in (4, 5, 6)
    ]


def test_a_title_of_its_own_is_a_rows_title_and_columns_are_those_of_the_header() -> None:
    rows = [["社内FAQ"], ["題名", "回答"], ["有給", "年20日"], ["", "9時から"]]
    assert [one.title for one in read_as("a.csv", csv_of(rows))] == ["有給", "社内FAQ"]  # type: ignore[union-attr]
    assert texts("a.csv", csv_of([["社内FAQ"], *TABLE[:2]]), "回答") == {"a.csv#row=3": "年20日"}


@pytest.mark.parametrize(
    "rows",
    [
        [["メモ"], ["一つ目。"], ["二つ目。"]],
        [["メモ"], ["一つ目。"], ["二つ目", "と三つ目"], ["四つ目。"], ["五つ目。"]],
        [["メモ"], ["a", "b"], ["a", "b", "c"], ["a", "b"]],
        [["", "2024年"], ["売上", "100"], ["利益", "50"]],
        [["メモ"], ["一"], ["二"], ["三"], ["四"], ["x", "y"], ["x", "y"]],
        [["質問", ""], ["回答だけ", ""]],
    ],
    ids=["one column", "a comma not quoted", "commas not quoted", "no corner", "a long list", "one row"],
)
def test_other_tables_begin_with_their_first_row(rows: list[list[str]]) -> None:
    header, *below = rows
    found = read_as("a.csv", csv_of(rows))
    wide = [place for place, row in enumerate(below, 2) if len(row) > len(header)]
    failed = [one.subject for one in found if isinstance(one, Failure)]
    assert failed[: len(wide)] == [f"a.csv#row={place}" for place in wide]
    for one in found:
        if isinstance(one, LoadedDocument):
            row = below[int(one.source.rpartition("=")[2]) - 2]
            names = [name or f"column {place}" for place, name in enumerate(header, 1)]
            assert one.text == "\n".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell)
            assert one.title == "a"


def test_what_breaks_among_the_first_rows_costs_none_before_it() -> None:
    found = read_as("a.csv", 'メモ\n一つ目\n二つ目\n"開いた\n'.encode())
    assert [one.text for one in found if isinstance(one, LoadedDocument)] == ["メモ: 一つ目", "メモ: 二つ目"]
    assert "From row 4" in found[-1].message  # type: ignore[union-attr]


def test_cells_without_a_header_are_named_with_what_helps_in_that_format() -> None:
    rows = [["質問", "回答"], ["a", "b", "c"]]
    for name, data, do in (("a.csv", csv_of(rows), "comma"), ("a.xlsx", xlsx(表=rows), "Give every column a header")):
        message = read_as(name, data)[0].message  # type: ignore[union-attr]
        assert "3 cells under 2 headers" in message
        assert do in message
