"""Compare names by sound: the same name in kana and in Latin letters (ザイドル and Seidl, コノミ and Konomi).

Japanese names are written in Latin letters by rule, so that theirs must agree to the letter, long vowels aside. Foreign
names in katakana agree if their consonants do, in classes that katakana does not keep apart (b and v, l and r, th
and s). Romanisation is Hepburn's.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from difflib import SequenceMatcher

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ",
    "m": "マミムメモ", "y": "ヤ ユ ヨ", "r": "ラリルレロ", "w": "ワヰ ヱヲ", "g": "ガギグゲゴ", "z": "ザジズゼゾ",
    "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ", "v": "    ヴ",
}  # fmt: skip
_KANA = {kana: row + vowel for row, signs in _ROWS.items() for kana, vowel in zip(signs, "aiueo", strict=True)}
_KANA |= {"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu", "ヴ": "vu", "ン": "n"}
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}
_SMALL = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_CLASSES = (
    (r"ph", "p"), (r"tch|sch|sh|ch|tsu?|th|c(?=[eiy])|[szj]", "S"), (r"x", "KS"), (r"[kgcq]", "K"), (r"[bpvf]", "P"),
    (r"[td]", "T"), (r"[lr]", "R"), (r"[mn]", "N"), (r"[^A-Z]", ""),
)  # fmt: skip
_LEAST = 3  # consonants that tell a name; with fewer the letters must be alike too
_ALIKE, _NEARLY = (
    0.6,
    0.85,
)  # shares of letters, and of four consonants or more, that two forms of a name have in common


def romaji(kana: str) -> str:
    """Return kana (katakana) in Latin letters, without long vowels.

    >>> romaji("キョウト"), romaji("フィリップ"), romaji("ヴォルガ")
    ('kyoto', 'firipu', 'voruga')
    """
    syllables = [""]
    for sign in kana:
        if sign in _SMALL_Y:
            stem = syllables[-1].removesuffix("i")
            syllables[-1] = stem + "y" * (not stem.endswith(("sh", "ch", "j"))) + _SMALL_Y[sign]
        elif sign in _SMALL:
            syllables[-1] = ("w" if syllables[-1] == "u" else syllables[-1].rstrip("aeiou")) + _SMALL[sign]
        else:
            syllables.append(_KANA.get(sign, ""))
    return _short("".join(syllables))


def _short(letters: str) -> str:
    letters = re.sub(r"m(?=[bp])", "n", letters)
    return re.sub(r"ou|oh(?![aeiou])", "o", re.sub(r"([aeiou])\1+", r"\1", letters))


def same_name(kana: str, latin: str, *, foreign: bool) -> bool:
    """Return whether a name in katakana and one in Latin letters may be the same.

    `foreign` names agree by their consonants, Japanese ones by their letters.

    >>> same_name("ザイドル", "seidl", foreign=True), same_name("タケシ", "takashi", foreign=False)
    (True, False)
    """
    own, other = romaji(kana), _short(_plain(latin))
    if own == other and len(own) > 1:
        return True
    if not foreign:
        return False
    mine, theirs = _consonants(own), _consonants(other)
    if mine == theirs:
        return len(mine) >= _LEAST or (bool(mine) and SequenceMatcher(None, own, other).ratio() >= _ALIKE)
    return min(len(mine), len(theirs)) > _LEAST and SequenceMatcher(None, mine, theirs).ratio() >= _NEARLY


def _plain(latin: str) -> str:
    """Return a word in lower case, with neither accents nor possessive, letters only."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’]s?$", "", latin.casefold()))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


@functools.lru_cache(maxsize=4096)
def _consonants(letters: str) -> str:
    """Return the classes of the consonants, one for a double one."""
    for pattern, name in _CLASSES:
        letters = re.sub(pattern, name, letters)
    return re.sub(r"(.)\1+", r"\1", letters)
