"""The readings beside Japanese letters (ruby) in a PDF, which are lines of small kana in the middle of the text."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from typing import Any

_KANA = re.compile(r"[ \u3041-\u3096\u309d\u309e\u30a1-\u30ff]+")
_SMALL = 0.6
"""Of the commonest size of a page; readings are half as large as what they stand beside, notes two thirds or more."""


def text_without_readings(shown: Any) -> str:
    """The text of a page (PDFium's text page), without the lines that are kana alone and small."""
    text = str(shown.get_text_range())
    lines = text.split("\r\n")
    if shown.count_chars() != len(text) or not any(_KANA.fullmatch(line) for line in lines):
        return text
    sizes = [0.0 if letter.isspace() else _size(shown, place) for place, letter in enumerate(text)]
    common = Counter(round(size, 1) for size in sizes if size).most_common(1)[0][0]
    kept, at = [], 0
    for line in lines:
        if not (_KANA.fullmatch(line) and max(sizes[at : at + len(line)]) <= _SMALL * common):
            kept.append(line)
        at += len(line) + len("\r\n")
    return "\r\n".join(kept)


def _size(shown: Any, place: int) -> float:
    """The size of a letter, in points."""
    from pypdfium2.raw import FS_MATRIX, FPDFText_GetFontSize, FPDFText_GetMatrix

    matrix = FS_MATRIX()
    scale = 1.0
    if FPDFText_GetMatrix(shown, place, ctypes.byref(matrix)):
        scale = math.hypot(matrix.a, matrix.b)
    return float(FPDFText_GetFontSize(shown, place)) * scale
