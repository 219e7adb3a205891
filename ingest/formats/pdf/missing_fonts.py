"""Letters that PDFium leaves out because their font is neither in the PDF nor on the machine."""

from __future__ import annotations

import ctypes
import re
from typing import Any

_FEWEST = 2
_WIDTH = 0.01
# Fonts of Latin letters, which PDFium has substitutes for: what has no width there is a blank.
_LATIN = re.compile(
    r"(?:[A-Z]{6}\+)?(?:Helvetica|Arial|Times|Courier|Symbol|ZapfDingbats|Calibri|Cambria|Candara|Consolas|Constantia|"
    r"Corbel|Century|Comic|Franklin|Garamond|Georgia|Gill|Impact|Lucida|Palatino|Book|Rockwell|Segoe|Tahoma|Trebuchet|"
    r"Verdana|Wingdings)",
    re.I,
)


def missing_font(page: Any) -> str | None:
    """Return the name of a font whose letters PDFium leaves out of the text of a page, None if there is none.

    A piece of text with one letter has no width if no font on the machine has that letter, and is then passed over.
    """
    from pypdfium2 import raw

    edges = [ctypes.c_float() for _ in range(4)]
    names = []
    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_TEXT:
            continue
        raw.FPDFPageObj_GetBounds(item, *map(ctypes.byref, edges))
        if edges[2].value - edges[0].value >= _WIDTH or edges[3].value - edges[1].value >= _WIDTH:
            continue
        font = raw.FPDFTextObj_GetFont(item)
        if font and not raw.FPDFFont_GetIsEmbedded(font) and not _LATIN.match(name := _name(font)):
            names.append(name)
    return names[0] if len(names) >= _FEWEST else None


def _name(font: Any) -> str:
    from pypdfium2 import raw

    size = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFFont_GetBaseFontName(font, buffer, size)
    return buffer.value.decode("utf-8", "replace")
