"""Read a verification set: any table or JSON with a question and a reference, from a file or a pandas DataFrame."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.dataset.columns import find_columns, parse_columns
from eval.dataset.items import ALL, KINDS, OPTIONAL, REQUIRED, Dataset, Item, Kind
from eval.dataset.rows import read_rows
from eval.dataset.set_table import read_set
from eval.dataset.summary import reasons
from rag.errors import DatasetError
from rag.messages import Message
from rag.tables.files import read_bytes
from rag.tables.header import repeated

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALL",
    "KINDS",
    "OPTIONAL",
    "REQUIRED",
    "Dataset",
    "Item",
    "Kind",
    "load_dataset",
    "load_frame",
]

FRAME: Final = Path("dataframe.jsonl")
"""The name of a DataFrame as a file; its rows are lines, from 1."""


def load_dataset(path: Path, columns: str = "") -> Dataset:
    """Read a verification set; `columns` says which column is which where the header does not.

    Raises DatasetError with file, row and column for columns that are not found or may be several, every cell that
    cannot be used, a NO that occurs twice, and a file without rows; SettingsError for `columns` that cannot be read.
    """
    return _read(path, read_bytes(path, Message("verification set")), columns)


def load_frame(frame: pd.DataFrame, columns: str = "") -> Dataset:
    """Read a verification set from a pandas DataFrame. Raises as `load_dataset` does."""
    return _read(FRAME, frame_lines(frame), columns)


def frame_lines(frame: pd.DataFrame) -> bytes:
    """Return a DataFrame as JSON Lines, a row each. Raises DatasetError."""
    headers = [str(column) for column in frame.columns]
    if twice := repeated(headers):
        raise DatasetError(
            Message("The DataFrame has the column {twice!r} twice", twice=twice[0]),
            where=str(FRAME),
            do="Rename one of them.",
        )
    try:
        renamed = frame.set_axis(headers, axis="columns")
        lines: str = renamed.to_json(orient="records", lines=True, force_ascii=False, date_format="iso")
    except (ValueError, OverflowError, RecursionError, TypeError, UnicodeError) as error:
        raise DatasetError(Message("The DataFrame cannot be read: {error}", error=error), where=str(FRAME)) from error
    return lines.encode("utf-8", "replace")


def _read(path: Path, data: bytes, given: str) -> Dataset:
    named = parse_columns(given) if given else ()
    table = read_set(path, data, named)
    columns = find_columns(table.header, named, table.header_where)
    table.require_saved(column.header for column in columns.columns)
    rows = read_rows(table, columns)
    if not rows.items:
        raise DatasetError(
            Message("The verification set has no question to ask: {left_out}", left_out=reasons(rows.left_out)),
            where=str(path),
        )
    return Dataset(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        items=rows.items,
        data=data,
        columns=given,
        rows=len(table.rows),
        left_out=rows.left_out,
        used={column.key: column.header for column in columns.columns},
        ignored=columns.ignored,
    )
