"""Merged cells of a sheet: rows have the values of cells merged downwards, headers those of cells merged across."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from rag.tables.header import TableRow


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


def join_header(rows: Iterator[TableRow], merged: Sequence[MergedRange]) -> Iterator[TableRow]:
    """Join the rows of a header: cells that are merged across stand over names in the row below them.

    A row belongs to the header if all its cells are below such cells of the row above it, which has no other row
    between. `rows` begin with the header; columns are named 2023年度 売上.
    """
    header = next(rows, None)
    if header is None or header.fault:
        yield from (() if header is None else (header,))
        return
    across = [cells for cells in merged if cells.right > cells.left]
    upper, read = header, []
    while spans := [cells for cells in across if cells.top <= upper.number <= cells.bottom]:
        below = next(rows, None)
        if below is None:
            break
        covered = {column for cells in spans for column in range(cells.left, cells.right + 1)}
        if below.fault or below.number != upper.number + 1 or not covered.issuperset(below.filled):
            read.append(below)
            break
        header = replace(below, cells=_joined(header.cells, below.cells, spans))
        upper = below
    yield from chain([header], read, rows)


def _joined(above: Sequence[str], below: Sequence[str], spans: Iterable[MergedRange]) -> tuple[str, ...]:
    names = [*above, *[""] * (len(below) - len(above))]
    for cells in spans:
        for column in range(cells.left + 1, min(cells.right + 1, len(names))):
            names[column] = names[column] or names[cells.left]
    return tuple(f"{name} {below[at] if at < len(below) else ''}".strip() for at, name in enumerate(names))
