"""Look at the next rows of a table before they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

_Row = TypeVar("_Row")


def peek(rows: Iterator[_Row], count: int) -> tuple[list[_Row], Iterator[_Row]]:
    """Return the next rows, and those behind them; what is raised over them is raised there."""
    first: list[_Row] = []
    try:
        for row in rows:
            first.append(row)
            if len(first) == count:
                break
    except Exception as error:  # a library may raise anything
        return first, failing(error)
    return first, rows


def failing(error: Exception) -> Iterator[Any]:
    """Return rows that raise an error when the first of them is read."""
    yield from ()
    raise error
