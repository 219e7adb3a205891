"""Letters that Word takes from the fonts Symbol and Wingdings: °, ≤, ☑."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_GREEK: Final = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
_SYMBOL: Final = {
    **dict(enumerate(_GREEK, ord("a"))),
    **dict(enumerate(_GREEK.upper(), ord("A"))),
    0x2D: "−", 0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB3: "≥",
    0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xD6: "√", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip
_SIGNS: Final[Mapping[str, Mapping[int, str]]] = {
    "symbol": _SYMBOL,
    "wingdings": {
        0x28: "☎", 0x2A: "✉", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0xA1: "○", 0xA8: "□", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
        0xE1: "↑", 0xE2: "↓", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    },
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"},
}  # fmt: skip


def symbol(font: str, code: str) -> str:
    """Return the letter that a font shows for a code in hexadecimal, "" for one that is not known.

    >>> symbol("Wingdings", "F0FE"), symbol("Symbol", "00B0"), symbol("MS Mincho", "3042"), symbol("Webdings", "F061")
    ('☑', '°', 'あ', '')
    """
    try:
        number = int(code[:6], 16)
    except ValueError:
        return ""
    signs = _SIGNS.get(font.strip().lower())
    if signs is not None:
        return signs.get(number & 0xFF, "")
    return chr(number) if 0x20 <= number < 0xD800 else ""
