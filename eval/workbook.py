"""Excel workbooks that can be read, filtered and printed: widths, formats, a header that stays, pages of A4 width."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eval.cells import starts_formula, xlsx_text
from eval.tables import Row

FONT: Final = "Yu Gothic"
"""On every Japanese Windows and Mac since 2013; LibreOffice on Linux takes Noto Sans CJK JP for its letters."""

_WIDTHS: Final[Mapping[str, float]] = {
    "NO": 6, "instruction": 40, "question": 36, "Reference": 20, "Answer": 40, "Answer without": 26, "Answer with": 26,
    "reason": 26, "reason without": 22, "reason with": 22, "sources": 34, "in words": 52, "日本語": 52, "model": 24,
    "type": 13, "language": 10, "condition": 11, "run": 16, "baseline run": 16, "test": 16, "error": 26, "rung": 13,
    "setting": 20, "correct": 9, "total": 8, "rate": 9, "fixed": 8, "broken": 8, "p": 11, "both": 8, "failed": 8,
}  # fmt: skip
_WIDTH: Final = 11.0
_SHARE, _CHANGE = "0.0%", "+0.0%;-0.0%;0.0%"
_FORMATS: Final[Mapping[str, str]] = {
    "rate": _SHARE, "low 95 %": _SHARE, "high 95 %": _SHARE, "difference": _CHANGE, "p": "0.0000", "p (Holm)": "0.0000",
    "cosine": "0.00", "seconds": "0.0",
}  # fmt: skip
_TINTS: Final[Mapping[str, str]] = {
    "correct": "E3F2E8", "helps": "E3F2E8", "wrong": "F9E8E6", "hurts": "F9E8E6", "differs": "FBF3DC",
    "unfinished": "FBF3DC",
}  # fmt: skip
_TINTED: Final = frozenset({"verdict", "effect", "differs"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a workbook. Columns after the first `printed` ones are left out on paper."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    printed: int | None = None


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as the bytes of an .xlsx file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _add(book, sheet)
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook as the bytes of an .xlsx file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def fill(sheet: Any, rows: Sequence[Row]) -> None:
    """Write rows from the top left; text stays text, whatever it begins with, and also when it is edited."""
    from openpyxl.styles import Alignment, Font

    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.font = Font(name=FONT)
            cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
            if isinstance(value, str):
                cell.value = xlsx_text(value)
                cell.data_type = "s"
                if starts_formula(value):
                    cell.quotePrefix = True
            else:
                cell.value = value


def _add(book: Any, table: Sheet) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(table.title)
    fill(sheet, [tuple(table.columns), *table.rows])
    for cell in sheet[1]:
        cell.font = Font(name=FONT, bold=True)
        cell.fill = PatternFill("solid", fgColor="EEF0F2")
    for at, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column, _WIDTH)
        for line in range(2, len(table.rows) + 2):
            cell = sheet.cell(line, at)
            if column in _FORMATS and not isinstance(cell.value, str):
                cell.number_format = _FORMATS[column]
            if column in _TINTED and cell.value in _TINTS:
                cell.fill = PatternFill("solid", fgColor=_TINTS[cell.value])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _set_up_print(sheet, table, get_column_letter(table.printed or len(table.columns)))


def _set_up_print(sheet: Any, table: Sheet, last_column: str) -> None:
    """A4 landscape, as wide as the page, the header on every page, name and page at the foot."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{last_column}{len(table.rows) + 1}"
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.5, 0.6
    sheet.oddFooter.left.text = table.title
    sheet.oddFooter.right.text = "&P / &N"
