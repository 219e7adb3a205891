"""Characters that are not shown: Unicode's Default_Ignorable_Code_Point.

The ranges are those of DerivedCoreProperties.txt of Unicode 16.0.
"""

from __future__ import annotations

import re
from typing import Final

RANGES: Final = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_ANY = "".join(f"{chr(first)}-{chr(last)}" for first, last in RANGES)
_IGNORABLE = re.compile(f"[{_ANY}]")
# Letters that are as wide as a blank, though they are none.
_FILLER = re.compile("[\u115f\u1160\u3164\uffa0]")
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# A variation selector follows an ideograph, a symbol or the digit of a keycap; a joiner stands between symbols.
_TAKES_SELECTOR = (
    "0-9#*\u00a9\u00ae\u203c-\u205e\u2070-\u312f\u3190-\ua4cf\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_OUT_OF_PLACE = re.compile(
    f"(?![{_SELECTORS}\u200d])[{_ANY}]|(?<![{_TAKES_SELECTOR}])[{_SELECTORS}]"
    r"|(?<=[\w<>\[\]|])" + "\u200d" + r"|" + "\u200d" + r"(?=[\w<>\[\]|])"
)


def strip_invisible(text: str) -> str:
    r"""Return the text without invisible characters, but for those that give a symbol or an ideograph its form.

    >>> strip_invisible("<\u200b|im_\u2060start|> \u202ea\ufe0fbc"), strip_invisible("葛\U000e0100") == "葛\U000e0100"
    ('<|im_start|> abc', True)
    """
    return _OUT_OF_PLACE.sub("", text)


def with_blanks(text: str) -> tuple[str, ...]:
    r"""Return the text, and if it has fillers, which look like blanks, also with blanks for them.

    >>> with_blanks("a\u3164b")
    ('a\u3164b', 'a b')
    """
    return (text, _FILLER.sub(" ", text)) if _FILLER.search(text) else (text,)


def readings(text: str) -> tuple[str, ...]:
    r"""Return the text without any invisible character; with fillers also as if they were blanks.

    >>> readings("a\u3164b\u034f"), readings("指\U000e0100示")
    (('ab', 'a b'), ('指示',))
    """
    return tuple(_IGNORABLE.sub("", reading) for reading in with_blanks(text))
