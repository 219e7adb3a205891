"""One test of all rows of a table, where a test of each row would cost more to collect, name and report than to run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

_NAMED = 200
"""Characters of a row in the list of those that fail."""


def each_row(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Call a test with every row, as `pytest.mark.parametrize` does, but in one test, which names all rows that fail.

    Fixtures are shared by the rows: where a row changes one, take `parametrize`.
    """
    columns = tuple(name.strip() for name in names.split(","))
    table = list(rows)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def all_rows(**fixtures: Any) -> None:
            assert table, "a table without rows tests nothing"
            failures = [failure for row in table if (failure := _failure(test, columns, row, fixtures))]
            if failures:
                failing = "".join(f"\n- {failure.__notes__[-1]}" for failure in failures)
                raise BaseExceptionGroup(f"{len(failures)} of {len(table)} rows fail:{failing}", failures)

        signature = inspect.signature(test)
        others = [parameter for name, parameter in signature.parameters.items() if name not in columns]
        all_rows.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return all_rows

    return decorate


def _failure(test: Callable[..., None], columns: tuple[str, ...], row: Any, fixtures: Any) -> BaseException | None:
    values = (row,) if len(columns) == 1 else tuple(row)
    try:
        test(**dict(zip(columns, values, strict=True)), **fixtures)
    except (Exception, BaseExceptionGroup, pytest.fail.Exception) as failure:
        failure.add_note(f"{', '.join(columns)} = {repr(row)[:_NAMED]}")
        return failure
    return None
