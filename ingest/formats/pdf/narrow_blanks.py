"""White of a quarter of a letter's width beside a Japanese letter is no blank: 第1条 in Word, letters below ruby."""

from __future__ import annotations

import re
from typing import Any

from ingest.formats.pdf.ruby import letter_size
from rag.text.letters import UNSPACED

_BLANK = re.compile(f"(?<=[{UNSPACED}]) (?=[0-9A-Za-z{UNSPACED}])|(?<=[0-9A-Za-z]) (?=[{UNSPACED}])")
_NARROW, _UNDER_RUBY = 0.35, 0.9
"""Of a letter's width: less than between cells of a table; and where long readings spread the letters below them."""
_MARK = "\u2060"


def marked(text_page: Any, line: str, start: int, *, has_ruby: bool = False) -> str:
    """Return a line that begins at PDFium's letter `start`, marking narrow blanks that are not in the file."""
    from pypdfium2.raw import FPDFText_IsGenerated

    letters = list(line)
    narrow = _UNDER_RUBY if has_ruby else _NARROW
    for blank in _BLANK.finditer(line):
        at = start + blank.start()
        if FPDFText_IsGenerated(text_page, at) != 1:
            continue
        before, after = (text_page.get_charbox(index, loose=True) for index in (at - 1, at + 1))
        size = max(letter_size(text_page, index) for index in (at - 1, at + 1))
        if 0 <= after[0] - before[2] <= narrow * size:
            letters[blank.start()] = _MARK
    return "".join(letters)


def without_marks(text: str) -> str:
    """Return a text without the marks."""
    return text.replace(_MARK, "")
