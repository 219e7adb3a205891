"""Merged cells of a sheet: rows have the values of cells merged downwards, headers those of cells merged across."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from rag.tables.header import Covered, TableRow, failing, is_number

_UNIT = re.compile(r"[(（\[［][^()（）]{1,12}[)）\]］]")


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
    between. `rows` begin with the header; columns are named 2023年度 売上. Without merged cells, as in a csv, the shape
    of the first rows may show the same, or a row of units below the names: see `_groups` and `_are_units`.
    """
    header = next(rows, None)
    if header is None or header.fault:
        yield from (() if header is None else (header,))
        return
    across = [cells for cells in merged if cells.right > cells.left]
    if not any(cells.top <= header.number <= cells.bottom for cells in across):
        first, rows = _peek(rows, 2)
        if first and _are_units(header, first[0]):
            units = first.pop(0)
            header = replace(units, cells=tuple(_joined(header.cells, units.cells)))
        elif len(first) == 2:
            across += _groups(header, *first)
        rows = chain(first, rows)
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


def _peek(rows: Iterator[TableRow], count: int) -> tuple[list[TableRow], Iterator[TableRow]]:
    """Return the next rows, and those behind them; what is raised over them is raised there."""
    first: list[TableRow] = []
    try:
        for row in rows:
            first.append(row)
            if len(first) == count:
                break
    except Exception as error:  # a library may raise anything
        return first, failing(error)
    return first, rows


def _are_units(header: TableRow, below: TableRow) -> bool:
    """Tell whether the row below a header has units of its columns, each in brackets."""
    if below.fault or below.number != header.number + 1 or len(below.filled) < 2:
        return False
    return {*below.filled} <= {*header.filled} and all(_UNIT.fullmatch(below.cells[column]) for column in below.filled)


def _groups(header: TableRow, below: TableRow, data: TableRow) -> list[MergedRange]:
    """Return the cells of a header that stand over several names in the row below, as if they were merged across.

    The row below must have names there and nowhere else, over numbers or below several such cells.
    """
    starts = header.filled
    if below.fault or data.fault or below.number != header.number + 1 or not (starts and below.filled):
        return []
    ends = [*(start - 1 for start in starts[1:]), max(starts[-1], below.filled[-1])]
    groups = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]
    within = [column for start, end in groups for column in range(start, end + 1)]
    names = [below.cells[column] for column in below.filled]
    if within != below.filled or len(groups) == len(starts) or any(is_number(name) or len(name) > 20 for name in names):
        return []
    numbers = any(is_number(data.cells[column]) for column in within if column in data.filled)
    if len(groups) < 2 and not numbers:
        return []
    return [MergedRange(header.number, start, header.number, end) for start, end in groups]


def _spread(cells: Sequence[str], spans: Iterable[MergedRange], width: int) -> list[str]:
    """Return the cells of a row with those that are merged across in every column that they cover."""
    names = [*cells, *[""] * (width - len(cells))]
    for span in spans:
        for column in range(span.left + 1, min(span.right + 1, len(names))):
            names[column] = names[span.left]
    return names


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    return [" ".join(filter(None, names)) for names in zip_longest(above, below, fillvalue="")]
