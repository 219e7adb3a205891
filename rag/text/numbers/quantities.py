"""Read the quantities and dates of a text in either language as values that can be compared.

`read_numbers` takes text whose numerals are digits and whose signs are written (`rag.text.canonical.canonical`)
and gives typed records. Units have exact factors, so 8.5 miles agrees with 13.7 km. Counters (個, 人, people) are no
units: 10郡 agrees with "10 counties" and with a bare 10. A number that names a version is compared by its digits:
"Python 3.10" is not 3.1. What has more than one point (192.168.0.1) is a name, no number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from rag.text.numbers.dates import DateValue, find_dates
from rag.text.numbers.times import find_times
from rag.text.numbers.units import DECADE, OPEN_TIME, RATIO, TIME_OF_DAY, UNITS, Unit, unit_after
from rag.text.signs import CURRENCY, MINUS, names_version, version_digits

CONVERSION_TOLERANCE: Final = Fraction(1, 100)  # relative; only between different units, where one side was rounded
TEMPERATURE_TOLERANCE: Final = Fraction(1, 2)  # kelvin; only between different scales
MEASURED: Final = ("length", "area", "mass", "volume")  # dimensions of what is measured and may be rounded
MOST_PLACES: Final = 6
LEAST_KNOWN: Final = 100
NOON: Final = 12  # hours


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit (None for a bare number or a counted thing); `start`, `end`: offsets in the text.

    `digits`: a number without a unit as written, less a final ".0"; `version`: they are compared, not the value.
    """

    value: Fraction
    unit: Unit | None
    start: int
    end: int
    digits: str = ""
    version: bool = False

    def same(self, other: Quantity) -> bool:
        """Return whether both state one value: exact in one unit, within `CONVERSION_TOLERANCE` across units."""
        if (self.version or other.version) and self.unit is other.unit is None:
            return self.digits == other.digits
        if TIME_OF_DAY in (self.unit, other.unit):
            return self._same_time(other)
        if self.unit is None or other.unit is None or self.unit == other.unit:
            return self.value == other.value or (self.unit == other.unit and self._refines(other))
        if self.unit.dimension != other.unit.dimension:
            return False
        mine, theirs = (q.unit.factor * (q.value + q.unit.offset) for q in (self, other) if q.unit is not None)
        if self.unit.dimension == "temperature":
            return abs(mine - theirs) <= TEMPERATURE_TOLERANCE
        return abs(mine - theirs) <= CONVERSION_TOLERANCE * max(abs(mine), abs(theirs))

    def _refines(self, other: Quantity) -> bool:
        """Return whether a measure is `other`, of 3 digits or more, with more places: 3776.12 m for 3776 m."""
        if self.unit is None or self.unit.dimension not in (*MEASURED, "temperature"):
            return False
        places = next((n for n in range(MOST_PLACES) if (other.value * 10**n).denominator == 1), MOST_PLACES)
        known = abs(other.value) * 10**places >= LEAST_KNOWN
        finer = (self.value * 10**places).denominator != 1
        return known and finer and bool(abs(self.value - other.value) * 10**places <= Fraction(1, 2))

    def _same_time(self, other: Quantity) -> bool:
        """Return whether two hours agree if one names its half of the day: 3 pm, 15時, and 3, which leaves it open."""
        hours = [q for q in (self, other) if q.unit is None or q.unit.dimension == TIME_OF_DAY.dimension]
        halves = [q.unit == TIME_OF_DAY or q.value > NOON for q in hours]
        return len(hours) == 2 and (self.value - other.value) % (2 * NOON if all(halves) else NOON) == 0

    def same_kind(self, other: Quantity) -> bool:
        """Return whether both measure one thing: the same dimension, or both counts."""
        mine, theirs = self.unit and self.unit.dimension, other.unit and other.unit.dimension
        return mine == theirs


Value = Quantity | DateValue


@dataclass(frozen=True, slots=True)
class NumberReading:
    """The quantities and dates of one text, in order of appearance and not overlapping."""

    values: tuple[Value, ...]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(value for value in self.values if isinstance(value, Quantity))

    @property
    def dates(self) -> tuple[DateValue, ...]:
        return tuple(value for value in self.values if isinstance(value, DateValue))


_NUMBER = re.compile(
    rf"(?P<currency>{CURRENCY}|\b(?:USD|EUR|GBP|JPY)\b)?\s?(?P<sign>{MINUS})?(?<![A-Za-z\d.])"
    r"(?P<number>\d+(?:\.\d+)?)(?!\.?\d)"
    rf"(?:\s*[×x*]\s*10\^(?P<power>{MINUS}?\d{{1,3}})|\^(?P<exponent>{MINUS}?\d{{1,2}})|分の(?P<numerator>\d+)"
    r"|(?<!\d{4})/(?P<denominator>\d{1,3})(?![\d/])| (?P<over>\d{1,3})/(?P<under>[1-9]\d{0,2})(?![\d/]))?"
    r"(?P<ordinal>th\b|番目|位)?(?![A-Za-z]\d)"
)
_HALF = re.compile(
    r"半分|半数|\bhalf\b(?!\s*-|\s+a\b)|\b(?:a|one|1)[\s-]third\b|\b(?:a|one|1)[\s-]quarter\b"
    r"|\b(?:2|two)[\s-]thirds\b|\b(?:3|three)[\s-](?:quarter|fourth)s\b",
    re.I,
)
_SHARE = {"third": Fraction(1, 3), "quarter": Fraction(1, 4), "thirds": Fraction(2, 3)}
_SHARE |= dict.fromkeys(("quarters", "fourths"), Fraction(3, 4))
_RANGE = re.compile(r"\s{0,9}(?:-|~|から|to|and|or|と|または|×|、|,)\s{0,9}", re.IGNORECASE)
_CURRENCY_RANGE = re.compile(rf"{CURRENCY}[\d.]+\s*(?:-|~|から|to)\s*", re.IGNORECASE)
_YEAR_BEFORE = re.compile(r"\b(?:in|since|by|until|till|year)\s$", re.IGNORECASE)  # "in 1991, 2 years after"
_HALF_MORE = re.compile(r"半(?![分数ば径島期世生])")
_PER = re.compile(r"\s{0,9}(?:/|per|an|a)\s{0,9}(hour|second|sec|h|s)\b", re.IGNORECASE)
_DECADE = re.compile(r"'?s\b")
_SCALE = re.compile(r"(摂氏|華氏)約?$")
_DEGREE = re.compile(r"\s?度")
_SPEED = re.compile(r"(?:毎)?([秒時])速?(?:約|およそ)?\s*$")


@functools.lru_cache(maxsize=1024)
def read_numbers(text: str, *, time_asked: bool = False) -> NumberReading:
    """Yield every quantity and date of `text`, in order; with `time_asked` 3:30 is a time of day, else two numbers.

    >>> [str(q.value) for q in read_numbers("8.5マイル (13.7 km)").quantities]
    ['17/2', '137/10']
    """
    dates = find_dates(text)
    rest = _masked(text, dates)
    found = [
        Quantity(time.hours, TIME_OF_DAY if time.full else OPEN_TIME, time.start, time.end)
        for time in find_times(rest, asked=time_asked)
    ]
    found += [_share(match) for match in _HALF.finditer(rest)]
    rest = _masked(rest, found)
    found += [_quantity(match, rest) for match in _NUMBER.finditer(rest)]
    quantities = _distribute(sorted(found, key=lambda quantity: quantity.start), rest)
    return NumberReading(tuple(sorted([*quantities, *dates], key=lambda value: value.start)))


def _masked(text: str, values: Iterable[Value]) -> str:
    masked = list(text)
    for value in values:
        masked[value.start : value.end] = "\0" * (value.end - value.start)
    return "".join(masked)


def _quantity(match: re.Match[str], text: str) -> Quantity:
    number, end, start = match["number"], match.end(), match.start("sign" if match["sign"] else "number")
    value = _value(match) * (-1 if match["sign"] else 1)
    if match["currency"]:
        return Quantity(value, UNITS[match["currency"].lower()], match.start(), end)
    decade = _DECADE.match(text, end)
    if decade is not None and value % 10 == 0:
        return Quantity(value, DECADE, start, decade.end())
    named = unit_after(text, end)
    scale = (
        _SCALE.search(text[max(0, start - 4) : start])
        if named is None or named.unit.dimension == "temperature"
        else None
    )
    if scale is not None:
        degree = _DEGREE.match(text, end)
        until = named.end if named else degree.end() if degree else end
        return Quantity(value, UNITS["°c" if scale.group(1) == "摂氏" else "°f"], start - len(scale.group()), until)
    if named is None and match["numerator"]:
        return Quantity(value, RATIO, start, end)
    if named is None:
        version = "." in number and names_version(text, start)
        return Quantity(value, None, start, end, version_digits(text[start:end]), version)
    if _HALF_MORE.match(text, named.end):
        value += Fraction(1, 2)
    return Quantity(value, *_as_speed(named.unit, start, named.end, text))


def _value(match: re.Match[str]) -> Fraction:
    """Return the value of a match of `_NUMBER` without its sign."""
    value = Fraction(match["number"])
    if match["power"]:
        return value * Fraction(10) ** int(match["power"].replace(MINUS, "-"))
    if match["exponent"] and value:
        return value ** int(match["exponent"].replace(MINUS, "-"))
    if match["numerator"] and value:
        return Fraction(match["numerator"]) / value
    if match["denominator"] and int(match["denominator"]):
        return value / int(match["denominator"])
    if match["over"]:
        return value + Fraction(int(match["over"]), int(match["under"]))
    return value


def _as_speed(unit: Unit, start: int, end: int, text: str) -> tuple[Unit, int, int]:
    """Return `unit` with its offsets, as a speed if a time follows or 時速, 秒速 precedes: "30 km per hour"."""
    after, before = _PER.match(text, end), _SPEED.search(text[:start])
    word = after.group(1) if after else before.group(1) if before else None
    if word is None or unit.dimension != "length":
        return unit, start, end
    seconds = 1 if word in ("second", "s", "sec", "秒") else 3600
    return Unit("speed", unit.factor / seconds), start, after.end() if after else end


def _share(match: re.Match[str]) -> Quantity:
    last = re.split(r"[\s-]", match.group().lower())[-1]
    return Quantity(_SHARE.get(last, Fraction(1, 2)), RATIO, match.start(), match.end())


def _distribute(quantities: list[Quantity], text: str) -> list[Quantity]:
    """Give the first number of a range or pair the unit of the second: "30-60%", "10th and 11th centuries"."""
    quantities = _with_currency(quantities, text)
    done: list[Quantity] = []
    for quantity in reversed(quantities):
        follower = done[-1] if done else None
        shares = follower is not None and _RANGE.fullmatch(text[quantity.end : follower.start]) is not None
        year = _YEAR_BEFORE.search(text[: quantity.start]) is not None and quantity.digits.isdigit()
        lent = follower is not None and shares and not (year and _is_time(follower)) and quantity.unit is None
        unit = follower.unit if follower is not None and lent else quantity.unit
        done.append(replace(quantity, unit=unit))
    return _compounded(done[::-1], text)


def _is_time(quantity: Quantity) -> bool:
    return quantity.unit is not None and quantity.unit.dimension == "time"


def _compounded(quantities: list[Quantity], text: str) -> list[Quantity]:
    """Join a measure with the rest of it in a smaller unit: 42キロ195メートル, "1 hour 30 minutes"."""
    done: list[Quantity] = []
    for quantity in quantities:
        whole, unit = (done[-1], done[-1].unit) if done else (None, None)
        if whole is None or unit is None or quantity.unit is None or text[whole.end : quantity.start].strip():
            done.append(quantity)
            continue
        rest = quantity.value * quantity.unit.factor
        if unit.dimension != quantity.unit.dimension or not quantity.unit.factor <= rest < unit.factor:
            done.append(quantity)
        else:
            done[-1] = replace(whole, value=whole.value + rest / unit.factor, end=quantity.end)
    return done


def _with_currency(quantities: list[Quantity], text: str) -> list[Quantity]:
    """Give the second number of a range the currency sign of the first: "$5-10"."""
    done = quantities[:1]
    for quantity in quantities[1:]:
        ranged = quantity.unit is None and _CURRENCY_RANGE.fullmatch(text[done[-1].start : quantity.start])
        done.append(replace(quantity, unit=done[-1].unit) if ranged else quantity)
    return done
