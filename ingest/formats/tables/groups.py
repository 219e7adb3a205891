"""Headings of groups within a table (【文具】, ■配送について): rows of one cell that name the rows below them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from ingest.formats.categories import AHEAD, is_total
from rag.tables.ahead import peek
from rag.tables.header import TableRow
from rag.tables.merged_cells import MergedRange

_MARKS: Final = frozenset("■◆◇●○◎▼▽§▶►")
_OPENING: Final = frozenset("【〔［[《〈＜<")
_BRACKETED: Final = re.compile(r"[【〔［\[《〈＜<][^【】〔〕［］\[\]《》〈〉＜＞<>]+[】〕］\]》〉＞>]")
_NUMBERED: Final = re.compile(
    r"第[0-9０-９一二三四五六七八九十]{1,3}[章節編部]|[0-9０-９一二三四五六七八九十]{1,3}[.．、)）](?![0-9０-９])|"
    r"[(（][0-9０-９]{1,3}[)）]|[①-⑳]|[IVX]{1,4}[.．)）]|[Ⅰ-Ⅻ][.．、)） 　]"
)
_NOTE: Final = re.compile(
    r"[※＊*(（].{0,100}|注.{0,4}[:：].{0,100}|.{0,100}(?:[。．.!！?？]|です|ます|ません|ください|下さい)"
)
"""A merged cell without a mark that is not the name of a group."""
_FEWEST: Final = 2
"""Headings with the same mark, or merged, by which they are known."""
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

    A heading is a single cell at the left, with a mark or number that no row of several cells begins with, or merged
    across the table; a row of several cells or another heading is next. Unless it is merged and has a mark, the table
    begins with a heading, and another one is alike. One that is merged and has no mark, or a mark that is not seen
    again, is a row as well. Whatever `rows` raises is raised again.
    """
    first, rows = peek(iter(rows), AHEAD)
    headings = _Headings(header, merged, first)
    before: TableRow | None = None
    try:
        for row in chain(first, rows):
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

    def __init__(self, header: Sequence[str], merged: Iterable[MergedRange], first: Sequence[TableRow]) -> None:
        named = [column for column, name in enumerate(header) if name]
        self._several = len(named) > 1
        self._across = {
            (cells.top, cells.left)
            for cells in merged
            if named and cells.top == cells.bottom and cells.left <= named[0] < named[-1] <= cells.right
        }
        self._open: dict[str, str] = {}
        over = [(row, mark) for row, below in pairwise(first) if (mark := self._mark_over(row, below)) is not None]
        counts = Counter(mark for _, mark in over)
        self._sure = {mark for mark, count in counts.items() if mark and count >= _FEWEST}
        self._marks = {mark for row, mark in over if mark and self._is_across(row)}
        if over and over[0][0] is first[0]:
            self._marks |= {mark for mark, count in counts.items() if count >= _FEWEST}
        self._marks -= {_kind(row.cells[row.filled[0]]) for row in first if row.several} - {""}

    def place(self, row: TableRow, below: TableRow | None) -> Iterator[GroupedRow]:
        """Yield a row in its group; nothing for a heading that is surely one."""
        mark = None if below is None else self._mark_over(row, below)
        label = next((cell for cell in row.cells if cell), "")
        if mark is None or mark not in self._marks:
            if (kind := _kind(label)) and kind in self._open:
                self._close(kind)
            if row.several:
                self._marks -= {kind} - {""}
            yield GroupedRow(row, "" if is_total(label) else self._group)
            return
        self._close(mark)
        if mark not in self._sure:
            yield GroupedRow(row, self._group)
        self._open[mark] = label
        if len(self._open) > _DEEPEST:
            del self._open[next(iter(self._open))]

    @property
    def _group(self) -> str:
        return " ".join(self._open.values())

    def _close(self, mark: str) -> None:
        """Close the heading with a mark, and those within it."""
        marks = [*self._open]
        for deeper in marks[marks.index(mark) :] if mark in self._open else ():
            del self._open[deeper]

    def _mark_over(self, row: TableRow, below: TableRow) -> str | None:
        """Return the mark of a row that may be a heading over the row below it, None for any other."""
        mark = self._mark(row)
        if mark is None or below.fault:
            return None
        other = None if below.several else self._mark(below)
        if below.several:
            return None if mark and _kind(below.cells[below.filled[0]]) == mark else mark
        return None if other in {None, mark} else mark

    def _mark(self, row: TableRow) -> str | None:
        """Return the mark of a row that may be a heading, None for any other."""
        if row.fault or row.errors or not self._several or len(filled := row.filled) != 1:
            return None
        text, is_across = row.cells[filled[0]], self._is_across(row)
        if len(text) > _LONGEST or (filled[0] > 0 and not is_across) or is_total(text):
            return None
        kind = _kind(text)
        if not is_across:
            return kind if kind and (kind not in _OPENING or _BRACKETED.fullmatch(text)) else None
        return kind if kind or not _NOTE.fullmatch(text) else None

    def _is_across(self, row: TableRow) -> bool:
        return (row.number, row.filled[0]) in self._across


def _kind(text: str) -> str:
    """Return the mark that a text begins with, "1" for a number (2. 返品, 第一章), "" for none."""
    if len(text) > 1 and (text[0] in _MARKS or text[0] in _OPENING):
        return text[0]
    return "1" if _NUMBERED.match(text) else ""
