"""Numerals, quantities and dates of both languages, read as values."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.canonical import canonical
from rag.text.numbers.dates import find_dates
from rag.text.numbers.quantities import Quantity, read_numbers
from rag.text.numerals import decimal, kanji_value, to_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二〇〇一年", "2001年"),
        ("two thousand and one", "2001"),
        ("九百八十万人", "9800000人"),
        ("9.8 million people", "9800000 people"),
        ("1億2千万円", "120000000円"),
        ("three hundred forty-two million", "342000000"),
        ("3.5億", "350000000"),
        ("a dozen eggs", "12 eggs"),
        ("一兆円", "1000000000000円"),
        ("1,234,567", "1234567"),
        ("百五", "105"),
        ("nineteen eighty-four", "1984"),
        ("憲法九条", "憲法9条"),
        ("twenty-first century", "21th century"),
        ("第二次世界大戦", "第2次世界大戦"),
        ("the third century", "the 3th century"),
        ("八つの惑星", "8つの惑星"),
        ("eight planets", "8 planets"),
        ("両方", "両方"),
        ("no one", "no one"),
        ("九州と四国", "九州と四国"),
        ("one of the best", "one of the best"),
        ("三重県の三島由紀夫", "三重県の三島由紀夫"),
        ("someone", "someone"),
        ("一部の人は十分な", "一部の人は十分な"),
        ("hundreds of people", "hundreds of people"),
    ],
)
def test_numerals_become_digits_and_names_stay(text: str, digits: str) -> None:
    assert to_digits(text) == digits


@given(st.integers(0, 10**15))
def test_kanji_numerals_read_back(number: int) -> None:
    assert kanji_value(_kanji(number)) == number


@given(st.integers(0, 10**9), st.integers(0, 999))
def test_decimal_writes_exactly(whole: int, thousandths: int) -> None:
    value = whole + Fraction(thousandths, 1000)
    assert Fraction(decimal(value)) == value


def _kanji(number: int) -> str:
    """An independent writer of kanji numerals: groups of four digits with 万, 億, 兆."""
    if number == 0:
        return "零"
    groups, units = [], ["", "万", "億", "兆"]
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    written = []
    for unit, group in reversed(list(zip(units, groups, strict=False))):
        digits = f"{group:04d}"
        places = zip(digits, ["千", "百", "十", ""], strict=True)
        text = "".join(
            "〇一二三四五六七八九"[int(d)] * (d != "1" or place == "") + place for d, place in places if d != "0"
        )
        written.append(text + unit if group else "")
    return "".join(written)


@pytest.mark.parametrize(
    "text",
    [
        "二〇〇一年一月十五日",
        "January 15, 2001",
        "15 January 2001",
        "the 15th of January, 2001",
        "2001-01-15",
        "2001/1/15",
        "平成13年1月15日",
        "Jan. 15, 2001",
        "２００１年１月１５日",
        "2001年（平成13年）1月15日",
        "1/15/2001",
        "15th January 2001",
    ],
)
def test_one_date_in_every_writing(text: str) -> None:
    assert find_dates(canonical(text))[0].fields == (2001, 1, 15)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("昭和64年", 1989),
        ("in 1989", 1989),
        ("令和元年", 2019),
        ("in the year 2019", 2019),
        ("明治元年", 1868),
        ("1868年", 1868),
        ("紀元前44年", -44),
        ("44 BC", -44),
        ("西暦79年", 79),
        ("AD 79", 79),
        ("大正十二年", 1923),
        ("平成元年", 1989),
    ],
)
def test_years_and_eras(text: str, year: int) -> None:
    assert [date.fields for date in find_dates(canonical(text))] == [(year, None, None)]


@pytest.mark.parametrize(
    "text", ["5年間", "200年前", "for 5 years", "1950年代", "the 1950s", "He may go", "2001年13月", "43/53", "1914-18"]
)
def test_durations_decades_and_impossible_dates_are_no_dates(text: str) -> None:
    assert all(date.month is None for date in find_dates(canonical(text)))
    assert not [date for date in find_dates(canonical(text)) if date.year not in (None, 2001)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8.5マイル", "8.5 miles"),
        ("8.5 mi", "13.7 km"),
        ("3776メートル", "3,776 m"),
        ("12,389 feet", "3776 m"),
        ("980万", "9.8 million"),
        ("二分の一", "1/2"),
        ("半分", "50%"),
        ("5割", "50 percent"),
        ("七ヶ月", "seven months"),
        ("18歳", "18 years old"),
        ("30万キロメートル毎秒", "300,000 km"),
        ("時速60キロ", "60 km/h"),
        ("秒速30万キロメートル", "300,000 kilometers per second"),
        ("100℃", "212°F"),
        ("500円", "¥500"),
        ("$5 million", "500万ドル"),
        ("十世紀", "10th century"),
        ("6.02×10²³", "6.02 x 10^23"),
        ("２時間半", "2.5 hours"),
        ("10郡", "10 counties"),
        ("90‰", "9%"),
        ("90 per mille", "90パーミル"),
        ("10ノット", "18.52 km/h"),
        ("1気圧", "1013.25 hPa"),
        ("16オンス", "1 lb"),
    ],
)
def test_the_same_quantity(one: str, other: str) -> None:
    assert _first(one).same(_first(other))
    assert _first(other).same(_first(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8.5マイル", "8.5 km"),
        ("7ヶ月", "7 years"),
        ("30%", "60%"),
        ("980万", "980"),
        ("-5°C", "5°C"),
        ("5円", "5 dollars"),
        ("1950s", "1950 km"),
        ("10世紀", "10 years"),
        ("3 m", "3 kg"),
        ("2時間", "2 minutes"),
        ("100°C", "100°F"),
        ("1/3", "1/2"),
        ("90パーミル", "90%"),
        ("10 knots", "10 km/h"),
        ("500 kcal", "500 kJ"),
        ("5 ppm", "5%"),
    ],
)
def test_different_quantities(one: str, other: str) -> None:
    assert not _first(one).same(_first(other))


@pytest.mark.parametrize("text", ["5\nkm", "5\n L", "5 -km", "5\t\nlitres"])
def test_a_unit_may_stand_on_the_next_line(text: str) -> None:
    (quantity,) = read_numbers(canonical(text)).quantities
    assert quantity.unit is not None


@pytest.mark.parametrize("text", ["H2O", "K2", "MP3プレーヤー", "CO2を排出", "F1"])
def test_digits_inside_names_are_no_quantities(text: str) -> None:
    assert read_numbers(canonical(text)).values == ()


def test_a_range_shares_its_unit() -> None:
    for text in ("30–60%", "30から60%", "30 to 60 percent", "30〜60パーセント"):
        units = {quantity.unit for quantity in read_numbers(canonical(text)).quantities}
        assert len(units) == 1
        assert None not in units


@given(st.integers(1000, 2100), st.integers(1, 12), st.integers(1, 28))
def test_dates_in_both_languages_agree(year: int, month: int, day: int) -> None:
    months = "January February March April May June July August September October November December".split()
    writings = (
        f"{year}年{month}月{day}日",
        f"{months[month - 1]} {day}, {year}",
        f"{day} {months[month - 1]} {year}",
        f"{year}-{month:02d}-{day:02d}",
    )
    assert {find_dates(canonical(text))[0].fields for text in writings} == {(year, month, day)}


def _first(text: str) -> Quantity:
    return read_numbers(canonical(text)).quantities[0]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("42キロ195メートル", ["8439/200"]),
        ("1 hour 30 minutes", ["3/2"]),
        ("1時間30分です", ["3/2"]),
        ("3 km 5 kg", ["3", "5"]),
        ("30 minutes 1 hour", ["30", "1"]),
        ("5 km, 300 m", ["5", "300"]),
    ],
)
def test_a_measure_in_two_units_is_one(text: str, values: list[str]) -> None:
    assert [str(quantity.value) for quantity in read_numbers(text).quantities] == values


def test_a_year_with_its_era_in_brackets_goes_on_to_the_month() -> None:
    assert [date.fields for date in find_dates("1989年(平成元年)4月1日")] == [(1989, 4, 1)]
