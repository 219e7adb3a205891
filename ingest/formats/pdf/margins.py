"""The rows in the margins of a page, where running heads and feet stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from statistics import median, median_high

from ingest.formats.pdf.page import Line, Sheet

_ROWS = 3
_MARGIN = 0.2  # of the page's height
_LARGER = 1.4  # than the middle height of the page's rows
_WHITE, _MORE_WHITE = 1.25, 1.5  # in such heights; times the white between the rows further in
_ROWS_IN = 6


@dataclass(frozen=True, slots=True)
class Row:
    """Lines side by side: their places among the lines of the page, and their edges together, in points.

    `clear` says that this row, or one further in that is in the margin too, stands clear of the text of the page.
    """

    places: tuple[int, ...]
    top: float
    bottom: float
    clear: bool = False

    @property
    def height(self) -> float:
        """In points."""
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Margins:
    """The three outermost rows or fewer, from outside inwards, that are in the upper and the lower fifth of a page."""

    head: tuple[Row, ...] = ()
    foot: tuple[Row, ...] = ()


def margins(sheet: Sheet) -> Margins:
    """Those of a page. None of their rows is much larger than the rows of the page; titles are."""
    if not sheet.placed or not (rows := _rows(sheet.lines)):
        return Margins()
    height = median(row.height for row in rows)
    margin = _MARGIN * (sheet.top - sheet.bottom)
    head = takewhile(lambda row: row.bottom >= sheet.top - margin, rows[:_ROWS])
    foot = takewhile(lambda row: row.top <= sheet.bottom + margin, rows[: -_ROWS - 1 : -1])
    return Margins(_edge(list(head), rows, height), _edge(list(foot), rows[::-1], height))


def _edge(found: Sequence[Row], rows: Sequence[Row], height: float) -> tuple[Row, ...]:
    """The rows found in a margin up to the first that is large, and which of them are clear of those further in."""
    found = list(takewhile(lambda row: row.height <= _LARGER * height, found))
    whites = [max(one.bottom - another.top, another.bottom - one.top) for one, another in pairwise(rows)]
    last = max((at for at, _ in enumerate(found) if _much(whites[at:], height)), default=-1)
    return tuple(replace(row, clear=at <= last) for at, row in enumerate(found))


def _much(whites: Sequence[float], height: float) -> bool:
    """Whether the first of these distances between rows is more than lines of text have among themselves."""
    further = whites[1 : 1 + _ROWS_IN]
    usual = median_high(further) if further else 0.0
    return bool(whites) and whites[0] >= max(_WHITE * height, _MORE_WHITE * usual)


def _rows(lines: Sequence[Line]) -> list[Row]:
    """The lines that have text, those side by side as one row, from above downwards."""
    rows: list[Row] = []
    shown = [Row((place,), line.top, line.bottom) for place, line in enumerate(lines) if line.text.strip()]
    for row in sorted(shown, key=lambda one: -one.top):
        last = rows[-1] if rows else None
        if last and min(last.top, row.top) - max(last.bottom, row.bottom) > 0.5 * min(last.height, row.height):
            rows[-1] = Row((*last.places, *row.places), last.top, min(last.bottom, row.bottom))
        else:
            rows.append(row)
    return rows
