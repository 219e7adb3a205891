"""Summarise in a few lines what was read of a verification set: every row is a question, or left out for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from eval.dataset.items import OPTIONAL, REQUIRED, Dataset
from rag.messages import Message, joined
from rag.records import Language
from rag.tables.header import describe_header, normalise_header

_SHOWN = 10
_FULL = frozenset(map(normalise_header, (*REQUIRED, *OPTIONAL)))


def summary(dataset: Dataset) -> Message:
    """Return what was read, which column is which, and what was left out and why, a line each."""
    return joined(_lines(dataset), "\n")


def notable(dataset: Dataset) -> bool:
    """Tell whether a reader should see the summary: a row was left out, or a column is not one of the full layout."""
    return bool(dataset.left_out) or not {*map(normalise_header, dataset.used.values())} <= _FULL


def reasons(left_out: Mapping[str, Sequence[str]]) -> Message:
    """Return why rows were left out, with their number and positions.

    >>> reasons({"no accepted answer": ["row 3", "row 8"]})
    '2 with no accepted answer (row 3, row 8)'
    """
    parts = []
    for reason, rows in left_out.items():
        more = [Message("and {number} more", number=len(rows) - _SHOWN)] if len(rows) > _SHOWN else []
        text = "{count} with {reason} ({rows})"
        listed = joined([*rows[:_SHOWN], *more], ", ")
        parts.append(Message(text, count=len(rows), reason=Message.of(reason), rows=listed))
    return joined(parts)


_CODES: Final[Mapping[Language, Message]] = {"ja": Message("ja"), "en": Message("en")}
"""Languages as English calls them by their code, and Japanese by their name."""


def _lines(dataset: Dataset) -> Iterator[Message]:
    counts = {language: sum(language in item.questions for item in dataset.items) for language in dataset.languages}
    languages = [
        Message("{count} in {language}", count=count, language=_CODES[language]) for language, count in counts.items()
    ]
    yield Message(
        "{name}: {items} of {rows} rows are questions ({languages})",
        name=dataset.path.name,
        items=len(dataset.items),
        rows=dataset.rows,
        languages=joined(languages, ", "),
    )
    columns = ", ".join(f"{key} = {header!r}" for key, header in dataset.used.items())
    yield Message("Columns: {columns}", columns=columns)
    if dataset.ignored:
        yield Message("Not read: {columns}", columns=describe_header(dataset.ignored))
    if dataset.left_out:
        yield Message("Left out: {reasons}", reasons=reasons(dataset.left_out))
