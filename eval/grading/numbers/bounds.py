"""Numbers and dates that are only a limit: "fewer than four" is not four, 1889年より前 is not 1889.

A limit counts where the reference is one itself, and one of time also where the question asks until when something is
due. "More than 500" is read as 500, as people round downwards.
"""

from __future__ import annotations

import re

from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import Value

_YEARS = range(100, 3000)  # bare numbers that may be years
_BEFORE = re.compile(r"\b(?:fewer|less|lower|smaller|shorter|younger) than\s(?:about )?$|\bunder\s$", re.IGNORECASE)
_AFTER = re.compile(r"[一-鿿]{0,3}(?:未満|より(?:少な|短|低|小さ)|に満た|足らず)")
_TIME_BEFORE = re.compile(
    r"\b(?:before|after|prior to|(?:earlier|later|sooner) than)\s(?:the (?:year |end of |start of ))?$", re.IGNORECASE
)
_TIME_AFTER = re.compile(r"よりも?(?:ずっと|少し|かなり)?(?:[前後](?![一-鿿])|[早遅][いくか])|以前(?!は)")
_LIMIT = re.compile(r"\bthan\b|\bunder\b|\bbefore\b|\bafter\b|未満|より|足らず|満た|以前|以後|以降", re.IGNORECASE)
_DUE = re.compile(
    r"\b(?:deadline|due|latest|last (?:day|date)|must|until|submit\w*|no later|by when)\b|まで|締|期限", re.IGNORECASE
)
_COUNTS = re.compile(r"\bhow (?!long ago)|いくつ|何(?![年月日時])", re.IGNORECASE)


def is_limit(question: str, text: str, value: Value, reference: str) -> bool:
    """Return whether `value` in `text` is only a limit, and the `reference` none.

    >>> from rag.text.numbers.quantities import read_numbers
    >>> [is_limit("When?", text, read_numbers(text).values[0], "1889") for text in ("before 1889", "since 1889")]
    [True, False]
    """
    if _LIMIT.search(reference):
        return False
    before = text[: value.start]
    if _BEFORE.search(before) or _AFTER.match(text, value.end):
        return True
    timed = _TIME_BEFORE.search(before) or _TIME_AFTER.match(text, value.end)
    return bool(timed) and _is_date(question, value) and not _DUE.search(question)


def year_of(value: Value) -> int | None:
    """Return the year of a date, or that a bare number may be."""
    if isinstance(value, DateValue):
        return value.year
    if value.unit is not None or value.value.denominator != 1:
        return None
    return int(value.value) if abs(int(value.value)) in _YEARS else None


def _is_date(question: str, value: Value) -> bool:
    return isinstance(value, DateValue) or (year_of(value) is not None and not _COUNTS.search(question))
