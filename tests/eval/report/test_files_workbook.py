"""The workbook can be filtered, read and printed."""

from __future__ import annotations

import re
import shutil
import subprocess

import openpyxl
import pytest

from eval.report.answer_tables import ANSWERS
from eval.report.files import write_all
from rag.tables.workbook import FONT
from tests.eval.read_back import read_sheet, table
from tests.eval.scripted import ROWS

SHEETS = [
    "summary", "comparison", "answers", "worth a look", "fixed", "broken", "retrieval split", "groundedness",
    "settings",
]  # fmt: skip


@pytest.fixture
def book(two, tmp_path):
    path = write_all(two, tmp_path / "out").xlsx
    return openpyxl.load_workbook(path)


def column(sheet, name: str) -> list:
    header = [cell.value for cell in sheet[1]]
    return [row[header.index(name)] for row in list(sheet.rows)[1:]]


def test_every_sheet_can_be_filtered_and_printed(book) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert {cell.font.name for row in sheet.iter_rows() for cell in row} == {FONT}
        assert {cell.alignment.wrap_text for cell in sheet[1]} == {True}


def test_numbers_have_their_formats(book) -> None:
    summary, comparison = book["summary"], book["comparison"]
    assert {cell.number_format for name in ("rate", "low 95 %", "high 95 %") for cell in column(summary, name)} == {
        "0.0%"
    }
    assert {cell.number_format for cell in column(comparison, "difference")} == {"+0.0%;-0.0%;0.0%"}
    assert {cell.number_format for cell in column(comparison, "p (adjusted)")} == {'[<0.0001]"< 0.0001";0.0000'}
    assert all(isinstance(cell.value, int) for cell in column(book["answers"], "NO"))


def test_a_row_is_as_high_as_its_longest_text(book) -> None:
    heights = [book["answers"].row_dimensions[line].height for line in range(2, 5)]
    assert max(heights) > 20
    words = book["comparison"].row_dimensions[2].height
    assert words > 3 * 16
    assert book["settings"].row_dimensions[2].height < 20


def test_the_historical_columns_stand_first_and_all_that_is_printed_has_its_reason(book) -> None:
    header = [cell.value for cell in book["answers"][1]]
    assert header == [column.title for column in ANSWERS]
    assert header[:6] == ["NO", "instruction", "type", "Reference", "Answer", "verdict"]
    assert book["answers"].print_area.startswith("'answers'!$A$1:$M$")
    assert header[12] == "reason"


def test_answers_and_changes(two, tmp_path) -> None:
    path = write_all(two, tmp_path / "out").xlsx
    rows = {(row["NO"], row["language"], row["condition"]): row for row in table(read_sheet(path, "answers"))[:20]}
    right, failed = rows[1, "Japanese", "with retrieval"], rows[3, "Japanese", "without retrieval"]
    assert [right[column.title] for column in ANSWERS[:6]] == [
        1,
        ROWS[0][1],
        "open question",
        "東京",
        "答えは東京です。",
        "correct",
    ]
    assert (failed["Answer"], failed["verdict"], failed["error"]) == ("", "wrong", "the model is down")
    assert rows[1, "English", "with retrieval"]["sources"] == "[1] ja/t.md:0-12"
    fixed, broken = (table(read_sheet(path, name)) for name in ("fixed", "broken"))
    assert [(row["NO"], row["language"]) for row in fixed] == [(1, "Japanese"), (3, "Japanese"), (4, "English")]
    assert (fixed[0]["Answer without"], fixed[0]["Answer with"]) == ("京都", "答えは東京です。")
    assert fixed[1]["Answer without"] == "the model is down"
    assert [(row["NO"], row["Answer without"], row["Answer with"]) for row in broken] == [
        (2, "Takeshi Konomi", "Akira Toriyama")
    ]
    assert broken[0]["reason with"]


def test_settings_mark_what_differs(book) -> None:
    rows = {row[0].value: row for row in book["settings"].rows}
    assert [cell.value for cell in rows["model identity"][1:]] == ["differs", "scripted@1", "b@2"]
    assert rows["model identity"][1].fill.fgColor.rgb.endswith("FBF3DC")
    assert rows["prompt"][1].value in (None, "")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_it_prints_in_japanese(two, tmp_path) -> None:
    path = write_all(two, tmp_path / "out").xlsx
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path]
    subprocess.run(convert, capture_output=True, check=True)
    read = ["pdftotext", "-layout", tmp_path / "report.pdf", "-"]
    text = subprocess.run(read, capture_output=True, encoding="utf-8", check=True).stdout
    pages = text.split("\f")[:-1]
    assert "日本の首都はどこですか" in text
    assert 6 <= len(pages) <= 10
    for sheet in SHEETS:
        headed = [page for page in pages if re.search(rf"^\s*{sheet} .*/ *{len(pages)}$", page, re.M)]
        assert headed, sheet
