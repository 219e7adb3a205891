"""Read the quantities and dates of a text in either language as values that can be compared.

`read_numbers` takes text whose numerals are digits (`eval.grading.normalise.canonical`) and gives typed records. Units
carry a dimension and an exact factor (international yard and pound agreement of 1959; BIPM SI brochure, 9th
edition), so 8.5 miles agrees with 13.7 km. Counters (個, 人, people) are no dimension: 10郡 agrees with "10
counties" and with a bare 10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from eval.grading.dates import DateValue, find_dates

CONVERSION_TOLERANCE: Final = Fraction(1, 100)  # relative; only between different units, where one side was rounded
TEMPERATURE_TOLERANCE: Final = Fraction(1, 2)  # kelvin; only between different scales

_UNIT_ROWS = """
length|1/1000000|micrometer micrometre μm マイクロメートル
length|1/1000|mm millimeter millimetre ミリメートル ミリ
length|1/100|cm centimeter centimetre センチメートル センチ
length|1|m meter metre メートル
length|1000|km kilometer kilometre キロメートル キロ
length|201168/125|mile mi マイル
length|1852|海里
length|381/1250|foot feet ft フィート
length|127/5000|inch inches インチ
length|1143/1250|yard yd ヤード
length|149597870700|au 天文単位
length|9460730472580800|light-year 光年
mass|1/1000000|mg milligram ミリグラム
mass|1/1000|g gram グラム
mass|1|kg kilogram キログラム
mass|1000|t ton tonne トン
mass|45359237/100000000|lb pound lbs ポンド
time|1/1000|ms millisecond ミリ秒
time|1|second sec s 秒間 秒
time|60|minute min 分間 分
time|3600|hour hr h 時間
time|86400|day 日間 日
time|604800|week 週間 週
time|2629746|month ヶ月間 ケ月間 か月間 カ月間 ヵ月間 ヶ月 ケ月 か月 カ月 ヵ月 箇月
time|31556952|year yr 年間 周年 年 歳 才
decade|1|年代
century|1|century centuries 世紀
clock|1|時 o'clock
temperature|1+5463/20|°c c degree-celsius degrees-celsius
temperature|5/9+45967/100|°f f degree-fahrenheit degrees-fahrenheit
temperature|1|kelvin k ケルビン
area|1|m2 m^2 square-meter square-metre 平方メートル
area|10000|hectare ha ヘクタール
area|1000000|km2 km^2 square-kilometer square-kilometre 平方キロメートル 平方キロ
area|316160658/78125|acre エーカー
area|40468564224/15625|square-mile 平方マイル
volume|1|liter litre l リットル
volume|1/1000|ml milliliter millilitre ミリリットル
volume|1000|m3 m^3 cubic-meter cubic-metre 立方メートル
volume|1000000000000|km3 km^3 cubic-kilometer cubic-kilometre 立方キロメートル 立方キロ
speed|5/18|km/h kph
speed|1|m/s
speed|1397/3125|mph
ratio|1/100|% percent per-cent パーセント
ratio|1/10|割
usd|1|dollar us-dollar ドル usドル アメリカドル 米ドル アメリカ合衆国ドル
jpy|1|yen 円
eur|1|euro ユーロ
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: a value is (value + `offset`) * `factor` in the dimension's base unit (metre, kelvin, ...)."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit (None for a bare number or a counted thing); `start`, `end`: offsets in the text."""

    value: Fraction
    unit: Unit | None
    start: int
    end: int

    def same(self, other: Quantity) -> bool:
        """Whether both state one value: exact in one unit, within `CONVERSION_TOLERANCE` across units."""
        if self.unit is None or other.unit is None or self.unit == other.unit:
            return self.value == other.value
        if self.unit.dimension != other.unit.dimension:
            return False
        mine, theirs = (q.unit.factor * (q.value + q.unit.offset) for q in (self, other) if q.unit is not None)
        if self.unit.dimension == "temperature":
            return abs(mine - theirs) <= TEMPERATURE_TOLERANCE
        return abs(mine - theirs) <= CONVERSION_TOLERANCE * max(abs(mine), abs(theirs))

    def same_kind(self, other: Quantity) -> bool:
        """Whether both measure one thing: the same dimension, or both counts."""
        mine, theirs = self.unit and self.unit.dimension, other.unit and other.unit.dimension
        return mine == theirs


Value = Quantity | DateValue


@dataclass(frozen=True, slots=True)
class Reading:
    """The quantities and dates of one text, in order of appearance and not overlapping."""

    values: tuple[Value, ...]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(value for value in self.values if isinstance(value, Quantity))

    @property
    def dates(self) -> tuple[DateValue, ...]:
        return tuple(value for value in self.values if isinstance(value, DateValue))


def _units() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for row in _UNIT_ROWS.strip().splitlines():
        dimension, factor, names = row.split("|")
        scale, _, offset = factor.partition("+")
        table |= {name: Unit(dimension, Fraction(scale), Fraction(offset or 0)) for name in names.split()}
    return table


_UNITS: Final = _units()
DAY: Final = _UNITS["日"]
_LATIN_UNITS: Final = [name for name in _UNITS if name.isascii() or name[0] in "°μ"]
_LATIN_PATTERN = "|".join(
    re.escape(name).replace(r"\-", r"[\s-]") + r"(?:e?s)?" for name in sorted(_LATIN_UNITS, key=len, reverse=True)
)
_JAPANESE_PATTERN = "|".join(sorted(set(_UNITS) - set(_LATIN_UNITS), key=len, reverse=True))
_UNIT_AFTER = re.compile(
    rf"\s*-?(?:(?P<latin>{_LATIN_PATTERN})(?![A-Za-z\d^])|(?P<japanese>{_JAPANESE_PATTERN}))", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?P<currency>US\$|\$|¥|€)?\s?(?P<sign>(?<![\w)])-|マイナス|氷点下"
    r"|minus\s)?(?<![A-Za-z\d.])(?P<number>\d+(?:\.\d+)?)"
    r"(?:\s*[×x*]\s*10\^(?P<power>-?\d{1,3})|\^(?P<exponent>\d{1,2})|分の(?P<numerator>\d+)"
    r"|/(?P<denominator>\d{1,3})(?![\d/]))?"
    r"(?P<ordinal>th\b|番目|位)?(?![A-Za-z]\d)"
)
_HALF = re.compile(
    r"半分|半数|\bhalf\b(?!\s*-|\s+a\b)|\b(?:a|one|1)[\s-]third\b|\b(?:a|one|1)[\s-]quarter\b|\b2[\s-]thirds\b"
    r"|\b3[\s-]quarters\b",
    re.I,
)
_SHARE = {"third": Fraction(1, 3), "quarter": Fraction(1, 4), "thirds": Fraction(2, 3), "quarters": Fraction(3, 4)}
_RANGE = re.compile(r"\s*(?:-|~|から|to|and|or|と|または|×|、|,)\s*", re.IGNORECASE)
_HALF_MORE = re.compile(r"半(?![分数ば径島期世生])")
_PER = re.compile(r"\s*(?:/|per|an|a)\s*(hour|second|sec|h|s)\b", re.IGNORECASE)
_SPEED = re.compile(r"(?:毎)?([秒時])速?(?:約|およそ)?\s*$")
_CURRENCY = {"$": "dollar", "us$": "dollar", "¥": "yen", "€": "euro"}


def read_numbers(text: str) -> Reading:
    """Every quantity and date of `text`, in order.

    >>> [str(q.value) for q in read_numbers("8.5マイル (13.7 km)").quantities]
    ['17/2', '137/10']
    """
    dates = find_dates(text)
    masked = list(text)
    for date in dates:
        masked[date.start : date.end] = "\0" * (date.end - date.start)
    rest = "".join(masked)
    found = [_quantity(match, rest) for match in _NUMBER.finditer(rest)]
    found += [
        _share(match)
        for match in _HALF.finditer(rest)
        if all(match.start() >= q.end or match.end() <= q.start for q in found)
    ]
    quantities = _distribute(sorted(found, key=lambda quantity: quantity.start), rest)
    return Reading(tuple(sorted([*quantities, *dates], key=lambda value: value.start)))


def _quantity(match: re.Match[str], text: str) -> Quantity:
    value, end, start = Fraction(match["number"]), match.end(), match.start("sign" if match["sign"] else "number")
    if match["power"]:
        value *= Fraction(10) ** int(match["power"])
    elif match["exponent"]:
        value **= int(match["exponent"])
    elif match["numerator"] and value:
        value = Fraction(match["numerator"]) / value
    elif match["denominator"] and int(match["denominator"]):
        value /= int(match["denominator"])
    if match["sign"]:
        value = -value
    if match["currency"]:
        return Quantity(value, _UNITS[_CURRENCY[match["currency"].lower()]], match.start(), end)
    decade = re.compile(r"'?s\b").match(text, end)
    if decade is not None and value % 10 == 0:
        return Quantity(value, _UNITS["年代"], start, decade.end())
    named = _UNIT_AFTER.match(text, end)
    if named is None:
        return Quantity(value, None, start, end)
    if _HALF_MORE.match(text, named.end()):
        value += Fraction(1, 2)
    return Quantity(value, *_as_speed(_unit_named(named), start, named.end(), text))


def _as_speed(unit: Unit, start: int, end: int, text: str) -> tuple[Unit, int, int]:
    """`unit` with the offsets it spans, as a speed where a time follows or 時速, 秒速 goes before: "30 km per hour"."""
    after, before = _PER.match(text, end), _SPEED.search(text[:start])
    word = after.group(1) if after else before.group(1) if before else None
    if word is None or unit.dimension != "length":
        return unit, start, end
    seconds = 1 if word in ("second", "s", "sec", "秒") else 3600
    return Unit("speed", unit.factor / seconds), start, after.end() if after else end


def _unit_named(match: re.Match[str]) -> Unit:
    name = re.sub(r"\s", "-", match.group().strip(" -").lower())
    for candidate in (name, name.removesuffix("s"), name.removesuffix("es")):
        if candidate in _UNITS:
            return _UNITS[candidate]
    return _UNITS[match.group().strip(" -")]


def _share(match: re.Match[str]) -> Quantity:
    last = re.split(r"[\s-]", match.group().lower())[-1]
    return Quantity(_SHARE.get(last, Fraction(1, 2)), Unit("ratio", Fraction(1)), match.start(), match.end())


def _distribute(quantities: list[Quantity], text: str) -> list[Quantity]:
    """Give the first number of a range or pair the unit of the second: "30-60%", "10th and 11th centuries"."""
    done: list[Quantity] = []
    for quantity in reversed(quantities):
        follower = done[-1] if done else None
        shares = follower is not None and _RANGE.fullmatch(text[quantity.end : follower.start]) is not None
        unit = follower.unit if follower is not None and shares and quantity.unit is None else quantity.unit
        done.append(replace(quantity, unit=unit))
    return done[::-1]
