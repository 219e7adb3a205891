"""Cells of a sheet that are merged downwards, as the rows that they span have them."""

from __future__ import annotations

from collections.abc import Mapping


class Merged:
    """Fills cells that are merged with the one above, row by row."""

    def __init__(self, facts: Mapping[tuple[int, int], int]) -> None:
        self._last = facts
        self._held: dict[int, tuple[str, int]] = {}

    def fill(self, cells: list[str], number: int, columns: frozenset[int]) -> None:
        """Put into blank cells of row `number` what the cells say that they are merged with, in these columns."""
        for place, (value, last) in list(self._held.items()):
            if number > last:
                del self._held[place]
            elif place < len(cells) and not cells[place]:
                cells[place] = value
        for place, cell in enumerate(cells):
            if place in columns and cell and (number, place) in self._last:
                self._held[place] = (cell, self._last[number, place])
