"""Escape text so that a spreadsheet shows it and never runs it as a formula."""

from __future__ import annotations

import re

# Japanese Excel treats the full-width forms as the signs themselves.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"^\s*[-+－＋]?[\d.,．，]+\s*$")
# Characters that XML 1.0, and so an Excel file, cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def starts_formula(text: str) -> bool:
    """Tell whether a spreadsheet could read a text as a formula; plain numbers are none."""
    return bool(_FORMULA.match(text)) and not _NUMBER.match(text)


def csv_cell(text: str) -> str:
    """Escape a text for a CSV cell: put an apostrophe before anything that could be a formula.

    >>> csv_cell("=1+1"), csv_cell("-5"), csv_cell("東京")
    ("'=1+1", '-5', '東京')
    """
    return f"'{text}" if starts_formula(text) else text


def xlsx_text(text: str) -> str:
    """Replace the characters that an Excel file cannot hold by U+FFFD, and cut the text at the size of a cell."""
    return _FORBIDDEN.sub("\ufffd", text)[:32_767]
