"""Raised figures of a PDF, which are smaller and stand higher than the letter before them: 10⁵ is not 105."""

from __future__ import annotations

import ctypes
import re
from typing import Any

from ingest.formats.pdf.ruby import letter_size
from rag.text.superscript import raised

_RUN, _FRACTION = re.compile("[0-9+−-]+"), ("/", "⁄")
_SMALL, _HIGH, _HIGHEST, _FAR = 0.86, 0.15, 0.65, 0.5
"""Of the size of the letter before: browsers make raised figures 5/6 as large, others less."""
_LEAST = 0.3
"""Points by which a letter stands higher than another if it does at all."""
_SPACED = re.compile("(?<=[^ ]) (?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])")


class RaisedFigures:
    """Finds the raised figures of a page whose lines are given in the order of the file: PDFium may break one there."""

    def __init__(self, text_page: Any) -> None:
        from pypdfium2.raw import FPDFText_GetCharOrigin

        self._text_page = text_page
        self._origin = FPDFText_GetCharOrigin
        self._point = (ctypes.c_double(), ctypes.c_double())
        self._before = -1  # the last letter of the lines before

    def marked(self, line: str, start: int) -> str:
        """Return a line with its raised figures as such, letter by letter; it begins at PDFium's letter `start`."""
        text = line
        for run in _RUN.finditer(line):
            before = len(line[: run.start()].rstrip()) - 1
            base = start + before if before >= 0 else self._before
            if base < 0 or line[run.end() : run.end() + 1] in _FRACTION:
                continue
            first = self._first_raised(base, start + run.start(), start + run.end()) - start
            text = text[:first] + raised(line[first : run.end()]) + text[run.end() :]
        self._before = start + len(line.rstrip()) - 1 if line.strip() else self._before
        return text

    def _first_raised(self, base: int, begin: int, end: int) -> int:
        """Return the first of the figures at the end of a run that are raised over the letter before; `end` if none."""
        height, first = self._height(base), end
        while first > begin and self._height(first - 1) - height >= _LEAST:
            first -= 1
        if first == end:
            return end
        base = first - 1 if first > begin else base
        size, common = letter_size(self._text_page, first), letter_size(self._text_page, base)
        before, figure = (self._text_page.get_charbox(at, loose=True) for at in (base, first))
        small, high = size <= _SMALL * common, self._height(first) - self._height(base)
        near = abs(figure[0] - before[2]) <= _FAR * common
        return first if small and near and _HIGH * common <= high <= _HIGHEST * common else end

    def _height(self, index: int) -> float:
        """Return how high the line stands on which a letter is written, in points."""
        x, y = self._point
        self._origin(self._text_page, index, x, y)
        return y.value


def join_raised(text: str) -> str:
    """Return a text without the blanks that PDFium puts before raised figures.

    >>> join_raised("10 ⁵ m ² a")
    '10⁵ m² a'
    """
    return _SPACED.sub("", text)
