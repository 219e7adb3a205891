"""Cells of a sheet that are merged downwards: every row that they span has their value."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from rag.tables.header import TableRow


class MergedCells:
    """Fills cells that are merged with a cell above, given the rows below the header in their order."""

    def __init__(self, last_rows: Mapping[tuple[int, int], int]) -> None:
        """Take the last row of every merged range, by row (from 1) and column (from 0) of its first cell."""
        self._last_rows = last_rows
        self._values: dict[int, tuple[str, int]] = {}

    def fill(self, row: TableRow, except_columns: Container[int] = ()) -> TableRow:
        """Return the row with the values of the cells that its blank cells are merged with."""
        if not self._last_rows:
            return row
        cells = list(row.cells)
        for column, (value, last) in list(self._values.items()):
            if row.number > last:
                del self._values[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = value
        for column, cell in enumerate(cells):
            if cell and column not in except_columns and (row.number, column) in self._last_rows:
                self._values[column] = (cell, self._last_rows[row.number, column])
        return replace(row, cells=tuple(cells))
