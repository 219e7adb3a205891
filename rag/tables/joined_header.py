"""Headers of several rows: names that stand over others, or are merged with them, and units below names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Final

from rag.tables.ahead import peek
from rag.tables.header import TableRow, is_number, repeats_below
from rag.tables.merged_cells import MergedRange
from rag.text.language import normalise
from rag.text.numbers.units import UNITS

_UNIT = re.compile(r"[(（\[［][^()（）]{1,12}[)）\]］]")
_COUNTERS: Final = frozenset(
    "人 名 個 件 台 冊 枚 本 回 社 校 戸 世帯 千円 万円 百万円 億円 千人 万人 点 位 元 g".split()
)
_DEEPEST = 3
"""Rows below the first that a name of a header may be merged down to."""
_MOST = 1000
"""Merged cells of a row that are looked at."""
_BEYOND = 30
"""Columns to the right of a row's last cell in which a merged cell above it counts."""


def join_header(rows: Iterator[TableRow], merged: Sequence[MergedRange]) -> Iterator[TableRow]:
    """Join the rows of a header: cells that are merged across stand over names in the row below them.

    A row belongs to the header if it has no other row between, and all its cells are below such cells of the row above
    it, or below no name; or if names of the first row are merged down to it: see `_belongs`. `rows` begin with the
    header; columns are named 2023年度 売上. Without merged cells, as in a csv, the shape of the first rows may show the
    same, or a row of units below the names: see `_groups` and `_are_units`.
    """
    header = next(rows, None)
    if header is None or header.fault:
        yield from (() if header is None else (header,))
        return
    across = [cells for cells in merged if cells.right > cells.left]
    last, side = _last_row(header, merged), _merged_down(header, merged)
    if last == header.number and not any(cells.top <= header.number <= cells.bottom for cells in across):
        first, rows = peek(rows, 2)
        if first and _are_units(header, *first):
            units = first.pop(0)
            header = replace(units, cells=tuple(_joined(header.cells, units.cells)))
        elif len(first) == 2:
            across += _groups(header, *first)
        rows = chain(first, rows)
    names: list[str] = []
    read: list[TableRow] = []
    covered: set[int] = set()
    while not read:
        spans = [cells for cells in across if _is_over_names(cells, header.number)][:_MOST]
        below = next(rows, None) if spans or header.number < last else None
        if below is None:
            break
        covered.update(column for cells in spans for column in range(cells.left, cells.right + 1))
        above = _joined(names, _spread(header.cells, spans, len(below.cells)))
        down = side if below.number <= last else None
        if below.number == header.number + 1 and _belongs(below, covered, above, down):
            names, header = above, below
        else:
            read.append(below)
            blank = min(max(covered, default=-1) + 1, len(below.cells)) - len(header.cells)
            header = replace(header, cells=(*header.cells, *[""] * blank))  # merged cells may not be in the file
    joined = replace(header, cells=tuple(_joined(names, header.cells)))
    if names and not read:
        joined, rows = _with_names_of_the_index(joined, rows)
    yield from chain([joined], read, rows)


def _is_over_names(cells: MergedRange, row: int) -> bool:
    """Tell whether names may stand below merged cells in this row: not where they end that are merged down as well."""
    return cells.top <= row <= cells.bottom and (cells.top == cells.bottom or row < cells.bottom)


def _last_row(header: TableRow, merged: Iterable[MergedRange]) -> int:
    """Return the row down to which a name of the header is merged."""
    filled = set(header.filled)
    bottoms = (cells.bottom for cells in merged if cells.top == header.number and cells.left in filled)
    return max((bottom for bottom in bottoms if bottom <= header.number + _DEEPEST), default=header.number)


def _merged_down(header: TableRow, merged: Iterable[MergedRange]) -> bool:
    """Tell whether the first name of a header and at least half of them are merged with cells below them."""
    down = {cells.left for cells in merged if cells.top == header.number < cells.bottom}.intersection(header.filled)
    return bool(down) and header.filled[0] in down and 2 * len(down) >= len(header.filled)


def _belongs(row: TableRow, covered: set[int], names: Sequence[str], down: bool | None) -> bool:
    """Tell whether a row has names below merged ones, and otherwise only at the left, where nothing is named yet.

    Where a name is merged down to it (`down` is not None), other names may stand where nothing is named, units
    anywhere, and so may names if `down`: if most names are merged so, a row of data would have none of its own.
    """
    if row.fault:
        return False
    others = [column for column in row.filled if column not in covered]
    if not others:
        return True
    if any(is_number(row.cells[column]) for column in row.filled):
        return False
    if down is None:
        return max(others) < next((column for column, name in enumerate(names) if name), 0)
    unnamed = all(column >= len(names) or not names[column] for column in others)
    return down or unnamed or all(_is_unit(row.cells[column]) for column in others)


def _with_names_of_the_index(header: TableRow, rows: Iterator[TableRow]) -> tuple[TableRow, Iterator[TableRow]]:
    """Join the row that names several columns at the left and nothing else, as pandas writes it below the others."""
    first, rows = peek(rows, 1)
    unnamed = next((column for column, name in enumerate(header.cells) if name), 0)
    if first and unnamed > 1 and first[0].number == header.number + 1 and first[0].filled == [*range(unnamed)]:
        return replace(first[0], cells=tuple(_joined(first[0].cells, header.cells))), rows
    return header, chain(first, rows)


def _are_units(header: TableRow, below: TableRow, data: TableRow | None = None) -> bool:
    """Tell whether the row below a header has units of its columns, each in brackets, or over a number."""
    if below.fault or below.number != header.number + 1 or len(below.filled) < 2:
        return False
    if not {*below.filled} <= {*header.filled}:
        return False
    units = [below.cells[column] for column in below.filled]
    if all(_UNIT.fullmatch(unit) for unit in units):
        return True
    numbers = data is not None and all(
        column in data.filled and is_number(data.cells[column]) for column in below.filled
    )
    return numbers and len(units) < len(header.filled) and all(map(_is_unit, units))


def _is_unit(cell: str) -> bool:
    return _UNIT.fullmatch(cell) is not None or cell in _COUNTERS or normalise(cell) in UNITS


def _groups(header: TableRow, below: TableRow, data: TableRow) -> list[MergedRange]:
    """Return the cells of a header that stand over several names in the row below, as if they were merged across.

    The row below must have names there and nowhere else, over numbers or below several such cells; or the same names
    below each of them, and others at their left.
    """
    starts = header.filled
    if below.fault or data.fault or below.number != header.number + 1 or not (starts and below.filled):
        return []
    if repeats_below(header, below):
        ends = [*(start - 1 for start in starts[1:]), below.filled[-1]]
        return [MergedRange(header.number, start, header.number, end) for start, end in zip(starts, ends, strict=True)]
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


def _spread(cells: Sequence[str], spans: Sequence[MergedRange], width: int) -> list[str]:
    """Return the cells of a row with those that are merged across in every column that they cover, near the table."""
    width = max(width, min(max((span.right for span in spans), default=0) + 1, width + _BEYOND))
    names = [*cells, *[""] * (width - len(cells))]
    for span in spans:
        for column in range(span.left + 1, min(span.right + 1, len(names))):
            names[column] = names[span.left]
    return names


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    return [" ".join(filter(None, names)) for names in zip_longest(above, below, fillvalue="")]
