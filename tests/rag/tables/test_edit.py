"""Changing cells of a workbook: the sheet and the column that are meant, and nothing else changed or lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from rag.errors import DatasetError
from rag.tables.edit import edit_row

HEADER = ("質問", "answer")
ROWS = (HEADER, ("1+1は？", "2"), ("What is 2+2?", "4"))


def book_of(rows: Sequence[Sequence[object]] = ROWS) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def data_of(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def values(data: bytes, sheet: int = 0) -> list[list[object]]:
    return [list(row) for row in read(data).worksheets[sheet].values]


@pytest.mark.parametrize("formula", ["=ROW()-1", "=1/0", ArrayFormula("D2:D3", "=LEN(A2:A3)")])
@pytest.mark.parametrize("state", [None, "visible", "hidden"])
def test_a_workbook_with_a_formula_on_any_sheet_is_refused(formula, state) -> None:
    book = book_of()
    sheet = book.active
    if state is not None:
        sheet = book.create_sheet("他")
        sheet.sheet_state = state
    sheet["D2"] = formula
    with pytest.raises(DatasetError, match=f"sheet '{sheet.title}', cell D2") as error:
        edit_row(data_of(book), HEADER, 2, {"keep": "yes"})
    assert "formulas" in str(error.value.what)


def test_texts_that_look_like_formulas_are_none() -> None:
    book = book_of()
    book.active["B2"].value = "=SUM(1)"
    book.active["B2"].data_type = "s"
    assert values(edit_row(data_of(book), HEADER, 3, {"keep": "no"}))[1] == ["1+1は？", "=SUM(1)", None]


def test_partly_formatted_texts_stay_so() -> None:
    book = book_of()
    book.active["B3"].value = CellRichText("about ", TextBlock(InlineFont(b=True), "4"), "、約四")
    cell = read(edit_row(data_of(book), HEADER, 3, {"keep": "yes"})).active["B3"].value
    assert str(cell) == "about 4、約四"
    assert [(piece.text, piece.font.b) for piece in cell if isinstance(piece, TextBlock)] == [("4", True)]


def test_other_sheets_comments_choices_and_formats_stay() -> None:
    book = book_of()
    sheet = book.active
    sheet["A2"].comment = Comment("要確認", "査読者")
    sheet["B2"].number_format, sheet["B2"].font = "0.00", Font(bold=True)
    choices = DataValidation(type="list", formula1='"yes,no"')
    choices.add("C2:C3")
    sheet.add_data_validation(choices)
    sheet.conditional_formatting.add("B2:B3", CellIsRule("equal", ['"4"'], font=Font(italic=True)))
    book.create_sheet("参考").append(["x", 1])
    changed = read(edit_row(data_of(book), HEADER, 2, {"answer": "two"}))
    sheet = changed.active
    assert (sheet["A2"].comment.text, sheet["B2"].number_format, sheet["B2"].font.b) == ("要確認", "0.00", True)
    assert [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation] == [
        ("C2:C3", '"yes,no"')
    ]
    assert [rule.formula for ranged in sheet.conditional_formatting for rule in ranged.rules] == [['"4"']]
    assert list(changed["参考"].values) == [("x", 1)]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_the_sheet_that_is_read_is_changed_not_a_hidden_copy_before_it(state) -> None:
    book = book_of()
    book.create_sheet("コピー", 0).sheet_state = state
    for row in ROWS:
        book.worksheets[0].append(row)
    book.active = 1
    data = data_of(book)
    changed = edit_row(data, HEADER, 2, {"keep": "yes"})
    assert values(changed, 0) == values(data, 0)
    assert values(changed, 1)[1] == ["1+1は？", "2", "yes"]


@pytest.mark.parametrize("note", ["C1", "C2", "C3", "D3", "F9"])
def test_a_new_column_is_beside_notes_that_have_no_header(note) -> None:
    book = book_of()
    book.active.insert_rows(1)
    book.active[note] = "メモ"
    before = [[cell.value for cell in row] for row in book.active]
    changed = edit_row(data_of(book), HEADER, 4, {"残す": "はい", "備考": "x"})
    width = openpyxl.utils.cell.coordinate_to_tuple(note)[1]
    after = values(changed)
    assert [row[:width] for row in after] == before
    assert [after[at][width:] for at in (1, 3)] == [["残す", "備考"], ["はい", "x"]]


def test_a_workbook_that_cannot_be_loaded_is_refused() -> None:
    data, damaged = data_of(book_of()), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(damaged, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, archive.read(name).replace(b'<family val="2"', b'<family val="99"'))
    with pytest.raises(DatasetError, match="cannot be changed here"):
        edit_row(damaged.getvalue(), HEADER, 2, {"keep": "yes"})
