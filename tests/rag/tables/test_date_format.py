"""Dates and times in the formats of Excel."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rag.tables.number_format import show_number
from tests.rows import each_row

DAY, NOON, REIWA, LONG = 45383.0, 45383.395833333336, 43586.0, 1.50347222
"""2024-04-01, the same at 9:30, 2019-05-01, and 36 hours 5 minutes."""
EXPECTED = {
    "yyyy/m/d": {DAY: "2024/4/1", NOON: "2024/4/1"},
    "yyyy/mm/dd": {DAY: "2024/04/01"},
    "yyyy-mm-dd": {DAY: "2024-04-01"},
    "yyyymmdd": {DAY: "20240401"},
    "yyyy/m": {DAY: "2024/4"},
    'yyyy"年"m"月"d"日"': {DAY: "2024年4月1日"},
    'yyyy"年"m"月"d"日"(aaa)': {DAY: "2024年4月1日(月)"},
    'yyyy"年"m"月"d"日"aaaa': {DAY: "2024年4月1日月曜日"},
    'm"月"d"日"': {DAY: "4月1日"},
    'yyyy"年"m"月"': {DAY: "2024年4月"},
    '[$-411]ggge"年"m"月"d"日"': {DAY: "令和6年4月1日", REIWA: "令和1年5月1日", REIWA - 1: "平成31年4月30日",
                                  29221: "昭和55年1月1日", 5000: "大正2年9月8日", 400: "明治34年2月3日"},
    '[$-ja-JP-x-gannen]ggge"年"m"月"d"日";@': {REIWA: "令和元年5月1日", DAY: "令和6年4月1日"},
    "[$-411]ge.m.d": {DAY: "R6.4.1", REIWA - 1: "H31.4.30"},
    "[$-411]gge.m.d": {DAY: "令6.4.1"},
    "[$-411]ggge": {DAY: "令和6"},
    "[$-411]e/m/d": {DAY: "6/4/1"},
    "[$-411]ee": {DAY: "06"},
    "e/m/d": {DAY: "2024/4/1"},
    "d-mmm-yy": {DAY: "1-Apr-24"},
    "[$-409]d\\-mmm\\-yyyy;@": {DAY: "1-Apr-2024"},
    "mmm-yy": {DAY: "Apr-24"},
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy": {DAY: "Monday, April 01, 2024"},
    "ddd": {DAY: "Mon"},
    "[$-411]ddd": {DAY: "月"},
    "mmmmm": {DAY: "A"},
    "m/d/yy": {DAY: "2024-04-01"},
    "d/m/yyyy": {DAY: "2024-04-01"},
    "m/d": {DAY: "2024-04-01"},
    "m/d/yyyy h:mm": {NOON: "2024-04-01 9:30", DAY: "2024-04-01"},
    "yyyy/m/d h:mm": {NOON: "2024/4/1 9:30", DAY: "2024/4/1 0:00"},
    "yyyy-mm-dd h:mm:ss": {NOON: "2024-04-01 9:30", DAY: "2024-04-01"},
    "h:mm": {NOON: "9:30", LONG: "12:05"},
    "hh:mm": {NOON: "09:30"},
    "h:mm AM/PM": {NOON: "9:30 AM", LONG: "12:05 PM", DAY: "12:00 AM"},
    "h:mm A/P": {NOON: "9:30 A"},
    '[$-411]AM/PM h"時"mm"分"': {NOON: "午前 9時30分"},
    'h"時"mm"分"ss"秒"': {NOON: "9時30分00秒"},
    "[h]:mm": {LONG: "36:05", -1.5: "-36:00"},
    "[h]:mm:ss": {LONG: "36:05:00"},
    "[hh]:mm": {0.125: "03:00"},
    "[mm]:ss": {LONG: "2165:00"},
    "[s]": {0.5: "43200"},
    "mm:ss": {0.0423611111: "01:00"},
    "mm:ss.0": {0.000711805: "01:01.5"},
    "h:mm:ss.000": {0.5: "12:00:00.000"},
    "h": {NOON: "9"},
    '[h]"時間"mm"分"': {LONG: "36時間05分"},
    "yyyy/m/d;@": {DAY: "2024/4/1", -5: "-5"},
}  # fmt: skip


@each_row("code, value", [(code, value) for code, texts in EXPECTED.items() for value in texts])
def test_a_date_or_time(code: str, value: float) -> None:
    assert show_number(value, code) == EXPECTED[code][value]


@pytest.mark.parametrize("value", [-1, 2_958_466, 1e20])
def test_a_number_that_is_no_date(value: float) -> None:
    assert show_number(value, "yyyy/m/d") == (f"{value:.0f}" if value < 1e10 else "1" + "0" * 20)


def test_days_since_1900_and_1904() -> None:
    assert [show_number(day, "yyyy/m/d") for day in (1, 59, 60, 61, 2_958_465)] == [
        "1900/1/1", "1900/2/28", "1900/2/29", "1900/3/1", "9999/12/31",
    ]  # fmt: skip
    for days in range(61, 80_000, 997):
        expected = date(1899, 12, 30) + timedelta(days=days)
        assert show_number(days, "yyyy-mm-dd") == expected.isoformat()
        assert show_number(days - 1462, "yyyy-mm-dd", from_1904=True) == expected.isoformat() or days < 1462


def test_the_last_second_of_a_day_stays_in_it() -> None:
    assert show_number(45383 + 86_399 / 86_400, "yyyy/m/d h:mm:ss") == "2024/4/1 23:59:59"
    assert [show_number(minute / 1440, "h:mm") for minute in range(1440)] == [
        f"{minute // 60}:{minute % 60:02}" for minute in range(1440)
    ]
