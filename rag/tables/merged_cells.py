"""Merged cells of a sheet: rows have the values of cells merged downwards."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from rag.tables.header import Covered, TableRow


@dataclass(frozen=True, slots=True)
class MergedRange:
    """Merged cells: rows from 1, columns from 0, all of them included."""

    top: int
    left: int
    bottom: int
    right: int


class MergedCells:
    """Fills cells that are merged with a cell above, given the rows below the header in their order."""

    def __init__(self, merged: Iterable[MergedRange] = ()) -> None:
        self._last_rows = {(cells.top, cells.left): cells.bottom for cells in merged if cells.bottom > cells.top}
        self._values: dict[int, tuple[str, int]] = {}

    def fill(self, row: TableRow, except_columns: Container[int] = ()) -> TableRow:
        """Return the row with the values of the cells that its blank cells are merged with."""
        if not self._last_rows:
            return row
        self._values = {column: merged for column, merged in self._values.items() if row.number <= merged[1]}
        cells = [*row.cells, *[""] * (max(self._values, default=-1) + 1 - len(row.cells))]  # a row may end before them
        for column, (value, _) in self._values.items():
            cells[column] = cells[column] or value
        for column, cell in enumerate(cells):
            if cell and column not in except_columns and (row.number, column) in self._last_rows:
                self._values[column] = (cell, self._last_rows[row.number, column])
        return replace(row, cells=tuple(cells))


def covered_columns(merged: Iterable[MergedRange]) -> Covered:
    """Return which columns of a row are merged with a cell to their left."""
    across = [cells for cells in merged if cells.right > cells.left]

    def covered(row: int) -> set[int]:
        columns: set[int] = set()
        reached = 0
        for first, last in sorted(
            (cells.left + 1, cells.right) for cells in across if cells.top <= row <= cells.bottom
        ):
            columns.update(range(max(first, reached), last + 1))
            reached = max(reached, last + 1)
        return columns

    return covered
