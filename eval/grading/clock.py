"""Times of day that say which half of the day they mean: "3 pm", "3:30 a.m.", 午後3時, 午前10時30分."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_HALF_OF_DAY = (
    re.compile(r"(?P<half>午前|午後)の?(?P<hour>\d{1,2})(?:時|:(?=\d))(?:(?P<minute>\d{1,2})分?|(?P<past>半))?"),
    re.compile(r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?\s?m\b\.?)", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Hours since midnight, 0 <= `hours` < 24, told at `start:end`."""

    hours: Fraction
    start: int
    end: int


def find_times(text: str) -> Iterator[TimeOfDay]:
    """Every time of `text` that names its half of the day.

    >>> [str(time.hours) for time in find_times("3:30 pm, 午前0時")]
    ['31/2', '0']
    """
    for pattern in _HALF_OF_DAY:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            minutes = 30 if groups.get("past") else int(groups["minute"] or 0)
            afternoon = groups["half"] == "午後" or groups["half"].lower().startswith("p")
            hours = int(groups["hour"]) % 12 + 12 * afternoon
            yield TimeOfDay(Fraction(60 * hours + minutes, 60), match.start(), match.end())
