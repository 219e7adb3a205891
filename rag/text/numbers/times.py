"""Times of day: "3 pm", "3:30 a.m.", 午後3時, 午前10時30分, and where a time is asked for also 15:30 and 3時半."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_HALF_OF_DAY = (
    re.compile(r"(?P<half>午前|午後)の?(?P<hour>\d{1,2})(?:時|:(?=\d))(?:(?P<minute>\d{1,2})分?|(?P<past>半))?"),
    re.compile(r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?\s?m\b\.?)", re.IGNORECASE),
)
_BARE = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d)(?![\d:])|時(?:(?P<told>\d{1,2})分|(?P<past>半)))"
)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Hours at `start:end` of a text; `full`: since midnight, 0 <= `hours` < 24, else the half of the day is open."""

    hours: Fraction
    full: bool
    start: int
    end: int


def find_times(text: str, *, asked: bool = False) -> Iterator[TimeOfDay]:
    """Yield the times of `text` that name their half of the day; if `asked` for, also 3:30, which may be a ratio.

    >>> [str(time.hours) for time in find_times("3:30 pm, 午前0時")]
    ['0', '31/2']
    """
    for pattern in _HALF_OF_DAY:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            minutes = 30 if groups.get("past") else int(groups["minute"] or 0)
            afternoon = groups["half"] == "午後" or groups["half"].lower().startswith("p")
            hours = int(groups["hour"]) % 12 + 12 * afternoon
            yield TimeOfDay(Fraction(60 * hours + minutes, 60), True, match.start(), match.end())
            text = text[: match.start()] + "\0" * len(match.group()) + text[match.end() :]
    for match in _BARE.finditer(text) if asked else ():
        minutes = 30 if match["past"] else int(match["minute"] or match["told"])
        yield TimeOfDay(Fraction(60 * int(match["hour"]) + minutes, 60), False, match.start(), match.end())
