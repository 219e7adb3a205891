"""Recognise a table without a header, such as accounting software exports: its first row is one of data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.tables.header import TableRow, is_number

_KINDS: Final = (
    re.compile(
        r"(?:\d{4}|[RHSTM]\.?\d{1,2}|(?:令和|平成|昭和)(?:\d{1,2}|元))"
        r"[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]\d{1,2}:\d{2}.{0,15}|[（(].[)）])?"
    ),
    re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}"),
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,100}"),
)
"""Dates, telephone numbers and mail addresses: no column is named by one if its cells are of that kind."""
_ROWS, _FEWEST = 20, 2
"""Rows below the first that are compared with it, and the fewest."""


def lacks_header(first: TableRow, below: Sequence[TableRow]) -> bool:
    """Tell whether the first row of a table is like those below it.

    In some column it is a value of their kind (2024/04/01 over dates). Or it begins with what most of them begin with
    (2000 over 2000), or the number before theirs (1 over 2 and 3), and names no column of numbers; columns further to
    the right may well be named by what is in them: days of a month over hours, answers over those who chose them.

    >>> rows = [TableRow(at, at, (f"2024/04/0{at}", "現金")) for at in (1, 2, 3)]
    >>> lacks_header(rows[0], rows[1:]), lacks_header(TableRow(1, 1, ("日付", "科目")), rows)
    (True, False)
    """
    rows = [row.cells for row in below if not row.fault and row.cells != first.cells][:_ROWS]
    left = min((row.filled[0] for row in [first, *below] if row.filled), default=0)
    begins = names = False
    for column in first.filled:
        value = first.cells[column]
        cells = [row[column] for row in rows if column < len(row) and row[column]]
        if len(cells) < max(_FEWEST, len(rows) / 2):
            continue
        if any(
            kind.fullmatch(value) and 2 * sum(map(bool, map(kind.fullmatch, cells))) > len(cells) for kind in _KINDS
        ):
            return True
        begins = begins or (column == left and (2 * cells.count(value) > len(cells) or _precedes(value, cells)))
        names = names or (not is_number(value) and 2 * sum(map(is_number, cells)) > len(cells))
    return begins and not names


def _precedes(value: str, cells: Sequence[str]) -> bool:
    """Tell whether cells are numbers that go on after one."""
    numbers = [value, *cells[:_FEWEST]]
    if not all(cell.isascii() and cell.isdecimal() and len(cell) < 7 for cell in numbers):
        return False
    first = int(value)
    return [int(cell) for cell in numbers] == [*range(first, first + len(numbers))]
