"""Change a few cells of an Excel workbook, and leave everything else of it as it is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
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
    """Return the workbook with `values`, by header, in a row (from 1) of the sheet that has this header.

    A column that is not there yet is added. Raises DatasetError for a workbook or a cell that cannot be changed.
    """
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST:
            raise DatasetError(Message("This workbook has more than {most} MiB unpacked", most=_LARGEST // MEBI))
    book = load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        top = next((cells for cells in sheet.iter_rows(max_row=_HEADERS) if {*header} <= {*map(_text, cells)}), None)
        if top is not None:
            columns = {_text(cell): cell.column for cell in top if _text(cell)}
            for name, value in values.items():
                if name not in columns:
                    columns[name] = max(columns.values()) + 1
                    _write(sheet, top[0].row, columns[name], name)
                _write(sheet, row, columns[name], value)
            return saved(book)
    raise DatasetError("The sheet with the questions is not found any more")


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
