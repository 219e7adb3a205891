"""Automatic numbers of paragraphs in presentations (1., (2), ③): a:buAutoNum of DrawingML, counted."""

from __future__ import annotations

import re
from typing import Any, Final

from ingest.formats.docx.number_formats import write_number

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SCHEME: Final = re.compile(r"(\w{1,30}?)(ParenBoth|ParenR|Period|Plain|Minus)")
_FORMATS: Final = (
    ("alphaLc", "lowerLetter"), ("alphaUc", "upperLetter"), ("romanLc", "lowerRoman"), ("romanUc", "upperRoman"),
    ("arabicDb", "decimalFullWidth"), ("circleNum", "decimalEnclosedCircle"), ("ea1", "japaneseCounting"),
)  # fmt: skip
_WRITTEN: Final = {"ParenBoth": "({})", "ParenR": "{})", "Period": "{}.", "Minus": "{}-"}
_DIGITS: Final = 9


class SlideNumbering:
    """The numbers of a slide's paragraphs, which are to be asked for in their order."""

    def __init__(self) -> None:
        self._shape: Any = None
        self._counts: dict[int, tuple[str, int]] = {}  # the scheme and the last number of each level

    def advance(self, paragraph: Any) -> str:
        """Return the number of a paragraph with what divides it from its text; "" for one without a number."""
        if paragraph.getparent() is not self._shape:
            self._shape, self._counts = paragraph.getparent(), {}
        settings = paragraph.find(f"{_A}pPr")
        level = _integer("" if settings is None else settings.get("lvl", ""), 0)
        self._counts = {at: count for at, count in self._counts.items() if at <= level}
        numbered = None if settings is None else settings.find(f"{_A}buAutoNum")
        if numbered is None:
            if next(paragraph.iter(f"{_A}t"), None) is not None:
                self._counts.pop(level, None)
            return ""
        scheme, start = str(numbered.get("type", "")), _integer(numbered.get("startAt", ""), 1)
        before, number = self._counts.get(level, ("", 0))
        number = number + 1 if before == f"{scheme} {start}" else start
        self._counts[level] = (f"{scheme} {start}", number)
        match = _SCHEME.match(scheme)
        style, ending = (match.group(1), match.group(2)) if match else ("", "Period")
        shape = next((name for prefix, name in _FORMATS if style.startswith(prefix)), "decimal")
        return _WRITTEN.get(ending, "{}").format(write_number(number, shape)) + " "


def _integer(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else otherwise
