"""A workbook, a CSV file and a DataFrame come from the same typed columns."""

from __future__ import annotations

import csv
import io

import openpyxl
import pandas
import pytest

from rag.messages import Message
from rag.tables.output import CHANGE, P_VALUE, SHARE, Column, Medium, OutputTable
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
    frame = TABLE.to_dataframe()
    assert list(frame.columns) == list(TABLE.header)
    assert frame["letters"].tolist() == [2, 0, 4]
    assert pandas.isna(frame["share"][1])


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.36, SHARE, "36.0%"), (0.09, CHANGE, "+9.0%"), (-0.0001, CHANGE, "0.0%"), (0.0, P_VALUE, "< 0.0001"),
        (0.0039, P_VALUE, "0.0039"), (0.9, "0.00", "0.90"), (7, "General", "7"), (7.25, "0.0", "7.2"),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_excel_shows_it(value: float, number_format: str, text: str) -> None:
    assert Column("n", lambda number: number, number_format=number_format).text(value, "en") == text


def test_a_column_has_a_title_and_words_in_both_languages_and_data_keep_what_is_stored() -> None:
    words = {"en": {"rag": "with retrieval"}, "ja": {"rag": "検索あり"}}
    column = Column("condition", str, japanese="条件", words=lambda value, language: words[language].get(value, value))
    assert [(column.name(language), column.text("rag", language)) for language in ("en", "ja")] == [
        ("condition", "with retrieval"), ("条件", "検索あり"),
    ]  # fmt: skip
    output = OutputTable("t", [column], ["rag", "none"])
    assert output.rows == [("rag",), ("none",)]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([output], "ja")))["t"]
    assert list(sheet.iter_rows(values_only=True)) == [("条件",), ("検索あり",), ("none",)]
    assert Column("語", str).name("ja") == "語"
    assert Column("none", lambda _: None).text("x", "en") == "-"


def test_a_message_is_in_the_words_of_the_reader_and_data_keep_the_english() -> None:
    output = OutputTable("t", [Column("why", Message)], ["the answer is empty"])
    assert list(openpyxl.load_workbook(io.BytesIO(workbook([output], "ja")))["t"].values) == [
        ("why",),
        ("回答が空です",),
    ]
    assert output.rows == [("the answer is empty",)]
    assert output.columns[0].text("the answer is empty", "ja") == "回答が空です"


def test_a_medium_shows_its_own_columns_and_those_of_narrower_ones() -> None:
    output = OutputTable("t", [Column(str(medium), str, medium=medium) for medium in Medium], [])
    assert [len(output.on(medium).columns) for medium in Medium] == [1, 2, 3]
    assert output.without("0", "2").header == ("1",)
