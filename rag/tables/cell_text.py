"""The text of an Excel cell, nearly as the sheet shows it; dates always have the same form."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DECIMALS = re.compile(r"\.([0#?]+)")


def cell_text(cell: Any) -> str:
    """Return the text of a cell of openpyxl by its value and number format.

    An empty cell is "", 1.0 "1", a tenth in percent "10%", a date 1969-07-20, a time 9:30, both 1969-07-20 9:30
    (without the time at midnight), true TRUE. A float has the 15 digits that Excel keeps.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return day if value.time() == time() else f"{day} {_clock(value.time())}"
    if isinstance(value, time | timedelta):
        return _clock(value)
    return str(value)


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        shape = _LITERAL.sub("", number_format.partition(";")[0])
        if "%" in shape:
            decimals = _DECIMALS.search(shape)
            digits = len(decimals.group(1)) if decimals else 0
            with localcontext(rounding=ROUND_HALF_UP):
                return f"{Decimal(str(value)):.{digits}%}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    return str(value)


def _clock(value: time | timedelta) -> str:
    """Return hours, minutes and, unless zero, seconds; the hours of a duration may exceed 24."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
