"""Excel workbooks that can be read, filtered and printed: widths, formats, a header that stays, pages of A4 width."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import east_asian_width

from rag.tables.escape import starts_formula, xlsx_text
from rag.tables.files import Row

FONT: Final = "Yu Gothic"
"""On every Japanese Windows and Mac since 2013; LibreOffice on Linux takes Noto Sans CJK JP for its letters."""

_SIZE: Final = 10  # points
_TEXT, _HEADING = 0.92, 0.72  # letters in the width of a digit, as a word is not broken; headings are bold
_LINE: Final = 16.5  # points of a line of this font at this size
_HIGHEST: Final = 409.0  # points; Excel takes no more

_WIDTHS: Final[Mapping[str, float]] = {
    "NO": 7, "instruction": 38, "question": 36, "Reference": 18, "Answer": 38, "Answer without": 26, "Answer with": 26,
    "reason": 26, "reason without": 22, "reason with": 22, "sources": 46, "in words": 42, "日本語": 42, "model": 22,
    "type": 14, "language": 10, "condition": 10, "run": 13, "baseline run": 13, "test": 14, "error": 26, "rung": 12,
    "setting": 20, "correct": 9, "total": 7, "rate": 9, "fixed": 7, "broken": 8, "both": 7, "failed": 8, "differs": 9,
    "Question": 50, "Sources": 46, "outcome": 11, "verdict": 9, "p (Holm)": 11, "low 95 %": 10, "high 95 %": 11,
}  # fmt: skip
_WIDTH, _WIDE = 10.5, 42.0  # of other columns, and of those named for a run
_SHARE, _CHANGE, _P = "0.0%", "+0.0%;-0.0%;0.0%", '[<0.0001]"< 0.0001";0.0000'
_FORMATS: Final[Mapping[str, str]] = {
    "rate": _SHARE, "low 95 %": _SHARE, "high 95 %": _SHARE, "difference": _CHANGE, "p": _P, "p (Holm)": _P,
    "cosine": "0.00", "seconds": "0.0",
}  # fmt: skip
_TINTS: Final[Mapping[str, str]] = {
    "correct": "E3F2E8", "helps": "E3F2E8", "better": "E3F2E8", "wrong": "F9E8E6", "hurts": "F9E8E6", "worse": "F9E8E6",
    "differs": "FBF3DC", "unfinished": "FBF3DC",
}  # fmt: skip
_TINTED: Final = frozenset({"verdict", "effect", "differs"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a workbook. Columns after the first `printed` ones are left out on paper.

    The columns from `wide_from` on have names of their own, and room for text.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    printed: int | None = None
    wide_from: int | None = None

    @property
    def widths(self) -> list[float]:
        """The width of each column, in digits."""
        named = len(self.columns) if self.wide_from is None else self.wide_from
        return [_WIDTHS.get(name, _WIDTH) if at < named else _WIDE for at, name in enumerate(self.columns)]


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
            cell.font = Font(name=FONT, size=_SIZE)
            cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
            if isinstance(value, str):
                cell.value = xlsx_text(value)
                cell.data_type = "s"
                if starts_formula(value):
                    cell.quotePrefix = True
            else:
                cell.value = value


def _add(book: Any, table: Sheet) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(table.title)
    fill(sheet, [tuple(table.columns), *table.rows])
    beside, under = Alignment(horizontal="right", vertical="top", indent=1), Border(bottom=Side("hair", "B8BEC6"))
    for line, cells in enumerate(sheet.iter_rows(), 1):
        values = (table.columns, *table.rows)[line - 1]
        sheet.row_dimensions[line].height = _height(values, table.widths, _HEADING if line == 1 else _TEXT)
        for column, cell in zip(table.columns, cells, strict=True):
            cell.border = under
            if isinstance(cell.value, int | float):
                cell.alignment = beside
                cell.number_format = _FORMATS.get(column, "General")
            elif column in _TINTED and cell.value in _TINTS:
                cell.fill = PatternFill("solid", fgColor=_TINTS[cell.value])
    for at, width in enumerate(table.widths, 1):
        head = sheet.cell(1, at)
        head.font, head.fill = Font(name=FONT, size=_SIZE, bold=True), PatternFill("solid", fgColor="EEF0F2")
        if any(isinstance(row[at - 1], int | float) for row in table.rows):
            head.alignment = Alignment(horizontal="right", vertical="top", indent=1, wrap_text=True)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _set_up_print(sheet, table, get_column_letter(table.printed or len(table.columns)))


def _height(row: Sequence[object], widths: Sequence[float], room: float) -> float:
    """Points that a row needs, where a digit's width has `room` for that many letters.

    It is said in the file because LibreOffice gives wrapped text one line otherwise.
    """
    texts = [(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str)]
    lines = max((_lines(text, room * width) for text, width in texts), default=1)
    return min(_HIGHEST, _LINE * lines)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes at most, in a column of this many digits, of which a Japanese letter takes two."""
    return sum(max(1, math.ceil(_columns(line) / width)) for line in text.split("\n"))


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


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
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    sheet.oddFooter.left.text = table.title
    sheet.oddFooter.right.text = "&P / &N"
