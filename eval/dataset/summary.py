"""Summarise in a few lines what was read of a verification set: every row is a question, or left out for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.dataset.items import OPTIONAL, REQUIRED, Dataset
from rag.tables.header import describe_header, normalise_header

_SHOWN = 10
_FULL = frozenset(map(normalise_header, (*REQUIRED, *OPTIONAL)))


def summary(dataset: Dataset) -> str:
    """Return what was read, which column is which, and what was left out and why, a line each."""
    return "\n".join(_lines(dataset))


def notable(dataset: Dataset) -> bool:
    """Tell whether a reader should see the summary: a row was left out, or a column is not one of the full layout."""
    return bool(dataset.left_out) or not {*map(normalise_header, dataset.used.values())} <= _FULL


def reasons(left_out: Mapping[str, Sequence[str]]) -> str:
    """Return why rows were left out, with their number and positions.

    >>> reasons({"no accepted answer": ["row 3", "row 8"]})
    '2 with no accepted answer (row 3, row 8)'
    """
    parts = []
    for reason, rows in left_out.items():
        more = f", and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
        parts.append(f"{len(rows)} with {reason} ({', '.join(rows[:_SHOWN])}{more})")
    return "; ".join(parts)


def _lines(dataset: Dataset) -> Iterator[str]:
    counts = {language: sum(language in item.questions for item in dataset.items) for language in dataset.languages}
    languages = ", ".join(f"{count} in {language}" for language, count in counts.items())
    yield f"{dataset.path.name}: {len(dataset.items)} of {dataset.rows} rows are questions ({languages})"
    yield "Columns: " + ", ".join(f"{key} = {header!r}" for key, header in dataset.used.items())
    if dataset.ignored:
        yield f"Not read: {describe_header(dataset.ignored)}"
    if dataset.left_out:
        yield f"Left out: {reasons(dataset.left_out)}"
