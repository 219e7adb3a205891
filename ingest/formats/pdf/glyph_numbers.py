"""Recognise PDF text that is numbers of glyphs: letters of a font that does not say which letters they are."""

from __future__ import annotations

import re
from typing import Any

from rag.text.encoding_likelihood import japanese
from rag.text.letters import LATIN_LETTER

_CHECKS = 300
_SHARE = 0.1  # of the letters, that PDFium has no map for
_MAX_BITS = 12.5  # for a letter beyond ASCII; Japanese has 6 to 10
_FEWEST = 8
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_MIN_VOWELS = 0.2  # of Latin letters; English has 0.38, glyph numbers 0.14


def has_glyph_numbers(text_page: Any) -> bool:
    """Tell whether many letters of a page are unknown to PDFium, and its substitutes for them are not a language."""
    from pypdfium2 import raw

    count = text_page.count_chars()
    step = 1 + count // _CHECKS
    checked = [index for index in range(0, count, step) if not raw.FPDFText_IsGenerated(text_page, index)]
    unknown = [index for index in checked if raw.FPDFText_HasUnicodeMapError(text_page, index) == 1]
    letters = "".join(chr(raw.FPDFText_GetUnicode(text_page, index)) for index in unknown)
    return len(unknown) > _SHARE * len(checked) and is_implausible(letters)


def is_implausible(letters: str) -> bool:
    """Tell whether letters, in any order, are none that texts in Japanese or English are made of.

    >>> is_implausible("䛾䜀䜍䜶䜒䛻䜈䜑"), is_implausible("7KHFXVWRPHU"), is_implausible("のはとThe customer")
    (True, True, False)
    """
    letters = "".join(letters.split())
    if len(letters) < _FEWEST:
        return False
    beyond = [letter for letter in letters if letter > "\u024f"]
    if 2 * len(beyond) >= len(letters):
        return japanese("".join(beyond)) > _MAX_BITS * len(beyond)
    if len(_CONTROL.findall(letters)) > _SHARE * len(letters) or 4 * sum(map(str.isalnum, letters)) < len(letters):
        return True
    latin = LATIN_LETTER.findall(letters.lower())
    vowels = sum(letter in "aeiou" or letter > "\x7f" for letter in latin)
    return len(latin) >= _FEWEST and vowels < _MIN_VOWELS * len(latin)
