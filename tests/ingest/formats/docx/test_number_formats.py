"""Numbers in the formats of Word."""

from __future__ import annotations

import pytest

from ingest.formats.docx.number_formats import write_number
from tests.rows import each_row


@each_row("number_format, expected", [
        ("decimal", {1: "1", 12: "12", 0: "0"}),
        ("decimalFullWidth", {1: "１", 12: "１２"}),
        ("decimalFullWidth2", {10: "１０"}),
        ("decimalHalfWidth", {10: "10"}),
        ("decimalZero", {1: "01", 10: "10", 100: "100"}),
        ("japaneseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 100: "百",
                              101: "百一", 110: "百十", 1000: "千", 2024: "二千二十四", 10000: "一万", 10010: "一万十",
                              123456: "十二万三千四百五十六"}),
        ("japaneseLegal", {1: "壱", 3: "参", 5: "伍", 10: "壱拾", 21: "弐拾壱", 100: "壱百"}),
        ("japaneseDigitalTenThousand", {1: "一", 10: "一〇", 25: "二五"}),
        ("ideographDigital", {10: "一〇"}),
        ("aiueo", {1: "ｱ", 46: "ﾝ"}),
        ("aiueoFullWidth", {1: "ア", 5: "オ", 44: "ワ", 46: "ン", 47: "アア"}),
        ("iroha", {1: "ｲ", 2: "ﾛ"}),
        ("irohaFullWidth", {1: "イ", 4: "ニ", 25: "ヰ", 48: "ン", 49: "イイ"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "21"}),
        ("decimalEnclosedParen", {1: "⑴", 20: "⒇"}),
        ("decimalEnclosedFullstop", {1: "⒈", 20: "⒛"}),
        ("ideographEnclosedCircle", {1: "㊀", 10: "㊉", 11: "11"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {1: "子", 12: "亥"}),
        ("ideographZodiacTraditional", {1: "甲子", 11: "甲戌", 60: "癸亥"}),
        ("upperRoman", {1: "I", 4: "IV", 9: "IX", 14: "XIV", 40: "XL", 1994: "MCMXCIV"}),
        ("lowerRoman", {3: "iii", 8: "viii", 0: "0"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 28: "BB", 53: "AAA"}),
        ("lowerLetter", {2: "b", 27: "aa"}),
        ("ordinal", {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th",
                     21: "21st", 112: "112th"}),
        ("cardinalText", {1: "One", 12: "Twelve", 20: "Twenty", 21: "Twenty-one", 100: "100"}),
        ("ordinalText", {1: "First", 2: "Second", 12: "Twelfth", 20: "Twentieth",
                         21: "Twenty-first", 99: "Ninety-ninth"}),
        ("numberInDash", {1: "- 1 -"}),
        ("chicago", {1: "*", 4: "§", 5: "**"}),
        ("hex", {10: "A", 255: "FF"}),
        ("ganada", {1: "가"}),
        ("none", {1: "", 7: ""}),
        ("no such format", {7: "7"}),
    ])  # fmt: skip
def test_a_format(number_format: str, expected: dict[int, str]) -> None:
    assert {number: write_number(number, number_format) for number in expected} == expected


@pytest.mark.parametrize(
    ("pattern", "expected"), [("001, 002, 003, ...", "007"), ("01, 02", "07"), ("x", "7"), ("", "7")]
)
def test_the_pattern_of_a_custom_format(pattern: str, expected: str) -> None:
    assert write_number(7, "custom", pattern) == expected


@each_row("number_format", ["aiueoFullWidth", "upperLetter", "upperRoman", "japaneseCounting", "chicago"])
@each_row("number", [-1, 0, 10**8, 10**9, 10**100])
def test_a_number_that_a_format_does_not_reach_is_in_figures(number_format: str, number: int) -> None:
    assert write_number(number, number_format) in {str(number), "〇"}
