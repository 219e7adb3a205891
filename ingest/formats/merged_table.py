"""Cells of a table in a text document: one that is merged counts in every row and column that it covers."""

from __future__ import annotations

from typing import Final

from ingest.formats.categories import Categories

_LONGEST: Final = 100
"""Letters of a merged cell that are written again; a longer one leaves empty cells."""
_MOST: Final = 1_000_000
"""Letters that merged cells of a document may add."""
_WIDEST: Final = 1000


class MergedTable:
    """The cells of a table, row by row: `cell` for each, then `row`, which returns them."""

    def __init__(self) -> None:
        self._above: dict[int, tuple[str, int]] = {}  # the text of a column's cell from above, and for how many rows
        self._cells: list[str] = []
        self._own = 0
        self._left = _MOST
        self._categories: Categories | None = None

    def begin(self) -> None:
        """Begin another table."""
        self._above, self._cells, self._own, self._categories = {}, [], 0, None

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
        if alone or not own:
            return cells[:1] if alone else []
        return self._with_category(cells)

    def _with_category(self, cells: list[str]) -> list[str]:
        """Return the cells of a row with the category that stands in the first row of its group."""
        if self._categories is None:
            self._categories = Categories(cells)
            return cells
        filled = [*self._categories.fill(cells)] if self._left > 0 else cells
        self._left -= sum(map(len, filled)) - sum(map(len, cells))
        return filled

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
