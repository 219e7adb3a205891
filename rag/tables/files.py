"""Files that people hand over, as bytes or text, and tables that they get back as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag.errors import DatasetError, SettingsError, UnreadableDocument
from rag.tables.escape import csv_cell
from rag.text.encoding_detection import decode

Row = tuple[str | int | float | None, ...]


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


def refuse_same(given: Path, out: Path) -> None:
    """Raise SettingsError where what is written to `out` would take the place of a file that was handed over."""
    try:
        same = out.samefile(given)
    except OSError:  # one of them is not there
        return
    if same:
        raise SettingsError(
            "What is written would replace the file that is read", where=str(out), do="Give --out another name."
        )


def csv_bytes(rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """Rows as CSV that a spreadsheet reads and never runs: UTF-8 with a byte order mark, formulas neutralised."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")
