"""A workbook, a CSV file and a DataFrame come from the same typed columns."""

from __future__ import annotations

import csv
import io
import sys

import openpyxl
import pytest

from rag.errors import SettingsError
from rag.tables.output import SHARE, Column, OutputTable
from rag.tables.workbook import workbook

COLUMNS: tuple[Column[str], ...] = (
    Column("語", lambda word: word, 20),
    Column("letters", len, 7),
    Column("share", lambda word: len(word) / 8 if word else None, number_format=SHARE, printed=False),
)
TABLE = OutputTable("語彙", COLUMNS, ("東京", "", "=1+1"))


def test_every_form_has_the_same_values() -> None:
    rows = list(csv.reader(io.StringIO(TABLE.to_csv().decode("utf-8-sig"), newline="")))
    assert rows[0] == list(TABLE.header) == ["語", "letters", "share"]
    assert rows[1] == ["東京", "2", "0.25"]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([TABLE])))["語彙"]
    values = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert values == [TABLE.header, ("東京", 2, 0.25), (None, 0, None), ("=1+1", 4, 0.5)]
    assert TABLE.rows == [("東京", 2, 0.25), ("", 0, None), ("=1+1", 4, 0.5)]


def test_a_column_has_its_width_and_format_and_may_be_left_out_on_paper() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([TABLE])))["語彙"]
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [20, 7, 10.5]
    assert sheet["C2"].number_format == SHARE
    assert sheet.print_area == "'語彙'!$A$1:$B$4"


def test_a_dataframe_has_the_rows_under_the_header() -> None:
    pandas = pytest.importorskip("pandas")
    frame = TABLE.to_dataframe()
    assert list(frame.columns) == list(TABLE.header)
    assert frame["letters"].tolist() == [2, 0, 4]
    assert pandas.isna(frame["share"][1])


def test_a_missing_pandas_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SettingsError, match="pip install pandas"):
        TABLE.to_dataframe()
