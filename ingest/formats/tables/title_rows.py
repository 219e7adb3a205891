"""What people write above a table, such as 社内FAQ over the headers 質問 and 回答: a title, and no header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ingest.formats.types import Fault

Row = Sequence[str]
Numbered = tuple[int, Row | Fault]
_ROWS, _LINES = 20, 4
"""How many rows are looked at, blank ones aside, and how many of them may stand above a header."""


@dataclass(frozen=True, slots=True)
class Captioned:
    """A table: what stands above it, as one line, and its rows from the header on, with their numbers."""

    caption: str
    rows: Iterator[Numbered]


def captioned(rows: Iterable[Numbered]) -> Captioned:
    """Take what stands above a table from its rows.

    That is up to `_LINES` rows with a single cell, at the left, over a header: a row with several cells that is as wide
    as all rows looked at below it, most of which reach beyond that single cell's column too. Anything else begins with
    its header, as a table of one column does. Below a first row with several cells nothing is looked at.
    """
    coming = iter(rows)
    ahead: list[Numbered] = []
    known: list[Row] = []
    try:
        for number, row in coming:
            if isinstance(row, Fault):
                ahead.append((number, row))
                break
            if any(cell.strip() for cell in row):
                ahead.append((number, row))
                known.append(row)
            if known and (len(_filled(known[0])) > 1 or len(known) == _ROWS):
                break
    except Exception as error:  # a library may raise anything
        coming = _failing(error)  # when its turn comes: rows before it can be read
    lines = _lines(known)
    caption = " ".join(cell.strip() for row in known[:lines] for cell in row if cell.strip())
    return Captioned(caption, chain(ahead[lines:], coming))


def _lines(rows: Sequence[Row]) -> int:
    """How many of these rows, none of them blank, stand above a header."""
    filled = [_filled(row) for row in rows]
    lines = next((place for place, row in enumerate(filled) if len(row) > 1), 0)
    above, below = filled[:lines], filled[lines + 1 :]
    if not above or not below or lines > _LINES:
        return 0
    at_the_left = all(row[0] <= filled[lines][0] for row in above)
    as_wide = all(row[-1] < len(rows[lines]) for row in below)
    a_table = 2 * sum(row[-1] > above[0][0] for row in below) > len(below)
    return lines if at_the_left and as_wide and a_table else 0


def _filled(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _failing(error: Exception) -> Iterator[Numbered]:
    yield from ()
    raise error
