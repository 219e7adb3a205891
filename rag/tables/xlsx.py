"""Read the sheets of an Excel file row by row, with facts that openpyxl's streaming reader does not give.

These are merged cells, and formulas whose values were not saved.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, BinaryIO

from rag.tables.cell_text import cell_text
from rag.tables.header import TableRow

_TAG = rb"<(?:\w+:)?"
_FORMULA = re.compile(
    _TAG
    + rb"c\s((?:[^>]*\s)?r=\"([A-Z]{1,3}\d{1,7})\"[^>]*)>\s*"
    + _TAG
    + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:" + _TAG + rb"v\s*/>|" + _TAG + rb"v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MERGED = re.compile(_TAG + rb"mergeCell\s[^>]*ref=\"([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})\"")
_TEXT = b't="str"'  # a formula that gives a text, which may be the empty one
_END = re.compile(rb"</(?:\w+:)?c>|" + _TAG + rb"mergeCell\s[^>]*>")
_BLOCK, _LONGEST = 1 << 20, 1 << 22


@dataclass(slots=True)
class SheetFacts:
    """Merged cells and unsaved formulas of a sheet.

    `merged`: the last row of cells merged downwards, by row (from 1) and column (from 0) of the first. `unsaved`: the
    number of formulas without a saved value; `firsts`: the cell of the first of them in each column (from 0).
    """

    merged: dict[tuple[int, int], int] = field(default_factory=dict)
    unsaved: int = 0
    firsts: dict[int, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The cell of the first formula without a saved value, "" if there is none."""
        return next(iter(self.firsts.values()), "")


@dataclass(frozen=True, slots=True)
class SheetStream:
    """A sheet. `rows` are all of its rows from the first on, to be read before the next sheet is."""

    title: str
    rows: Iterator[list[str]]
    facts: SheetFacts

    def table_rows(self) -> Iterator[TableRow]:
        """Yield the rows, blank ones too, with their numbers."""
        for number, row in enumerate(self.rows, 1):
            yield TableRow(number, number, tuple(map(str.strip, row)))


def read_sheets(stream: BinaryIO) -> Iterator[SheetStream]:
    """Yield the sheets of an .xlsx file, whatever sizes it states. Raises whatever openpyxl and zipfile raise."""
    import openpyxl

    book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the size that a file states may be wrong
            with sheet._get_source() as xml:  # the only way to stream a sheet's XML
                facts = look_through(xml)
            yield SheetStream(sheet.title, ([cell_text(cell) for cell in row] for row in sheet.iter_rows()), facts)
    finally:
        book.close()


def look_through(sheet: IO[bytes]) -> SheetFacts:
    """Return the facts in a sheet's XML, as far as it can be unpacked."""
    facts = SheetFacts()
    with suppress(zipfile.BadZipFile, zlib.error, EOFError, OSError):
        for part in _parts(sheet):
            for formula in _FORMULA.finditer(part):
                if _TEXT not in formula.group(1):
                    facts.unsaved += 1
                    cell = formula.group(2)
                    facts.firsts.setdefault(_number(cell.rstrip(b"0123456789")), cell.decode())
            for column, top, bottom in _MERGED.findall(part):
                if int(bottom) > int(top):
                    facts.merged[int(top), _number(column)] = int(bottom)
    return facts


def _parts(sheet: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML in parts that do not end within a cell, unless that has several mebibytes."""
    unread = b""
    while block := sheet.read(_BLOCK):
        unread += block
        end = max((tag.end() for tag in _END.finditer(unread)), default=0)
        yield unread[:end]
        unread = unread[max(end, len(unread) - _LONGEST) :]
    yield unread


def _number(column: bytes) -> int:
    """Return the index of a column, from 0, by its letters.

    >>> _number(b"A"), _number(b"AA")
    (0, 26)
    """
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number - 1
