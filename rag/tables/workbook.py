"""Excel workbooks for reading, filtering and printing: widths, formats, a frozen header, pages of A4 width."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rag.messages import in_context
from rag.records import Language
from rag.tables.escape import starts_formula, xlsx_text
from rag.tables.files import Row
from rag.tables.output import OutputTable
from rag.text.width import display_width

FONT: Final = "Yu Gothic"
"""On every Japanese Windows and Mac since 2013; LibreOffice on Linux substitutes Noto Sans CJK JP."""

_SIZE: Final = 10  # points
_TEXT, _HEADING = 0.92, 0.72  # letters in the width of a digit, as a word is not broken; headings are bold
_LINE: Final = 16.5  # points of a line of this font at this size
_HIGHEST: Final = 409.0  # points; Excel takes no more

_TINTS: Final[Mapping[str, str]] = {
    "correct": "E3F2E8", "helps": "E3F2E8", "better": "E3F2E8", "wrong": "F9E8E6", "hurts": "F9E8E6", "worse": "F9E8E6",
    "differs": "FBF3DC", "unfinished": "FBF3DC",
}  # fmt: skip


def workbook(tables: Sequence[OutputTable[Any]], language: Language = "en") -> bytes:
    """Return the tables as the sheets of an .xlsx file, in the words of the reader's language."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        _add(book, table, language)
    return saved(book)


def saved(book: Any) -> bytes:
    """Return a workbook as the bytes of an .xlsx file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def fill(sheet: Any, rows: Sequence[Row]) -> None:
    """Write rows from the top left; text remains text, whatever it begins with, even after editing."""
    from openpyxl.styles import Alignment, Font

    font = Font(name=FONT, size=_SIZE)
    alignments = [Alignment(wrap_text=wrapped, vertical="top") for wrapped in (False, True)]
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.font = font
            cell.alignment = alignments[isinstance(value, str)]
            if isinstance(value, str):
                cell.value = xlsx_text(value)
                cell.data_type = "s"
                if starts_formula(value):
                    cell.quotePrefix = True
            else:
                cell.value = value


def _add(book: Any, table: OutputTable[Any], language: Language) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    title = in_context("sheet", table.title, language)
    sheet = book.create_sheet(title)
    rows: list[Row] = [tuple(column.name(language) for column in table.columns)]
    rows += [tuple(column.displayed(record, language) for column in table.columns) for record in table.records]
    stored = [table.header, *table.rows]
    widths = [column.width for column in table.columns]
    fill(sheet, rows)
    beside, under = Alignment(horizontal="right", vertical="top", indent=1), Border(bottom=Side("hair", "B8BEC6"))
    for line, (row, cells, values) in enumerate(zip(rows, sheet.iter_rows(), stored, strict=True), 1):
        sheet.row_dimensions[line].height = _height(row, widths, _HEADING if line == 1 else _TEXT)
        for column, cell, value in zip(table.columns, cells, values, strict=True):
            cell.border = under
            if isinstance(cell.value, int | float):
                cell.alignment = beside
                cell.number_format = column.number_format
            elif column.tinted and value in _TINTS:
                cell.fill = PatternFill("solid", fgColor=_TINTS[str(value)])
    for at, column in enumerate(table.columns):
        head = sheet.cell(1, at + 1)
        head.font, head.fill = Font(name=FONT, size=_SIZE, bold=True), PatternFill("solid", fgColor="EEF0F2")
        if any(isinstance(row[at], int | float) for row in rows[1:]):
            head.alignment = Alignment(horizontal="right", vertical="top", indent=1, wrap_text=True)
        sheet.column_dimensions[get_column_letter(at + 1)].width = column.width
        if column.choices and table.records:
            _offer(sheet, f"{get_column_letter(at + 1)}2:{get_column_letter(at + 1)}{len(rows)}", column.choices)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    printed = sum(column.printed for column in table.columns)
    _set_up_print(sheet, title, f"A1:{get_column_letter(printed)}{len(rows)}")


def _offer(sheet: Any, cells: str, choices: Sequence[str]) -> None:
    """Offer choices in cells as a list, and refuse other values."""
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=True)
    offered.add(cells)
    sheet.add_data_validation(offered)


def _height(row: Sequence[object], widths: Sequence[float], room: float) -> float:
    """Return the height of a row in points; `room` letters fit the width of a digit.

    The file states it because LibreOffice gives wrapped text one line otherwise.
    """
    texts = [(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str)]
    lines = max((_lines(text, room * width) for text, width in texts), default=1)
    return min(_HIGHEST, _LINE * lines)


def _lines(text: str, width: float) -> int:
    """Return the most lines of a text in a column of `width` digits; a Japanese letter is two digits wide."""
    return sum(max(1, math.ceil(display_width(line) / width)) for line in text.split("\n"))


def _set_up_print(sheet: Any, title: str, area: str) -> None:
    """Set up printing: A4 landscape, fitted to the width, the header on every page, title and page number below."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"
    sheet.print_area = area
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    sheet.oddFooter.left.text = title
    sheet.oddFooter.right.text = "&P / &N"
