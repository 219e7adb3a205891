"""Ruby in a PDF: the readings of Japanese letters, which are lines of small kana in the middle of the text."""

from __future__ import annotations

import ctypes
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rag.text.letters import KANA_BLOCK

_KANA = re.compile(f"[ {KANA_BLOCK}]+")
_SMALL = 0.6
"""Of the size of the letters that cover most of a page; ruby is half as large as its letters, notes are two thirds."""


def ruby_lines(text_page: Any, lines: Sequence[str], starts: Sequence[int]) -> set[int]:
    """Return the indexes of lines of small kana alone; line n begins at letter `starts[n]` of PDFium's text page."""
    kana = [number for number, line in enumerate(lines) if _KANA.fullmatch(line)]
    if not kana:
        return set()
    sizes = [_sizes(text_page, line, start) for line, start in zip(lines, starts, strict=True)]
    area: dict[float, float] = defaultdict(float)  # readings may have more letters than the text, not larger ones
    for size in (round(size, 1) for line in sizes for size in line):
        area[size] += size**2
    common = max(area, key=area.__getitem__)
    return {number for number in kana if max(sizes[number]) <= _SMALL * common}


def _sizes(text_page: Any, line: str, start: int) -> list[float]:
    return [0.0 if letter.isspace() else letter_size(text_page, index) for index, letter in enumerate(line, start)]


def letter_size(text_page: Any, index: int) -> float:
    """Return the size of a letter, in points."""
    from pypdfium2.raw import FS_MATRIX, FPDFText_GetFontSize, FPDFText_GetMatrix

    matrix = FS_MATRIX()
    scale = 1.0
    if FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix)):
        scale = math.hypot(matrix.a, matrix.b)
    return float(FPDFText_GetFontSize(text_page, index)) * scale
