"""Tables that people hand over, and tables that they get back: CSV and Excel, read and written in one place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.tables.cells import csv_cell, shown
from rag.decode import decode
from rag.errors import DatasetError, UnreadableDocument

_LONGEST = 4_000_000
"""Characters of a cell. A question too long for the model fails by itself; a quote that is never closed ends here."""

Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as text; `line` is the physical line on which it begins, counted from 1."""

    line: int
    cells: tuple[str, ...]


def read_bytes(path: Path, what: str) -> bytes:
    """The bytes of a file that holds `what`. Raises DatasetError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"The {what} cannot be read: {error.strerror}", where=str(path)) from error


def read_text(path: Path, data: bytes) -> str:
    """The text of a file in any encoding that kotae knows. Raises DatasetError."""
    try:
        return decode(data, str(path))
    except UnreadableDocument as error:
        raise DatasetError(error.what, where=str(path), do=error.do) from error


def read_rows(path: Path, data: bytes, what: str) -> list[TableRow]:
    """The rows of a .csv or .xlsx file (its first sheet), header included. Raises DatasetError naming file and row."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_rows(path, read_text(path, data))
    if suffix == ".xlsx":
        return _xlsx_rows(path, data)
    raise DatasetError(f"A table of {what} is .xlsx or .csv, not {suffix or 'without an ending'}", where=str(path))


def _csv_rows(path: Path, text: str) -> list[TableRow]:
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[TableRow] = []
    line = 1
    try:
        for cells in reader:
            rows.append(TableRow(line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DatasetError(f"This CSV file cannot be read: {error}", where=f"{path}, row {line}") from error
    return rows


def _xlsx_rows(path: Path, data: bytes) -> list[TableRow]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))  # here, as sheets are parsed when they are read
    except Exception as error:  # openpyxl raises whatever zipfile and its XML parser raise
        raise DatasetError(f"This is not an Excel file that can be read: {error}", where=str(path)) from error
    return [TableRow(line, tuple(shown(value) for value in row)) for line, row in enumerate(rows, 1)]


def csv_bytes(rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """Rows as CSV that a spreadsheet reads and never runs: UTF-8 with a byte order mark, formulas neutralised."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")
