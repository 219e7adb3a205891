"""Rows in the margins of a page, where running heads and feet are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from statistics import median, median_high

from ingest.formats.pdf.page import PdfLine, PdfPage

_ROWS = 3
_MARGIN = 0.2  # of the page's height
_LARGER = 1.4  # than the middle height of the page's rows
_WHITE, _MORE_WHITE = 1.25, 1.5  # in such heights; times the white between the rows further in
_ROWS_IN = 6


@dataclass(frozen=True, slots=True)
class MarginRow:
    """Lines side by side: their indexes among the lines of the page, and their common edges, in points.

    `clear` is True if this row, or one further in that is in the margin too, is clearly apart from the page's text.
    """

    lines: tuple[int, ...]
    top: float
    bottom: float
    clear: bool = False

    @property
    def height(self) -> float:
        """The height in points."""
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Margins:
    """At most three rows each, from the edge inwards, in the upper and the lower fifth of a page."""

    head: tuple[MarginRow, ...] = ()
    foot: tuple[MarginRow, ...] = ()


def margins(page: PdfPage) -> Margins:
    """Return the margins of a page, up to the first row that is much larger than the page's rows, as titles are."""
    if not page.placed or not (rows := _rows(page.lines)):
        return Margins()
    height = median(row.height for row in rows)
    margin = _MARGIN * (page.top - page.bottom)
    head = takewhile(lambda row: row.bottom >= page.top - margin, rows[:_ROWS])
    foot = takewhile(lambda row: row.top <= page.bottom + margin, rows[: -_ROWS - 1 : -1])
    return Margins(_edge(list(head), rows, height), _edge(list(foot), rows[::-1], height))


def _edge(margin: Sequence[MarginRow], rows: Sequence[MarginRow], height: float) -> tuple[MarginRow, ...]:
    """Return the rows in a margin up to the first large one, and which of them are clear of the rows further in."""
    margin = list(takewhile(lambda row: row.height <= _LARGER * height, margin))
    whites = [max(outer.bottom - inner.top, inner.bottom - outer.top) for outer, inner in pairwise(rows)]
    last = max((at for at, _ in enumerate(margin) if _is_gap(whites[at:], height)), default=-1)
    return tuple(replace(row, clear=at <= last) for at, row in enumerate(margin))


def _is_gap(whites: Sequence[float], height: float) -> bool:
    """Tell whether the first of these distances between rows is larger than that between lines of text."""
    further = whites[1 : 1 + _ROWS_IN]
    usual = median_high(further) if further else 0.0
    return bool(whites) and whites[0] >= max(_WHITE * height, _MORE_WHITE * usual)


def _rows(lines: Sequence[PdfLine]) -> list[MarginRow]:
    """Return the lines with text, from top to bottom, those side by side as one row."""
    rows: list[MarginRow] = []
    single = [MarginRow((index,), line.top, line.bottom) for index, line in enumerate(lines) if line.text.strip()]
    for row in sorted(single, key=lambda row: -row.top):
        last = rows[-1] if rows else None
        if last and min(last.top, row.top) - max(last.bottom, row.bottom) > 0.5 * min(last.height, row.height):
            rows[-1] = MarginRow((*last.lines, *row.lines), last.top, min(last.bottom, row.bottom))
        else:
            rows.append(row)
    return rows
