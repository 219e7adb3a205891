"""Change a few cells of an Excel workbook, and leave its other texts, formats, sheets, lists of choices and comments.

What openpyxl does not read is lost: furigana, text boxes, slicers, and the formats and choices that only newer Excel
has. A workbook with formulas is refused, because their values would be lost too.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from rag.errors import DatasetError
from rag.messages import Message
from rag.storage.regular_files import MEBI
from rag.tables.escape import starts_formula, xlsx_text
from rag.tables.workbook import saved

_LARGEST: Final = 256 * MEBI
_HEADERS: Final = 100
"""Rows that are looked through for a header."""


def edit_row(data: bytes, header: Sequence[str], row: int, values: Mapping[str, str]) -> bytes:
    """Return the workbook with `values`, by header, in a row (from 1) of the visible sheet that has this header.

    A column that is not there yet is added beside all others. Raises DatasetError for a workbook or a cell that cannot
    be changed.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST:
            raise DatasetError(Message("This workbook has more than {most} MiB unpacked", most=_LARGEST // MEBI))
    try:
        return _edited(data, header, row, values)
    except DatasetError:
        raise
    except Exception as error:  # openpyxl raises errors of many kinds for a workbook that it does not understand
        raise DatasetError(
            Message("This workbook cannot be changed here: {error}", error=error),
            do="Open it in Excel or LibreOffice, save it as .xlsx, and bring the file again.",
        ) from error


def _edited(data: bytes, header: Sequence[str], row: int, values: Mapping[str, str]) -> bytes:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), rich_text=True)
    _refuse_formulas(book)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":  # the reader reads no other
            continue
        top = next((cells for cells in sheet.iter_rows(max_row=_HEADERS) if {*header} <= {*map(_text, cells)}), None)
        if top is not None:
            columns = {_text(cell): cell.column for cell in top if _text(cell)}
            for name, value in values.items():
                if name not in columns:
                    columns[name] = max(cell.column for cell in _cells(sheet) if cell.value is not None) + 1
                    _write(sheet, top[0].row, columns[name], name)
                _write(sheet, row, columns[name], value)
            return saved(book)
    raise DatasetError("The sheet with the questions is not found any more")


def _refuse_formulas(book: Any) -> None:
    for sheet in book.worksheets:
        for cell in _cells(sheet):
            if cell.data_type == "f":
                raise DatasetError(
                    "This workbook has formulas, and their values would be lost",
                    where=Message("sheet {sheet!r}, cell {cell}", sheet=sheet.title, cell=cell.coordinate),
                    do="Save a copy with values only (Paste Special, Values), and bring that.",
                )


def _cells(sheet: Any) -> Collection[Any]:
    """Return the cells that a sheet has; `iter_rows` would make all those up to the last one."""
    cells: Mapping[Any, Any] = sheet._cells
    return cells.values()


def _text(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def _write(sheet: Any, row: int, column: int, value: str) -> None:
    cell = sheet.cell(row, column)
    try:
        cell.value = xlsx_text(value) or None
    except AttributeError as error:
        raise DatasetError(
            Message("This cell is merged with another one: {cell}", cell=cell.coordinate),
            do="Take the cells apart in Excel, and bring the file again.",
        ) from error
    if value:
        cell.data_type = "s"
        cell.quotePrefix = starts_formula(value)
