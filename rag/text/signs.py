"""Signs of numbers in both languages: one for "below zero", and numbers that are names of versions.

After `write_signs` the minus sign U+2212 precedes every negative number and occurs nowhere else, so a hyphen is always
a hyphen: -5度, マイナス5度, 氷点下5度, △5度 and "5 degrees below zero" all become −5度 or "−5 degrees", while ranges
(5-10, 2001-2003), telephone numbers, ISO dates, names (AK-47) and triangles (△ABC) keep what they have. 地下1階 is
the floor −1, 紀元前5世紀 the century −5. A plus sign before a number says nothing and goes.
"""

from __future__ import annotations

import re

MINUS = "−"  # U+2212
CURRENCY = r"(?:US\$|[$¥€£])"
_AHEAD = rf"(?=(?:{CURRENCY}\s?)?\d)"
_SIGN_JA = re.compile(
    r"(?<!\d)(?:マイナス|零下|氷点下)\s?(?=[$¥€£]?\s?[\d〇一二三四五六七八九十百千])"
    r"|[△▲](?=[$¥€£]?[\d〇一二三四五六七八九十百千])"
    r"|地下(?=(?:\d+|[一二三四五六七八九十]+)階)|紀元前\s?(?=(?:\d+|[一二三四五六七八九十]+)世紀)"
    r"|(?<=[A-Za-z])マイナス(?!\w)"
)
_SIGN_EN = re.compile(rf"(?<![\d)] )(?<![\w-])(?:minus|negative)\s{_AHEAD}", re.IGNORECASE)
_BELOW_ZERO = re.compile(
    r"(?<![\w.−-])(?P<degrees>\d+(?:\.\d+)?\s?(?:(?:°|degrees?)\s?)?(?:[CF]\b|celsius|fahrenheit|centigrade)?(?<! ))"
    r"\s?below (?:0|zero)\b",
    re.IGNORECASE,
)
_CENTURY = re.compile(r"\b(?P<century>\d+th[\s-]century)\s(?P<era>BCE?|B\.C\.(?:E\.)?|AD|A\.D\.|CE|C\.E\.)(?![A-Za-z])")
_HYPHEN = re.compile(
    rf"(?:(?<![\w)\]%°^.])(?<!\d['\"])(?<![\d%°)] )|(?<=[はがもでにをとのらりく約])|(?<=\^))-{_AHEAD}"
    r"|(?<=[一-鿿ァ-ヴー])(?<!\d.)(?<!\d..)-(?=\d+(?:\.\d+)?\s?(?:°|度|%|パーセント|m\b|メートル|円|ドル))"
    r"|(?<![\w-][A-Z])(?<=[A-Z])-(?![\w-])|(?<=\b[A-Z][A-Za-z])-(?![\w-])"
)
_PLUS = re.compile(rf"(?<![\w)+])(?<![\w)] )\+{_AHEAD}")
_BEFORE_CURRENCY = re.compile(rf"{MINUS}\s?({CURRENCY})")
_DASH = re.compile(r"(?<![ぁ-ヿ])ー(?=\d)")  # the long vowel mark, typed for a dash: ー5度, 2ー1
_POINT = re.compile(r"(?<![\w.)])\.(?=\d)")  # .5
_NAMED = re.compile(r"(?:\b[A-Z]\w*[a-z]\w*|\b[Vv]ersion|\b[Vv]er\.?|\brelease|[ァ-ヴー]{2,})[\s-]?$")


def write_japanese_signs(text: str) -> str:
    """Write Japanese words for "below zero" as signs, before kanji numerals are read (零下十度 -> −十度)."""
    return _SIGN_JA.sub(MINUS, _POINT.sub("0.", _DASH.sub("-", text)))


def write_signs(text: str) -> str:
    """Return `text`, its numerals in digits, with every negative number behind U+2212 and no plus sign before a number.

    >>> write_signs("-5°C"), write_signs("minus 5"), write_signs("2001-2003"), write_signs("+5")
    ('−5°C', '−5', '2001-2003', '5')
    """
    text = _BELOW_ZERO.sub(rf"{MINUS}\g<degrees>", _SIGN_EN.sub(MINUS, text))
    text = _CENTURY.sub(lambda m: MINUS * m["era"].startswith("B") + m["century"], text)
    return _BEFORE_CURRENCY.sub(rf"\1{MINUS}", _PLUS.sub("", _HYPHEN.sub(MINUS, text)))


def names_version(text: str, start: int) -> bool:
    """Return whether the number at `start` directly follows a name, so that 3.10 is not 3.1: "Python 3.10"."""
    return _NAMED.search(text[max(0, start - 40) : start]) is not None


def version_digits(number: str) -> str:
    """Return the digits of a version without a final ".0": "3.10" stays, "3.0" is "3"."""
    return re.sub(r"\.0+$", "", number)
