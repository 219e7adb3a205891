"""Units of measure in both languages, with dimension and exact factor, read after a number.

Factors: international yard and pound agreement of 1959; BIPM SI brochure, 9th edition; the
thermochemical calorie. A calorie is none: of food it is the kilocalorie. Counters (個, 人, people) are no units. The
pound of money and the pound of mass share a word, so they share a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

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
mass|45359237/1600000000|ounce oz オンス
mass|45359237/100000000|lb pound lbs £ gbp pound-sterling ポンド 英ポンド イギリスポンド
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
area|400/121|坪
volume|1|liter litre l リットル
volume|1/1000|ml milliliter millilitre ミリリットル
volume|1000|m3 m^3 cubic-meter cubic-metre 立方メートル
volume|1000000000000|km3 km^3 cubic-kilometer cubic-kilometre 立方キロメートル 立方キロ
speed|5/18|km/h kph
speed|1|m/s
speed|1397/3125|mph
speed|463/900|knot ノット
ratio|1/1000000|ppm
ratio|1/1000|‰ per-mille permille パーミル
ratio|1/100|% percent per-cent パーセント
ratio|1/10|割
power|1|w watt ワット
power|1000|kw kilowatt キロワット
power|1000000|mw megawatt メガワット
power|1000000000|gw gigawatt ギガワット
energy|1|joule ジュール
energy|1000|kj kilojoule キロジュール
energy|4184|kcal kilocalorie キロカロリー
pressure|100|hpa hectopascal millibar ヘクトパスカル ミリバール
pressure|1000|kpa kilopascal キロパスカル
pressure|101325|atm atmosphere 気圧
voltage|1|v volt ボルト
current|1|amp ampere アンペア
frequency|1|hz hertz ヘルツ
frequency|1000|khz kilohertz キロヘルツ
frequency|1000000|mhz megahertz メガヘルツ
frequency|1000000000|ghz gigahertz ギガヘルツ
data|1000|kb kilobyte キロバイト
data|1000000|mb megabyte メガバイト
data|1000000000|gb gigabyte ギガバイト
data|1000000000000|tb terabyte テラバイト
usd|1|$ us$ usd dollar us-dollar ドル usドル アメリカドル 米ドル アメリカ合衆国ドル
usd|1/100|cent セント
jpy|1|¥ jpy yen 円
eur|1|€ eur euro ユーロ
krw|1|won ウォン
cny|1|yuan 人民元
inr|1|rupee ルピー
chf|1|swiss-franc スイスフラン
rub|1|ruble rouble ルーブル
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: a value is (value + `offset`) * `factor` in the dimension's base unit (metre, kelvin, ...)."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


def _units() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for row in _UNIT_ROWS.strip().splitlines():
        dimension, factor, names = row.split("|")
        scale, _, offset = factor.partition("+")
        table |= {name: Unit(dimension, Fraction(scale), Fraction(offset or 0)) for name in names.split()}
    return table


UNITS: Final = _units()
DAY: Final = UNITS["日"]
DECADE: Final = UNITS["年代"]
RATIO: Final = Unit("ratio", Fraction(1))
TIME_OF_DAY: Final = Unit("clock", Fraction(1), Fraction(24))  # hours since midnight
OPEN_TIME: Final = UNITS["時"]  # hours of a day or of half a day
_LATIN_UNITS: Final = [name for name in UNITS if name.isascii() or name[0] in "°μ"]
_LATIN_PATTERN = "|".join(
    re.escape(name).replace(r"\-", r"[\s-]") + r"(?:e?s)?" for name in sorted(_LATIN_UNITS, key=len, reverse=True)
)
_OTHER_PATTERN = "|".join(sorted(set(UNITS) - set(_LATIN_UNITS), key=len, reverse=True))
_UNIT = re.compile(
    rf"\s{{0,9}}-?(?:(?P<latin>{_LATIN_PATTERN})(?![A-Za-z\d^])|(?P<other>{_OTHER_PATTERN}))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as a text names it, up to `end`."""

    unit: Unit
    end: int


def unit_after(text: str, start: int) -> NamedUnit | None:
    """Return the unit named at `start`, right after a number, or None.

    >>> unit_after("5 miles", 1).unit.dimension
    'length'
    """
    match = _UNIT.match(text, start)
    if match is None:
        return None
    written = match["latin"] or match["other"]
    name = re.sub(r"\s", "-", written.lower())
    known = next((key for key in (name, name.removesuffix("s"), name.removesuffix("es")) if key in UNITS), written)
    return NamedUnit(UNITS[known], match.end())
