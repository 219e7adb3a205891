"""Cells of a table in a text document: one that is merged counts in every row and column that it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.formats.categories import AHEAD, Categories

_LONGEST: Final = 100
"""Letters of a merged cell that are written again; a longer one leaves empty cells."""
_MOST: Final = 1_000_000
"""Letters that merged cells of a document may add."""
_WIDEST: Final = 1000


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The cells of a row, and the line that it is written on."""

    line: int
    cells: list[str]


class MergedTable:
    """The cells of a table, row by row: `cell` for each, then `row`, which returns them."""

    def __init__(self) -> None:
        self._above: dict[int, tuple[str, int]] = {}  # the text of a column's cell from above, and for how many rows
        self._cells: list[str] = []
        self._own = 0
        self._left = _MOST
        self._kept: list[KeptRow] = []

    def begin(self) -> None:
        """Begin another table."""
        self._above, self._cells, self._own = {}, [], 0

    def cell(self, text: str, across: int = 1, down: int = 1, *, again: bool = False) -> None:
        """Add a cell that covers so many columns and rows; `again` if it is the continuation of the one above."""
        self._fill()
        column = len(self._cells)
        text = text or (self._above.get(column, ("", 0))[0] if again else "")
        short = text if len(text) <= _LONGEST else ""
        across = min(across, _WIDEST)
        if self._left < (across + down - 2) * len(short):
            across, down = 1, 1
        self._left -= (across - 1) * (len(short) + 3)
        for at in range(across):
            self._cells.append(short if at else text)
            self._above[column + at] = (short, down - 1)
        self._own += 1

    def row(self) -> list[str]:
        """Return the cells of the row; one that is alone is not repeated."""
        alone = self._own == 1 and not any(rows for _, rows in self._above.values())
        own = self._own
        self._fill()
        cells, self._cells, self._own = self._cells, [], 0
        return cells[:1] if alone else cells if own else []

    def keep(self, line: int, cells: list[str]) -> None:
        """Remember a row and the line that it is written on, up to the end of the table."""
        self._kept.append(KeptRow(line, cells))

    def end(self) -> Iterator[tuple[KeptRow, list[str]]]:
        """End the table; yield the rows that have the category of their group in its first row only, and with it."""
        kept, self._kept = self._kept, []
        header, *rows = [row.cells for row in kept if len(row.cells) > 1] or [[]]
        categories = Categories(header, rows[:AHEAD])
        for row in kept:
            if row.cells is header:
                continue
            if len(row.cells) == 1:
                categories.end()
            elif self._left > 0:
                filled = [*categories.fill(row.cells)]
                self._left -= sum(map(len, filled)) - sum(map(len, row.cells))
                if filled != row.cells:
                    yield row, filled

    def _fill(self) -> None:
        """Add the cells that reach down from above."""
        while (above := self._above.get(len(self._cells), ("", 0)))[1] > 0 and self._left > 0:
            self._above[len(self._cells)] = (above[0], above[1] - 1)
            self._cells.append(above[0])
            self._left -= len(above[0]) + 3


def count_of(attribute: str | None) -> int:
    """Return the number of columns or rows that an attribute says, 1 where it says none.

    >>> count_of("3"), count_of(None), count_of("0"), count_of("x")
    (3, 1, 1, 1)
    """
    text = (attribute or "").strip()[:6]
    return max(1, int(text)) if text.isascii() and text.isdigit() else 1
