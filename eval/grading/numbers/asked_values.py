"""Convert the values of a reference to what is asked for: a year, a day of a month, a date without its year.

A year may be left out where the question names it ("in 2025"), asks for the day alone (何月何日), or is about a
schedule ("When does it begin?"); a past event has a year. A year that the answer gives is always compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.grading.asked import ParsedQuestion
from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import Quantity, Value
from rag.text.numbers.units import DAY

YEAR_RANGE = (100, 2999)
"""Bare numbers that may be years."""
_ASKS_YEAR = re.compile(r"\b(?:what|which) year\b|何年(?!.{0,6}何[月日])|西暦", re.IGNORECASE)
_ASKS_WHEN = re.compile(r"\bwhen\b|\byears?\b|いつ|何年|年|時期", re.IGNORECASE)
_ASKS_DAY = re.compile(
    r"何日(?!間|以内|以上|以下|未満|まで|前|後|分|目|ほど|程度|[くぐ]らい|か?か[かり]|休|連続)|what day|which day",
    re.IGNORECASE,
)
_NEEDS_YEAR = re.compile(
    r"\byears?\b|\b(?:was|were|did|had)\b|年|西暦|(?:した|った|んだ|いた|れた|けた|てた|きた|でした)(?:の[はが].{0,12})?"
    r"(?:です)?か?[?。\s]*$|[いしっんれけてきめ][ただ](?:の|日)[はが]",
    re.IGNORECASE,
)
_SCHEDULED = re.compile(
    r"\b(?:do|does|will|due|deadline|held|schedul\w+|open|closed?|holidays?|next)\b|始ま|開[始催館店]|営業|締め?切|期限|予定"
    r"|休[業館日み]|終わ|終了|まで|行われ(?:る|ます)|行い|あり?ます|次の|発売日|開く|(?:会|祭|展|試験|セール|イベント)[はの]",
    re.IGNORECASE,
)
"""What asks for a date that is ahead, or comes again."""
_NAMES_DAY = re.compile(r"何月何?日?|\b(?:what|which) (?:day|month)\b", re.IGNORECASE)
_TO_DAY = re.compile(
    r"\s?(?:\([^()]{1,4}\))?\s?(?:-|~|から|、|・|と|,|to|through|until|and)\s?(?:the )?", re.IGNORECASE
)
_DAY_ENDS = re.compile(r"(?:st|nd|rd|th)?(?![\w:.])|(?:st|nd|rd|th)\b", re.IGNORECASE)
_MOST_DAYS = 31


def as_asked(asked: ParsedQuestion, value: Value, text: str, read: str) -> Value:
    """Convert a reference value to the kind that is asked for: the year of a date, a bare 1546 as a year.

    3日 is the third of a month if a day is asked for and `text` gives one (5月3日), and otherwise a number of days.
    `read` is the answer to the end of `text`, where a year may be given.
    """
    if asked.below:
        value = unsigned(value)
    if (
        isinstance(value, Quantity)
        and value.unit == DAY
        and _ASKS_DAY.search(asked.text)
        and any(date.day is not None for date in asked.numbers(text).dates)
    ):
        return DateValue(None, None, int(value.value), value.start, value.end)
    if isinstance(value, Quantity) and is_year(value) and _ASKS_WHEN.search(asked.text):
        return DateValue(int(value.value), None, None, value.start, value.end)
    if isinstance(value, Quantity) and asked.about_version:
        return replace(value, version=True)
    if not isinstance(value, DateValue) or value.year is None:
        return value
    if _ASKS_YEAR.search(asked.text):
        return replace(value, month=None, day=None)
    return replace(value, year=None) if value.day and _leaves_out_year(asked, value.year, read) else value


def _leaves_out_year(asked: ParsedQuestion, year: int, read: str) -> bool:
    """Return whether a date may be without its year: the question needs none or names it, the answer no other.

    Where all dates of the answer have years, they are compared whole.
    """
    days = [date for date in asked.numbers(read).dates if date.day is not None]
    if set(_years(asked, read)) - {year} or all(date.year is not None for date in days):
        return False
    named = set(_years(asked, asked.text))
    if named:
        return year in named
    return bool(_NAMES_DAY.search(asked.text) or (_SCHEDULED.search(asked.text) and not _NEEDS_YEAR.search(asked.text)))


def _years(asked: ParsedQuestion, text: str) -> Iterator[int]:
    """Yield the years that a text names, alone or in dates."""
    for value in asked.numbers(text).values:
        if isinstance(value, DateValue):
            yield from [value.year] if value.year is not None else []
        elif is_year(value):
            yield int(value.value)


def with_days(text: str, values: Sequence[Value]) -> tuple[Value, ...]:
    """Return the values of a text in which the day that ends a period has the month that begins it.

    The 17 of "August 9 to 17" and of 8月9日~17日 is a day of August.
    """
    dated: list[Value] = []
    for value in values:
        last = dated[-1] if dated else None
        joined = isinstance(last, DateValue) and last.day and _TO_DAY.fullmatch(text, last.end, value.start)
        if joined and isinstance(last, DateValue) and isinstance(value, Quantity) and _is_day(text, value):
            dated.append(DateValue(last.year, last.month, int(value.value), value.start, value.end))
        else:
            dated.append(value)
    return tuple(dated)


def _is_day(text: str, value: Quantity) -> bool:
    """Return whether a number may be a day of a month: 17日, 17, 17th."""
    whole = value.value.denominator == 1 and 1 <= value.value <= _MOST_DAYS
    return whole and (value.unit == DAY or (value.unit is None and bool(_DAY_ENDS.match(text, value.end))))


def unsigned(value: Value) -> Value:
    """Return a quantity without its sign; a date as it is."""
    return replace(value, value=abs(value.value)) if isinstance(value, Quantity) else value


def is_year(number: Quantity) -> bool:
    """Return whether a bare number may be a year."""
    whole = number.unit is None and number.value.denominator == 1
    return whole and YEAR_RANGE[0] <= abs(number.value) <= YEAR_RANGE[1]
