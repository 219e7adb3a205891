"""Review a verification set in an Excel or CSV file: its questions one by one, and a yes or no written back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from eval.dataset.column_names import Role
from eval.dataset.columns import SetColumns, find_columns, names_columns
from eval.dataset.set_table import SetRow, SetTable, read_set
from eval.dataset.values import UnusableValue, text_of, truth_of
from rag.errors import DatasetError
from rag.messages import Message
from rag.records import Language
from rag.tables.edit import edit_row
from rag.tables.edit_csv import edit_csv_row
from rag.tables.files import read_text
from rag.tables.header import normalise_header

SUFFIXES: Final = (".xlsx", ".csv", ".tsv")
"""The files that are reviewed: cells that nobody changed stay in them as they are."""
_EXCERPTS: Final = ("excerpt", "抜粋")
_KEEP: Final[Mapping[Language, tuple[str, str, str]]] = {"en": ("keep", "yes", "no"), "ja": ("残す", "はい", "いいえ")}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row by its number in the sheet: the texts to read, in the order of the fields, and whether to keep it.

    `excerpt` is the text that the answer is from, if the set has it; `keep` is None while nobody has said.
    """

    number: int
    texts: tuple[str, ...]
    excerpt: str
    keep: bool | None


@dataclass(frozen=True, slots=True)
class SetReview:
    """The rows of a set, and the headers of the questions and answers in them."""

    fields: tuple[str, ...]
    rows: tuple[ReviewRow, ...]


def read_review(path: Path, data: bytes) -> SetReview:
    """Return what there is to review in a set. Raises DatasetError."""
    table, columns = _read(path, data)
    fields = _fields(columns)
    rows = [_row(row, fields, columns) for row in table.rows]
    return SetReview(fields, tuple(row for row in rows if any(row.texts)))


def write_review(path: Path, data: bytes, row: ReviewRow, before: Sequence[str], language: Language) -> bytes:
    """Return the set with what a person has made of a row, whose excerpt is not looked at. Raises DatasetError.

    `before` are the texts that the person saw there. Only cells that change are written. `language` is that of the
    column for yes or no, if there is none yet.
    """
    table, columns = _read(path, data)
    fields = _fields(columns)
    there = next((_row(known, fields, columns) for known in table.rows if known.number == row.number), None)
    if there is None or len(row.texts) != len(fields):
        raise DatasetError(Message("The set has no question in row {number}", number=row.number), where=str(path))
    if tuple(before) != there.texts:
        raise DatasetError(
            Message("Row {number} of the set has changed since it was shown", number=row.number),
            where=str(path),
            do="Load the page again.",
        )
    changed = {name: text for name, text, old in zip(fields, row.texts, before, strict=True) if text.strip() != old}
    if emptied := [name for name, text in changed.items() if not text.strip()]:
        raise DatasetError(
            Message("This text is empty: {name}", name=emptied[0]),
            where=Message("{where}, {position}", where=path, position=Message("row {number}", number=row.number)),
            do="Write one, or drop the question.",
        )
    keep = columns.first(Role.KEEP)
    header, yes, no = _KEEP["ja" if keep is not None and normalise_header(keep.header) == "残す" else language]
    if row.keep is not there.keep:
        words = {True: yes, False: no, None: ""}
        changed[header if keep is None else keep.header] = words[row.keep]
    if not changed:
        return data
    if path.suffix.lower() == SUFFIXES[0] or table.sheet is None:
        return edit_row(data, [name for name in table.header if name], row.number, changed)
    text, known = read_text(path, data), partial(names_columns, given=())
    return edit_csv_row(text, known, table.sheet.header, row.number, changed)


def _read(path: Path, data: bytes) -> tuple[SetTable, SetColumns]:
    if path.suffix.lower() not in SUFFIXES:
        raise DatasetError(
            "Only Excel and CSV files are reviewed here", where=str(path), do="Save the set as .xlsx, and bring that."
        )
    table = read_set(path, data, ())
    return table, find_columns(table.header, (), table.header_where)


def _fields(columns: SetColumns) -> tuple[str, ...]:
    return tuple(column.header for role in (Role.QUESTION, Role.REFERENCE) for column in columns.all(role))


def _row(row: SetRow, fields: Sequence[str], columns: SetColumns) -> ReviewRow:
    excerpts = (text_of(row.values.get(name)) for name in row.values if normalise_header(name) in _EXCERPTS)
    keep = columns.first(Role.KEEP)
    try:
        kept = None if keep is None else truth_of(row.values.get(keep.header))
    except UnusableValue:
        kept = None
    texts = tuple(text_of(row.values.get(name)) for name in fields)
    return ReviewRow(row.number, texts, next(excerpts, ""), kept)
