"""Read the files that a user gives, and format the tables that they get back as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag.errors import DatasetError, SettingsError, UnreadableDocument
from rag.messages import Message, reason_of
from rag.storage.regular_files import MEBI, read_regular
from rag.tables.escape import csv_cell
from rag.text.encoding_detection import decode

MAX_TABLE = 256 * MEBI
"""Maximum bytes of a table that is read whole."""
MAX_ROWS = 1_000_000
"""Maximum rows of one: about as many as a sheet of Excel has. They take a gigabyte."""

Row = tuple[str | int | float | None, ...]


def read_bytes(path: Path, what: str) -> bytes:
    """Return the bytes of a file; `what` describes it in messages. Raises DatasetError."""
    try:
        return read_regular(path, MAX_TABLE)
    except OSError as error:
        raise DatasetError(
            Message("The {what} cannot be read: {error}", what=what, error=reason_of(error)), where=str(path)
        ) from error


def read_text(path: Path, data: bytes) -> str:
    """Decode a file in any encoding that kotae knows. Raises DatasetError."""
    try:
        return decode(data, str(path))
    except UnreadableDocument as error:
        raise DatasetError(error.what, where=str(path), do=error.do) from error


def refuse_rows(rows: int, where: str) -> None:
    """Raise DatasetError for more rows than MAX_ROWS."""
    if rows > MAX_ROWS:
        raise DatasetError(
            Message("This file has more than {max_rows:,} rows", max_rows=MAX_ROWS),
            where=where,
            do="Keep those that are needed.",
        )


def refuse_same(given: Path, out: Path) -> None:
    """Raise SettingsError if writing to `out` would overwrite the file that is read."""
    try:
        same = out.samefile(given)
    except OSError:  # one of them does not exist
        return
    if same:
        raise SettingsError(
            "The output would replace the file that is read", where=str(out), do="Give --out another name."
        )


def csv_bytes(rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """Format rows as CSV for spreadsheets: UTF-8 with a byte order mark, formulas escaped."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")
