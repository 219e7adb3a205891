"""Merged cells of a sheet: rows have the values of cells merged downwards."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
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
        self._ranges = {(cells.top, cells.left): cells for cells in merged}
        self._values: dict[int, tuple[str, int]] = {}

    def fill(self, row: TableRow, except_columns: Container[int] = (), across: Sequence[int] = ()) -> TableRow:
        """Return the row with the values of the cells that its blank cells are merged with.

        Those of the columns `across`, but the first, are also filled if they are merged with a cell to their left,
        unless the row has no other of its own: that is a heading.
        """
        if not self._ranges:
            return row
        self._values = {column: merged for column, merged in self._values.items() if row.number <= merged[1]}
        cells = dict(enumerate(row.cells))
        for column, (value, _) in self._values.items():
            cells[column] = cells.get(column) or value
        own = [column for column in row.filled if not self._goes_on(row, column)]
        for column in row.filled:
            merged = self._ranges.get((row.number, column))
            if merged is None or column in except_columns:
                continue
            spread = across if own not in ([], [column]) and column > min(across, default=0) else ()
            for covered in (column, *(at for at in spread if column < at <= merged.right and at not in except_columns)):
                cells[covered] = row.cells[column]
                if merged.bottom > merged.top:
                    self._values[covered] = (row.cells[column], merged.bottom)
        return replace(row, cells=tuple(cells.get(column, "") for column in range(max(cells, default=-1) + 1)))

    def _goes_on(self, row: TableRow, column: int) -> bool:
        """Tell whether a cell is merged with one below, as the name of a group is."""
        merged = self._ranges.get((row.number, column))
        return merged is not None and merged.bottom > merged.top


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
