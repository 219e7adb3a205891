"""Tables that stand below one another on a sheet, divided by a blank row: each has its own header."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from rag.tables.header import TableRow, is_number

_LOOKED_AT = 100
"""Rows of a table from which its columns of numbers are known."""
_LONGEST_NAME = 30
_BELOW = 2
"""Rows that have to stand below another header."""


class StackedTables:
    """Divides the rows of a sheet into its tables, which are read one after the other."""

    def __init__(self, rows: Iterable[TableRow]) -> None:
        self._rows = (row for row in rows if row.is_filled)
        self._error: Exception | None = None
        self._ahead: deque[TableRow] = deque()
        self._numbers: Counter[int] = Counter()
        self._texts: Counter[int] = Counter()

    def __iter__(self) -> Iterator[Iterator[TableRow]]:
        """Yield the tables."""
        while self._look(1):
            table = self._table()
            yield table
            for _ in table:  # one without a header is not read to its end
                continue

    def _table(self) -> Iterator[TableRow]:
        self._numbers, self._texts = Counter(), Counter()
        before: TableRow | None = None
        read = 0
        while self._look(1):
            if before is not None and self._ahead[0].number > before.number + 1 and self._is_another():
                return
            before = self._ahead.popleft()
            if read < _LOOKED_AT:
                read += 1
                for column in before.filled:
                    (self._numbers if is_number(before.cells[column]) else self._texts)[column] += 1
            yield before

    def _look(self, count: int) -> Sequence[TableRow]:
        """Return the next rows, as many as there are; what is raised over them is raised when they are reached."""
        while len(self._ahead) < count and self._error is None:
            try:
                self._ahead.append(next(self._rows))
            except StopIteration:
                break
            except Exception as error:  # a library may raise anything
                self._error = error
        if not self._ahead and self._error is not None:
            raise self._error
        return [*self._ahead][:count]

    def _is_another(self) -> bool:
        """Tell whether a header is next, perhaps below a title: names, one of them in a column of numbers."""
        rows = self._look(_BELOW + 2)
        titled = len(rows) > 1 and len(rows[0].filled) == 1 and rows[1].number == rows[0].number + 1
        header, *below = rows[titled:]
        if header.fault or not header.several or len(below) < _BELOW:
            return False
        names = [header.cells[column] for column in header.filled]
        if any(is_number(name) or len(name) > _LONGEST_NAME for name in names):
            return False
        as_wide = all(row.filled and row.filled[-1] <= header.filled[-1] for row in below[:_BELOW])
        return as_wide and any(self._numbers[at] >= max(self._texts[at], 2) for at in header.filled)
