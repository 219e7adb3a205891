"""The readings beside Japanese letters (ruby) in a PDF, which are lines of small kana in the middle of the text."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rag.text.letters import KANA_BLOCK

_KANA = re.compile(f"[ {KANA_BLOCK}]+")
_SMALL = 0.6
"""Of the commonest size of a page; readings are half as large as what they stand beside, notes two thirds or more."""


def readings(shown: Any, lines: Sequence[str], starts: Sequence[int]) -> set[int]:
    """Which lines of a page (PDFium's text page) are kana alone and small; line n begins at its letter `starts[n]`."""
    kana = [number for number, line in enumerate(lines) if _KANA.fullmatch(line)]
    if not kana:
        return set()
    sizes = [_sizes(shown, line, start) for line, start in zip(lines, starts, strict=True)]
    common = Counter(round(size, 1) for line in sizes for size in line if size).most_common(1)[0][0]
    return {number for number in kana if max(sizes[number]) <= _SMALL * common}


def _sizes(shown: Any, line: str, start: int) -> list[float]:
    return [0.0 if letter.isspace() else _size(shown, place) for place, letter in enumerate(line, start)]


def _size(shown: Any, place: int) -> float:
    """The size of a letter, in points."""
    from pypdfium2.raw import FS_MATRIX, FPDFText_GetFontSize, FPDFText_GetMatrix

    matrix = FS_MATRIX()
    scale = 1.0
    if FPDFText_GetMatrix(shown, place, ctypes.byref(matrix)):
        scale = math.hypot(matrix.a, matrix.b)
    return float(FPDFText_GetFontSize(shown, place)) * scale
