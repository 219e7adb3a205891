"""Texts of the cells of a workbook, as its sheets show them, and the errors of their formulas."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType

from rag.tables.number_format import GENERAL, show_general, show_number, show_text

ERRORS = frozenset(
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #GETTING_DATA #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN! #CONNECT! "
    "#BUSY! #EXTERNAL! #PYTHON!".split()
)
"""Errors that a formula of Excel gives in place of a value."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_EPOCH = datetime(1899, 12, 30)

BUILT_IN: Mapping[int, str] = MappingProxyType(
    {
        1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;"¥"-#,##0',
        7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;"¥"-#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00",
        12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
        19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm",
        27: "[$-411]ge.m.d", 28: '[$-411]ggge"年"m"月"d"日"', 29: '[$-411]ggge"年"m"月"d"日"', 30: "m/d/yy",
        31: 'yyyy"年"m"月"d"日"', 32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"',
        36: "[$-411]ge.m.d", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
        40: "#,##0.00;-#,##0.00", 41: "#,##0", 42: '"¥"#,##0', 43: "#,##0.00", 44: '"¥"#,##0.00', 45: "mm:ss",
        46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: "[$-411]ge.m.d",
        51: '[$-411]ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: '[$-411]ggge"年"m"月"d"日"',
        55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: "[$-411]ge.m.d", 58: '[$-411]ggge"年"m"月"d"日"',
    }
)  # fmt: skip
"""Formats that a file names by number, as a Japanese Excel has them."""


def unescape(text: str) -> str:
    """Return a text without the escapes that Excel writes for letters that XML cannot hold (ST_Xstring).

    >>> unescape("_x0033_40"), unescape("_x005F_x000D_")
    ('340', '_x000D_')
    """
    if "_x" not in text:
        return text
    text = _PAIR.sub(_joined, _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text))
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _joined(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16", "surrogatepass").decode("utf-16")


def cell_text(value: str, kind: str, code: str, *, from_1904: bool = False) -> str:
    """Return the text of a cell by its stored value, its type (`t` of the file) and its number format.

    An empty cell is "", true TRUE. A number that the file does not hold as one is given as it is.
    """
    if kind in {"s", "str", "inlineStr"}:
        return value if code in {GENERAL, "@"} else show_text(value, code)
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, value.upper())
    if kind == "d":
        return _iso(value, code)
    return value if kind == "e" or not value else _number(value, code, from_1904=from_1904)


def _number(value: str, code: str, *, from_1904: bool) -> str:
    try:
        number = int(value) if value.isdecimal() and len(value) < 16 else float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    return show_general(number) if code == GENERAL else show_number(number, code, from_1904=from_1904)


def _iso(value: str, code: str) -> str:
    """Return a date that a strict file holds in letters (2024-04-01T09:30:00)."""
    try:
        moment = (
            datetime.combine(_EPOCH, time.fromisoformat(value)) if ":" in value[:4] else datetime.fromisoformat(value)
        )
    except ValueError:
        return value
    serial = (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
    return show_number(serial, "yyyy-mm-dd h:mm:ss" if code == GENERAL else code)
