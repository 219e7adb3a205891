"""Excel workbooks, sheet by sheet and row by row, whatever sizes they state: what their sheets show.

Own code, as openpyxl's streaming reader gives no errors, number formats as shown, escapes, merged or hidden cells, does
not read Strict Open XML, and walks through a million blank rows; python-calamine gives values without their formats.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

from rag.tables.cell_text import cell_text, unescape
from rag.tables.header import TableRow
from rag.tables.merged_cells import MergedRange
from rag.tables.workbook_parts import WorkbookParts, strike
from rag.text.office_package import OfficePackage

_MERGED = re.compile(
    rb"mergeCell\s[^<>]{0,200}?ref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']"
)
_FILTER = re.compile(rb"<(?:\w+:)?(?:filterColumn|tablePart)\b")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"'<>]*)[\"']")
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_BLOCK, _OVERLAP = 1 << 20, 1 << 10
_BLANK_COLUMNS = 30
"""Blank cells of a row that are kept to the right of its last text: a column without a header may be among them."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""The size of an Excel sheet."""
_ON = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class SheetFacts:
    """Facts about a sheet other than its rows; complete when its rows are read.

    `unsaved`: the number of formulas without a saved value; `firsts`: the cell of the first of them in each column
    (from 0). `hidden_rows` and `hidden_columns` are hidden by hand: rows (from 1), columns (from 0). `shapes`: texts of
    text boxes and the like.
    """

    merged: list[MergedRange] = field(default_factory=list)
    unsaved: int = 0
    firsts: dict[int, str] = field(default_factory=dict)
    filtered: bool = False
    hidden_columns: set[int] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    shapes: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The cell of the first formula without a saved value, "" if there is none."""
        return next(iter(self.firsts.values()), "")


@dataclass(frozen=True, slots=True)
class SheetStream:
    """A sheet. `rows` are those with any text, to be read before the next sheet is. `hidden` sheets have none."""

    title: str
    rows: Iterator[TableRow]
    facts: SheetFacts
    hidden: bool = False


def read_sheets(stream: BinaryIO, *, with_hidden: bool = True) -> Iterator[SheetStream]:
    """Yield the sheets of an .xlsx file; with or without the rows and columns that are hidden by hand.

    Rows that a filter or a closed outline hides are always read. Raises whatever zipfile and lxml raise, and ValueError
    for rows that no sheet has.
    """
    parts = WorkbookParts(OfficePackage(stream))
    for sheet in parts.sheets:
        facts = SheetFacts()
        if sheet.hidden:
            yield SheetStream(sheet.title, iter(()), facts, hidden=True)
            continue
        facts.shapes = tuple(parts.texts_of_shapes(sheet.part))
        with parts.package.open(sheet.part) as xml:
            look_through(xml, facts)
        with parts.package.open(sheet.part) as xml:
            yield SheetStream(sheet.title, _Rows(parts, facts, with_hidden=with_hidden).read(xml), facts)


def look_through(sheet: IO[bytes], facts: SheetFacts) -> None:
    """Add the facts that have to be known before the rows, as far as the sheet can be unpacked."""
    unread, columns_over = b"", False
    with suppress(zipfile.BadZipFile, zlib.error, EOFError, OSError):
        while block := sheet.read(_BLOCK):
            unread += block
            if not columns_over:
                columns_over = b"sheetData" in unread
                _add_columns(unread.partition(b"sheetData")[0], facts)
            for match in _MERGED.finditer(unread):
                left, top, right, bottom = match.groups()
                facts.merged.append(
                    MergedRange(int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
                )
            facts.filtered = facts.filtered or _FILTER.search(unread) is not None
            last = max((match.end() for match in _MERGED.finditer(unread)), default=0)
            unread = unread[max(last, len(unread) - _OVERLAP) :]
    facts.merged = list(dict.fromkeys(facts.merged))


def _add_columns(xml: bytes, facts: SheetFacts) -> None:
    for match in _COLUMN.finditer(xml):
        column = {name.decode(): value.decode(errors="replace") for name, value in _ATTRIBUTE.findall(match.group())}
        first, last = column.get("min", ""), column.get("max", "")
        if column.get("hidden") in _ON and column.get("outlineLevel", "0") == "0" and first.isdecimal():
            stop = int(last) if last.isdecimal() else int(first)
            if stop < LAST_COLUMN:  # all columns to the right of the table: nothing is hidden there
                facts.hidden_columns.update(range(int(first) - 1, stop))


class _Rows:
    """The rows of a sheet."""

    def __init__(self, parts: WorkbookParts, facts: SheetFacts, *, with_hidden: bool) -> None:
        self._parts = parts
        self._facts = facts
        self._with_hidden = with_hidden

    def read(self, xml: IO[bytes]) -> Iterator[TableRow]:
        """Yield the rows that have any text."""
        from lxml import etree

        number, cells = 0, _RowCells()
        parser = etree.iterparse(xml, tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True, huge_tree=True)
        for _, element in parser:
            if not element.tag.endswith("row"):
                self._add(cells, element)
                element.clear()
                continue
            number = _row_number(element, number)
            self._count_unsaved(cells, number)
            if self._is_read(element, number, cells):
                yield cells.row(number)
            cells = _RowCells()
            _forget(element)

    def _count_unsaved(self, cells: _RowCells, number: int) -> None:
        self._facts.unsaved += len(cells.unsaved)
        for column in cells.unsaved:
            self._facts.firsts.setdefault(column, f"{column_letters(column)}{number}")

    def _is_read(self, row: Any, number: int, cells: _RowCells) -> bool:
        if row.get("hidden") in _ON and not self._facts.filtered and row.get("outlineLevel", "0") == "0" and cells.any:
            self._facts.hidden_rows.append(number)
            return self._with_hidden
        return cells.any

    def _add(self, cells: _RowCells, cell: Any) -> None:
        column = cells.advance(cell.get("r", ""))
        kind, value, formula = cell.get("t", "n"), None, False
        struck = not self._with_hidden and self._parts.is_struck(cell.get("s", ""))
        for child in cell:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name == "v":
                value = child.text
            elif name == "is":
                value = self._parts.rich_text(child, struck=struck)
            elif name == "f":
                formula = True
        if formula and not value and kind != "str":
            cells.unsaved.append(column)
        if value is None or (column in self._facts.hidden_columns and not self._with_hidden):
            return
        if kind == "s":
            value = self._parts.shared_text(value, struck=struck)
        elif kind == "str":
            value = unescape(value)
        text = cell_text(value, kind, self._parts.number_format(cell.get("s", "")), from_1904=self._parts.from_1904)
        if kind == "e":
            cells.errors[column] = text
        elif text and (text := text.strip()):
            cells.texts[column] = strike(text) if struck and kind not in {"s", "inlineStr"} else text


class _RowCells:
    """The filled cells of a row while it is read."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.unsaved: list[int] = []
        self._column = -1
        self._count = 0

    def advance(self, reference: str) -> int:
        """Return the column of the next cell: that of its reference, else the one behind the cell before."""
        match = _CELL.fullmatch(reference)
        self._column = column_number(match.group(1)) if match else self._column + 1
        self._count += 1
        if self._column >= LAST_COLUMN or self._count > LAST_COLUMN:
            raise ValueError(f"it states a cell {reference[:20]}, and a sheet has {LAST_COLUMN:,} columns")
        return self._column

    @property
    def any(self) -> bool:
        """True if any cell has a text or an error."""
        return bool(self.texts or self.errors)

    def row(self, number: int) -> TableRow:
        """Return the row."""
        filled = max((*self.texts, *self.errors))
        width = max(filled, min(self._column, filled + _BLANK_COLUMNS)) + 1
        return TableRow(
            number, number, tuple([self.texts.get(at, "") for at in range(width)]), errors=tuple(self.errors.items())
        )


def _row_number(row: Any, before: int) -> int:
    stated = row.get("r", "")
    if len(stated) > 7 or (stated.isdecimal() and int(stated) > LAST_ROW):
        raise ValueError(f"it states a row {stated[:20]}, and a sheet has {LAST_ROW:,}")
    return int(stated) if stated.isdecimal() else before + 1


def _forget(row: Any) -> None:
    """Take a row that was read out of the tree, with the blanks around it."""
    row.clear()
    parent = row.getparent()
    if parent is not None:
        del parent[0 : parent.index(row)]


def column_number(letters: str) -> int:
    """Return the index of a column, from 0, by its letters.

    >>> column_number("A"), column_number("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(column: int) -> str:
    """Return the letters of a column by its index from 0.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
