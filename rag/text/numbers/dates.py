"""Find dates written in Japanese or English: 1546年, "in 1546", 2001年1月15日, 昭和64年, 44 BC.

Works on text whose numerals are already ASCII digits (`rag.text.numerals.to_digits`). Own code, because
the kept parsers (dateutil, dateparser) guess missing fields from today's date and read bare numbers as days.

Era years: year N of an era is the western year of its first year + N - 1 (元年 is year 1), for the eras
from 慶応 (1865) on. A two-digit 年 without an era is a duration, not a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ERA_FIRST_YEAR = {"慶応": 1865, "明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_MONTHS = (
    "january february march april may june july august september october november december".split()
)  # index + 1 is the month
_MONTH = (
    r"(?P<month>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?"
    r"|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_ENGLISH_ERA = r"(?:\s*(?P<era>BCE?|B\.C\.(?:E\.)?|AD|A\.D\.|CE|C\.E\.)(?![A-Za-z]))?"
_YEAR_BEHIND = rf"(?:,?\s+(?P<year>\d{{3,4}}|\d{{1,2}}(?=\s?(?:B\.?C|A\.?D|C\.?E)))\b)?{_ENGLISH_ERA}"
_NOT_DURATION = r"(?!間|前(?!半|後)|後(?!半)|以上|以内|代|目|ぶり|分|もの|生(?!まれ)|の歴史|経)"

_PATTERNS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"(?P<jera>紀元前|−|西暦|前(?=\d)|慶応|明治|大正|昭和|平成|令和)?\s{0,9}(?P<year>元|\d{1,4})年(?P<tail>の?\s{0,9}"
        r"(?:\([^()\d]{0,4}(?:元|\d{1,4})年\)\s{0,9})?(?P<month>\d{1,2})月(?:\s{0,9}(?P<day>\d{1,2})日)?)?"
    ),
    re.compile(r"(?P<month>\d{1,2})月(?!間|曜)(?:\s*(?P<day>\d{1,2})日)?"),
    re.compile(r"(?<![\d./-])(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?(?![\d-])"),
    re.compile(r"(?<![\d./-])(?P<year>\d{4})(?P<sep>[/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?![\d/.]\d)"),
    re.compile(r"(?<![\d./-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?![\d.]\d)"),
    re.compile(r"(?<![\d./-])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:th)?(?:\s+day)?(?:\s+of)?\s+{_MONTH}(?![a-z]){_YEAR_BEHIND}",
        re.I,
    ),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:th)?(?!\d){_YEAR_BEHIND}", re.I),
    re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"(?:(?<=\bin )|^){_MONTH}(?![a-z])(?=\s*[.,;)!?]|\s*$)", re.I),
    re.compile(r"\b(?P<year>\d{1,4})\s*(?P<era>BCE?|B\.C\.(?:E\.)?|AD|A\.D\.|CE|C\.E\.)(?![A-Za-z])"),
    re.compile(r"\b(?P<era>AD|A\.D\.|BC)\s*(?P<year>\d{1,4})\b"),
    re.compile(
        r"\b(?:(?:in|since|until|circa|year(?: of)?|c\.)\s+)(?P<year>\d{4})(?![\d,%]|\.\d|\s*-\s*\d"
        r"|\s*(?:people|m\b|km\b|ft\b))",
        re.I,
    ),
)


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date with the fields the text gives, at `start:end` of it; `year` is negative before Christ."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int

    @property
    def fields(self) -> tuple[int | None, int | None, int | None]:
        return self.year, self.month, self.day

    def gives(self, other: DateValue) -> bool:
        """Return whether this date states every field `other` states, with the same values (2001-01-15 gives 2001)."""
        return all(theirs is None or mine == theirs for mine, theirs in zip(self.fields, other.fields, strict=True))

    def contradicts(self, other: DateValue) -> bool:
        """Return whether a field stated by both differs."""
        pairs = zip(self.fields, other.fields, strict=True)
        return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)


def find_dates(text: str) -> tuple[DateValue, ...]:
    """Yield every date in `text`, in order, not overlapping; impossible ones (month 13) are left out.

    >>> [d.fields for d in find_dates("昭和64年1月7日 or 7 January 1989")]
    [(1989, 1, 7), (1989, 1, 7)]
    """
    found: list[DateValue] = []
    for pattern in _PATTERNS:
        for date in _of_pattern(pattern, text):
            if all(date.end <= other.start or other.end <= date.start for other in found):
                found.append(date)
    return tuple(sorted(found, key=lambda date: date.start))


def _of_pattern(pattern: re.Pattern[str], text: str) -> Iterator[DateValue]:
    for match in pattern.finditer(text):
        groups = match.groupdict()
        month, day = _month(groups.get("month")), int(groups["day"]) if groups.get("day") else None
        if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
            continue
        if "jera" in groups and not _is_calendar_year(match):
            continue
        year = _year(groups)
        yield DateValue(year, month, day, match.start(), match.end())


def _is_calendar_year(match: re.Match[str]) -> bool:
    """Return whether a Japanese N年 is a year of the calendar (1546年, 昭和64年) and not a duration (5年, 200年前)."""
    era, year, tail = match["jera"], match["year"], match["tail"]
    if match.start() and match.string[match.start() - 1 : match.start()] in tuple("0123456789.,第約"):
        return False
    if era in _ERA_FIRST_YEAR or tail:
        return bool(era) or len(year) > 2
    if year == "元" or re.match(_NOT_DURATION, match.string[match.end() :]) is None:
        return False
    return bool(era) or len(year) > 2


def _year(groups: dict[str, str | None]) -> int | None:
    text = groups.get("year")
    if not text:
        return None
    number = 1 if text == "元" else int(text)
    era = groups.get("jera") or groups.get("era") or ""
    if era in _ERA_FIRST_YEAR:
        return _ERA_FIRST_YEAR[era] + number - 1
    return -number if era in ("紀元前", "前", "−") or era.upper().startswith("B") else number


def _month(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(text.lower().rstrip(".")[:3]))
