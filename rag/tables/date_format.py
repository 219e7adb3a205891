"""Formats of dates and times in Excel: 2024年4月1日, 令和6年, 36:05, 1-Apr-24.

A date in figures whose year is not first (4/1/24) is written 2024-04-01: elsewhere it would be read as another day, and
Excel itself changes the order with its reader's language. Dates as programs write them
by default (yyyy-mm-dd h:mm:ss) have no time at midnight, and no seconds where these are zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<noon>AM/PM|A/P|上午/下午|午前/午後)|(?P<split>\.0+)|(?P<day>aaaa?)"
    r"|(?P<part>y+|m+|d+|h+|s+|g+|e+(?![+-])|r+)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_DATE = frozenset({"part", "day", "noon", "elapsed"})
_ERAS = (
    (date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"), (date(1868, 1, 25), "明治", "M"),
)  # fmt: skip
_MONTHS = ("January February March April May June July August September October November December").split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_KANJI_DAYS = "月火水木金土日"
_DEFAULTS = frozenset({"yyyy-mm-dd h:mm:ss", "yyyy-mm-dd hh:mm:ss", "h:mm:ss", "hh:mm:ss"})
_SEPARATORS = re.compile(r"[\s/.:,-]*")
_LAST = 2_958_466  # 10000-01-01
_LEAP_DAY = 60  # 1900-02-29, which there was not


@dataclass(frozen=True, slots=True)
class DatePart:
    """A piece of a format: its kind, and the letters for a part of the date, or the text that it shows."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A format with parts of a date or time.

    `japanese`: years and days are Japanese; `first`: the first year of an era is written 元. `normal`: the date is
    written 2024-04-01 and the time 9:30, whatever the format says.
    """

    parts: tuple[DatePart, ...]
    japanese: bool
    first: bool
    normal: bool

    @property
    def elapsed(self) -> bool:
        """True if hours, minutes or seconds are counted beyond a day."""
        return any(part.kind == "elapsed" for part in self.parts)

    def covers(self, value: float) -> bool:
        """Tell whether a number is a date that this format can show."""
        return 0 <= value < _LAST or (self.elapsed and abs(value) < _LAST)

    def show(self, value: float, *, from_1904: bool = False) -> str:
        """Return the date or time that a number stands for: days since 1900, or since 1904."""
        places = max((len(part.text) - 1 for part in self.parts if part.kind == "split"), default=0)
        ticks = round(abs(value) * 86_400 * 10**places)
        seconds, split = divmod(ticks, 10**places)
        if self.normal:
            return self._normal(seconds, from_1904=from_1904)
        days, of_day = divmod(seconds, 86_400)
        moment = datetime.combine(_day(days, from_1904=from_1904), datetime.min.time()) + timedelta(seconds=of_day)
        leap = days == _LEAP_DAY and not from_1904
        twelve = any(part.kind == "noon" for part in self.parts)
        text = ""
        for part in self.parts:
            if part.kind == "elapsed":
                text += _counted(part.text, seconds)
            elif part.kind == "split":
                text += f".{split:0{places}}"[: len(part.text)]
            elif part.kind == "noon":
                text += self._noon(part.text, moment)
            elif part.kind == "day":
                text += replace(self, japanese=True)._weekday(moment, short=len(part.text) == 3)
            elif part.kind == "part":
                text += self._part(part.text, moment, leap=leap, twelve=twelve)
            else:
                text += part.text
        return ("-" if value < 0 else "") + text.strip()

    def _normal(self, seconds: int, *, from_1904: bool) -> str:
        days, of_day = divmod(seconds, 86_400)
        minutes, second = divmod(of_day, 60)
        clock = f"{minutes // 60}:{minutes % 60:02}" + (f":{second:02}" if second else "")
        letters = {part.text[0] for part in self.parts if part.kind == "part"}
        if not letters & set("yed"):
            return clock
        day = _day(days, from_1904=from_1904).isoformat()
        return f"{day} {clock}" if "h" in letters and of_day else day

    def _part(self, letters: str, moment: datetime, *, leap: bool, twelve: bool) -> str:
        kind, count = letters[0], len(letters)
        if kind in "ger":
            return self._era(letters, moment)
        if kind == "y":
            return f"{moment.year % 100:02}" if count < 3 else f"{moment.year:04}"
        if kind == "m":
            name = _MONTHS[moment.month - 1]
            return f"{moment.month:0{count}}" if count < 3 else {3: name[:3], 5: name[0]}.get(count, name)
        if kind == "d":
            return f"{moment.day + leap:0{count}}" if count < 3 else self._weekday(moment, short=count == 3)
        hour = (moment.hour % 12 or 12) if twelve else moment.hour
        number = {"h": hour, "n": moment.minute, "s": moment.second}[kind]
        return f"{number:0{min(count, 2)}}"

    def _weekday(self, moment: datetime, *, short: bool) -> str:
        if self.japanese:
            return _KANJI_DAYS[moment.weekday()] + ("" if short else "曜日")
        name = _DAYS[moment.weekday()]
        return name[:3] if short else name

    def _era(self, letters: str, moment: datetime) -> str:
        day = moment.date()
        era = next((era for era in _ERAS if day >= era[0]), None)
        if era is None or not self.japanese:
            return f"{day.year}" if letters[0] == "e" else ""
        year = day.year - era[0].year + 1
        number = "元" if year == 1 and self.first else f"{year:0{min(len(letters), 2)}}"
        if letters[0] == "g":
            return (era[2], era[1][0], era[1])[min(len(letters), 3) - 1]
        return number if letters[0] == "e" else (era[1] if len(letters) > 1 else era[2]) + number

    def _noon(self, letters: str, moment: datetime) -> str:
        morning, _, afternoon = letters.partition("/")
        if self.japanese and letters.upper() == "AM/PM":
            morning, afternoon = "午前", "午後"
        return afternoon if moment.hour >= 12 else morning


def parse_date_format(section: str) -> DateFormat | None:
    """Return the format of a date or time that a section of a number format is; None if it is one of a number."""
    parts: list[DatePart] = []
    places = ""
    for match in _TOKEN.finditer(section):
        kind, text = str(match.lastgroup), match.group(match.lastgroup or 0)
        if kind == "general":
            return None
        if kind == "bracket":
            places += text if text.startswith("$") else ""
        elif kind in _DATE or kind == "split":
            parts.append(DatePart(kind, text if kind == "noon" else text.lower()))
        elif kind != "fill":
            parts.append(DatePart("literal", " " if kind == "blank" else text))
    if not any(part.kind in _DATE for part in parts):
        return None
    place = places.lower()
    of_an_era = any(part.kind == "part" and part.text[0] in "gr" for part in parts)
    japanese = of_an_era or "411" in place or "ja-jp" in place
    parts = _with_minutes(parts)
    return DateFormat(tuple(parts), japanese, "gannen" in place, _is_normal(parts))


def _with_minutes(parts: list[DatePart]) -> list[DatePart]:
    """Write m as n where it stands for minutes: behind hours, or before seconds."""
    timed = [at for at, part in enumerate(parts) if part.kind in {"part", "elapsed", "split"}]
    minutes = []
    for place, at in enumerate(timed):
        before = parts[timed[place - 1]].text[0] if place else ""
        after = parts[timed[place + 1]].text[0] if place + 1 < len(timed) else ""
        if parts[at].kind == "part" and parts[at].text in {"m", "mm"} and (before == "h" or after == "s"):
            minutes.append(at)
    return [DatePart("part", "n" * len(part.text)) if at in minutes else part for at, part in enumerate(parts)]


def _is_normal(parts: list[DatePart]) -> bool:
    """Tell whether a format is a program's default, or is of figures alone whose order may be taken for another."""
    text = "".join("m" * len(part.text) if part.text[0] == "n" else part.text for part in parts if part.text)
    if any(part.kind in {"day", "noon", "elapsed", "split"} for part in parts):
        return False
    if text.strip() in _DEFAULTS:
        return True
    if not all(_SEPARATORS.fullmatch(part.text) for part in parts if part.kind == "literal"):
        return False
    letters = [part.text for part in parts if part.kind == "part"]
    of_day = [text for text in letters if text[0] in "ymd"]
    return (
        {"m", "d"} <= {text[0] for text in of_day}
        and all(text in {"yy", "yyyy", "m", "mm", "d", "dd"} for text in of_day)
        and of_day[0] != "yyyy"
        and not any(text[0] in "ger" for text in letters)
    )


def _day(days: int, *, from_1904: bool) -> date:
    if from_1904:
        return date(1904, 1, 1) + timedelta(days=min(days, _LAST - 1463))
    return date(1899, 12, 31) + timedelta(days=days if days < _LEAP_DAY else days - 1)


def _counted(letters: str, seconds: int) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[letters[0]]
    return f"{seconds // unit:0{len(letters)}}"
