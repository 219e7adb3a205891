"""Text that a spreadsheet will show and never run."""

from __future__ import annotations

import re

# Excel in Japanese takes the full-width forms for the signs that they show.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"^\s*[-+－＋]?[\d.,．，]+\s*$")
# Characters that XML 1.0, and so an Excel file, cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula; plain numbers are not."""
    return bool(_FORMULA.match(text)) and not _NUMBER.match(text)


def csv_cell(text: str) -> str:
    """A text for a CSV cell: an apostrophe goes before what could be a formula.

    >>> csv_cell("=1+1"), csv_cell("-5"), csv_cell("東京")
    ("'=1+1", '-5', '東京')
    """
    return f"'{text}" if starts_formula(text) else text


def xlsx_text(text: str) -> str:
    """A text without the characters that an Excel file cannot hold, each replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)[:32_767]
