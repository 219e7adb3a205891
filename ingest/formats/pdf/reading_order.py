"""The order in which the lines of a PDF page are read, where it is not that of PDFium.

PDFium puts vertical lines from left to right and those of a turned page upside down, takes what was drawn row by row
over two columns for one line, and breaks a row of a table at a cell of one or two letters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from ingest.formats.pdf.placed_line import PlacedLine

_BLANK = re.compile(r"(?<=\S)[ \u3000]+(?=\S)")
_SHORT = 2
"""Letters of a cell after or before which PDFium may break a row."""
_SPACED = 1.5
"""White between lines, in their heights."""
_ROWS = 4
"""The fewest lines of a column of text."""
_WIDE = 8.0
"""A column of text is so many times as wide as its lines are high; cells of a table rarely are."""
_FULL, _FULL_LINES = 0.7, 0.7
"""Most lines of a column are nearly as wide as the column; those of the cells of a table are not."""


def in_order(text_page: Any, lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return the lines of a page as they are read: a vertical page from the right, column after column of two."""
    with_text = [line for line in lines if line.text.strip()]
    if sum(line.vertical for line in with_text) > len(with_text) / 2:
        return _from_right(with_text)
    if sum(after.bottom >= line.top for line, after in pairwise(with_text)) > (len(with_text) - 1) / 2:
        lines = sorted(with_text, key=lambda line: -line.top)
    return list(_whole_rows(_by_columns(text_page, lines)))


def _from_right(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return vertical lines from right to left, those of an upper tier before those of a lower one."""
    tiers: list[list[PlacedLine]] = []
    lowest = 0.0
    for line in sorted(lines, key=lambda line: (-line.top, -line.right)):
        if tiers and line.top > lowest:
            lowest = min(lowest, line.bottom)
            tiers[-1].append(line)
        else:
            lowest = line.bottom
            tiers.append([line])
    return [line for tier in tiers for line in sorted(tier, key=lambda line: (-line.right, -line.top))]


def _whole_rows(lines: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """Yield lines, a cell of one or two letters in the line of its row."""
    row: PlacedLine | None = None
    for line in lines:
        if row is not None and _is_same_row(row, line):
            edges = (row.left, min(row.bottom, line.bottom), line.right, max(row.top, line.top))
            row = PlacedLine(f"{row.text.rstrip()} {line.text.lstrip()}", row.start, *edges, row.after_ruby)
            continue
        if row is not None:
            yield row
        row = line
    if row is not None:
        yield row


@dataclass(frozen=True, slots=True)
class _White:
    """A white between two letters of a line, the latter of which is at `offset`, or one that lines have in common."""

    left: float
    right: float
    offset: int = 0

    def common(self, other: _White, least: float) -> _White | None:
        """Return what two whites have in common, if that is wide enough."""
        left, right = max(self.left, other.left), min(self.right, other.right)
        return _White(left, right) if right - left >= least else None


def _is_same_row(row: PlacedLine, line: PlacedLine) -> bool:
    """Tell whether a line goes on with the cells of a row, where one of the two that meet has one or two letters."""
    if not (line.beside(row) and line.left > row.right) or line.after_ruby:
        return False
    return min(len(row.text.split()[-1]), len(line.text.split()[0])) <= _SHORT


def _by_columns(text_page: Any, lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return the lines, those that go over the white between two columns of text in two, column after column."""
    ordered: list[PlacedLine] = []
    block: list[PlacedLine] = []
    whites: list[_White] = []
    for line in lines:
        own = _whites(text_page, line)
        common = _narrowed(whites, line, own) if block and _is_next(block[-1], line) else []
        if not common:
            ordered += _columns(text_page, block, whites)
            block = []
            common = own
        whites = common
        if whites:
            block.append(line)
        else:
            ordered.append(line)
    return ordered + _columns(text_page, block, whites)


def _is_next(before: PlacedLine, line: PlacedLine) -> bool:
    """Tell whether a line is below another, with no more white between them than within a paragraph."""
    return line.top < before.top and before.bottom - line.top < _SPACED * min(before.height, line.height)


def _narrowed(whites: Sequence[_White], line: PlacedLine, own: Sequence[_White]) -> list[_White]:
    """Return what is left of common whites when a line is added, which may be on one side of them."""
    beside = (_White(line.right, math.inf), _White(-math.inf, line.left))
    every = (white.common(other, line.height / 2) for white in whites for other in (*own, *beside))
    return [white for white in every if white is not None]


def _columns(text_page: Any, block: Sequence[PlacedLine], whites: Sequence[_White]) -> list[PlacedLine]:
    """Return lines column after column, if the widest of their common whites parts two columns of text."""
    if len(block) < _ROWS:
        return list(block)
    white = max(whites, key=lambda white: white.right - white.left)
    middle = (white.left + white.right) / 2
    left: list[PlacedLine] = []
    right: list[PlacedLine] = []
    for line in block:
        if line.right <= middle or line.left >= middle:
            (left if line.right <= middle else right).append(line)
        else:
            gap = next(own for own in _whites(text_page, line) if own.left <= middle <= own.right)
            at = gap.offset
            left.append(replace(line, text=line.text[:at].rstrip(), right=gap.left))
            right.append(replace(line, text=line.text[at:], start=line.start + at, left=gap.right, after_ruby=False))
    if _is_column(left) and _is_column(right):
        return left + _by_columns(text_page, right)
    return list(block)


def _whites(text_page: Any, line: PlacedLine) -> list[_White]:
    """Return the whites within a line that are wider than its letters are high."""
    if line.start < 0 or line.vertical or line.width < _WIDE * line.height:
        return []
    whites = []
    for blank in _BLANK.finditer(line.text):
        right = text_page.get_charbox(line.start + blank.start() - 1, loose=True)[2]
        left = text_page.get_charbox(line.start + blank.end(), loose=True)[0]
        if left - right >= line.height:
            whites.append(_White(right, left, blank.end()))
    return whites


def _is_column(lines: Sequence[PlacedLine]) -> bool:
    if len(lines) < _ROWS:
        return False
    widest = max(line.width for line in lines)
    full = sum(line.width >= _FULL * widest for line in lines)
    return widest >= _WIDE * median(line.height for line in lines) and full >= _FULL_LINES * len(lines)
