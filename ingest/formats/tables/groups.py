"""Headings of groups within a table (【文具】, ■配送について): rows of one cell that name the rows below them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.formats.categories import is_total
from rag.tables.header import TableRow
from rag.tables.merged_cells import MergedRange

_MARKS: Final = frozenset("【〔［[《〈＜<■□◆◇●○◎▼▽▲△★☆§▶►")
_NUMBERED: Final = re.compile(
    r"第?[0-9０-９一二三四五六七八九十]{1,3}[章節編部.．、)）]|[(（][0-9０-９]{1,3}[)）]|[①-⑳]|[IVXⅠ-Ⅹ]{1,4}[.．、)） ]"
)
_DEEPEST: Final = 3
"""Headings within one another."""
_LONGEST: Final = 100
"""Letters of a heading."""


@dataclass(frozen=True, slots=True)
class GroupedRow:
    """A row of a table, and the headings of the group it is in, from the widest down; "" if there is none."""

    row: TableRow
    group: str = ""


def grouped(rows: Iterable[TableRow], header: Sequence[str], merged: Iterable[MergedRange]) -> Iterator[GroupedRow]:
    """Yield the rows below a header with the headings above them, which are no rows of their own.

    A heading is a single cell at the left, with a mark or number that the first cell of the next row does not have, or
    merged across the table; a row of several cells or another heading is next. Whatever `rows` raises is raised again.
    """
    headings = _Headings(header, merged)
    before: TableRow | None = None
    try:
        for row in rows:
            if before is not None:
                yield from headings.place(before, row)
            before = row
    except Exception:  # a library may raise anything
        if before is not None:
            yield from headings.place(before, None)
        raise
    if before is not None:
        yield from headings.place(before, None)


class _Headings:
    """The headings that are open at a row: each by its mark, which is "" for a merged cell without any."""

    def __init__(self, header: Sequence[str], merged: Iterable[MergedRange]) -> None:
        named = [column for column, name in enumerate(header) if name]
        self._several = len(named) > 1
        self._across = {
            (cells.top, cells.left)
            for cells in merged
            if named and cells.top == cells.bottom and cells.left <= named[0] < named[-1] <= cells.right
        }
        self._open: dict[str, str] = {}

    def place(self, row: TableRow, below: TableRow | None) -> Iterator[GroupedRow]:
        """Yield a row in its group, nothing for a heading."""
        mark = self._mark(row)
        if mark is not None and below is not None and self._is_over(mark, below):
            marks = [*self._open]
            for deeper in marks[marks.index(mark) :] if mark in self._open else ():
                del self._open[deeper]
            self._open[mark] = row.cells[row.filled[0]]
            if len(self._open) > _DEEPEST:
                del self._open[next(iter(self._open))]
        else:
            within = self._open and not is_total(next((cell for cell in row.cells if cell), ""))
            yield GroupedRow(row, " ".join(self._open.values()) if within else "")

    def _mark(self, row: TableRow) -> str | None:
        """Return the mark of a row that may be a heading, None for any other."""
        if row.fault or row.errors or not self._several or len(filled := row.filled) != 1:
            return None
        text = row.cells[filled[0]]
        if len(text) > _LONGEST or (filled[0] > 0 and (row.number, filled[0]) not in self._across):
            return None
        return _kind(text) or ("" if (row.number, filled[0]) in self._across else None)

    def _is_over(self, mark: str, below: TableRow) -> bool:
        if below.fault:
            return False
        first = next((cell for cell in below.cells if cell), "")
        if below.several:
            return not mark or _kind(first) != mark
        other = self._mark(below)
        return other is not None and other != mark


def _kind(text: str) -> str:
    """Return the mark that a text begins with, "1" for a number (2. 返品, 第一章), "" for none."""
    if text[:1] in _MARKS:
        return text[:1]
    return "1" if _NUMBERED.match(text) else ""
