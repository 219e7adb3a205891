"""Cells as their sheets show them, through real workbooks."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import openpyxl

from rag.tables.xlsx import read_sheets
from tests.rows import each_row


def said(value: object, number_format: str | None = None) -> str:
    """What a cell says after it was saved and read."""
    book = openpyxl.Workbook()
    cell = book.active["A1"]
    cell.value = value
    if number_format is not None:
        cell.number_format = number_format
    out = io.BytesIO()
    book.save(out)
    ((shown,),) = (row.cells for sheet in read_sheets(out) for row in sheet.rows)
    return shown


@each_row(
    "value, number_format, expected",
    [
        ("東京", None, "東京"),
        ("0.1", "0%", "0.1"),
        (True, None, "TRUE"),
        (False, None, "FALSE"),
        (3776, "#,##0", "3,776"),
        (3776.0, "0.0", "3776.0"),
        (600001, "000-0000", "060-0001"),
        (7, "0000", "0007"),
        (1200, '#,##0"円"', "1,200円"),
        ("田中", '@"様"', "田中様"),
        (15.21, None, "15.21"),
        (0.1 + 0.2, None, "0.3"),
        (-1e22, None, "-10000000000000000000000"),
        (date(1969, 7, 20), None, "1969-07-20"),
        (datetime(1969, 7, 20), 'yyyy"年"m"月"d"日"', "1969年7月20日"),
        (datetime(2024, 4, 1), '[$-411]ggge"年"m"月"d"日"', "令和6年4月1日"),
        (datetime(2024, 4, 1, 9, 30), "m/d/yy h:mm", "2024-04-01 9:30"),
        (datetime(2024, 4, 1, 9, 5, 7), None, "2024-04-01 9:05:07"),
        (time(9, 30), None, "9:30"),
        (time(0, 0), "h:mm", "0:00"),
        (time(23, 59, 59), "h:mm:ss", "23:59:59"),
        (timedelta(hours=36, minutes=5), "[h]:mm", "36:05"),
        (0.1, "0%", "10%"),
        (1, "0%", "100%"),
        (0.125, "0%", "13%"),
        (0.125, "0.00%", "12.50%"),
        (-0.05, "0%;[Red]-0%", "-5%"),
        (0.5, '0.0"%"', "0.5%"),
        (0.5, "0.0\\%", "0.5%"),
        (1e300, "0%", "1" + "0" * 302 + "%"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: object, number_format: str | None, expected: str) -> None:
    assert said(value, number_format) == expected
