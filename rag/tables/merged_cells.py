"""Merged cells of a sheet: rows have the values of cells merged downwards, headers those of cells merged across."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

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
    return lambda row: {
        column
        for cells in across
        if cells.top <= row <= cells.bottom
        for column in range(cells.left + 1, cells.right + 1)
    }


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
    names: list[str] = []
    read: list[TableRow] = []
    covered: set[int] = set()
    while not read and (spans := [cells for cells in across if cells.top <= header.number <= cells.bottom]):
        below = next(rows, None)
        if below is None:
            break
        covered.update(column for cells in spans for column in range(cells.left, cells.right + 1))
        if below.fault or below.number != header.number + 1 or not covered.issuperset(below.filled):
            read.append(below)
            blank = min(max(covered) + 1, len(below.cells)) - len(header.cells)
            header = replace(header, cells=(*header.cells, *[""] * blank))  # merged cells may not be in the file
        else:
            names = _joined(names, _spread(header.cells, spans, len(below.cells)))
            header = below
    yield from chain([replace(header, cells=tuple(_joined(names, header.cells)))], read, rows)


def _spread(cells: Sequence[str], spans: Iterable[MergedRange], width: int) -> list[str]:
    """Return the cells of a row with those that are merged across in every column that they cover."""
    names = [*cells, *[""] * (width - len(cells))]
    for span in spans:
        for column in range(span.left + 1, min(span.right + 1, len(names))):
            names[column] = names[span.left]
    return names


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    return [" ".join(filter(None, names)) for names in zip_longest(above, below, fillvalue="")]
