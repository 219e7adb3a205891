"""Tell the code pages of Latin letters apart: the letters beyond ASCII of a language stand together in its words.

The same byte is è in Windows-1252 and č in Windows-1250. A reading is odd where no language has the letters of a word
together, where a vowel stands among vowels or a consonant among consonants, and where words of many languages mix.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache

Alphabets = Mapping[str, int]
"""The letters beyond ASCII of each language of a code page, and how rare its texts are, in bits."""

WESTERN: Alphabets = {
    "àâæçéèêëîïôœùûüÿ": 0,  # French
    "äöüßéà": 0,  # German
    "áéíñóúüªº": 0,  # Spanish
    "àáâãçéêíóôõúüªº": 0,  # Portuguese
    "àèéìíîòóùú": 1,  # Italian
    "æøåéôóòèüöä": 1,  # Danish, Norwegian
    "åäöéüàšž": 1,  # Swedish, Finnish
    "éëïèöüáóíä": 1,  # Dutch
    "àçèéíïòóúü": 3,  # Catalan
    "áðéíóúýþæö": 9,  # Icelandic
}
CENTRAL: Alphabets = {
    "ąćęłńóśźż": 0,  # Polish
    "áčďéěíňóřšťúůýž": 0,  # Czech
    "áéíóöőúüű": 0,  # Hungarian
    "áäčďéíĺľňóôŕšťúýž": 2,  # Slovak
    "čćđšž": 2,  # Croatian, Slovenian, Serbian
    "ăâîşţ": 2,  # Romanian
    "äöüßéôç": 4,  # names from the west
}
TURKISH: Alphabets = {
    "çğıi̇öşüâîû": 0,
    **{alphabet: bits + 3 for alphabet, bits in WESTERN.items() if "þ" not in alphabet},
}
BALTIC: Alphabets = {"ąčęėįšųūž": 0, "āčēģīķļņšūž": 0, "äöõüšž": 2}

VIETNAMESE: Alphabets = {
    "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ": 0,
}

_WORD = re.compile(r"[^\W\d_]+")
_BEYOND = re.compile("[^\x00-\x7f]")
_VOWELS = frozenset("aeiouyæøœı")
_NOT_A_WORD = 14
"""In bits for each letter of a word that no language of the code page has."""
_SAME_NEIGHBOURS = (0.0, 2.0, 6.0)
_FOREIGN = 3.0
_CAPITAL_WITHIN = 6.0
_ALONE = 12.0
_ODD_PLACE = re.compile(
    "((?<=[^\\W\\d_]{2})[õÕ](?![eE])|ã(?![oe]|n?(?:s|$))|ñ(?![aeiouáéíóú]))|(?<![hmç])ã$|(?i:[èêûîùò](?=[aeiouyé])|[ìòù](?=[a-z])|ï(?<![aeou]ï)|ç(?=[^aouâôéèiî])|[âæêîû]$)"
)
"""Where these letters do not stand in the languages of Western Europe."""
_AT_ODD_PLACE, _AT_A_VERY_ODD_PLACE = 5.0, 10.0


def odd(text: str, alphabets: Alphabets) -> float:
    """Return how odd the words of a text are in the languages of a code page, in bits; 0 for ordinary ones.

    >>> odd("crème brûlée", WESTERN) < odd("crčme brűlée", CENTRAL)
    True
    >>> odd("příliš žluťoučký", CENTRAL) < odd("pøíliš žluouèký", WESTERN)
    True
    """
    words = Counter(_WORD.findall(text.replace("µ", " ")))  # a sign of measure, 5 µm, in every language
    bits, foreign = 0.0, dict.fromkeys(alphabets, 0.0)
    for word, count in words.items():
        if not any(letter.isalpha() for letter in _BEYOND.findall(word)):  # none in m² and ½
            continue
        bits += count * _word(word)
        letters = frozenset(_BEYOND.findall(word.lower()))
        own = [alphabet for alphabet in alphabets if letters <= set(alphabet)]
        least = min((alphabets[alphabet] for alphabet in own), default=_NOT_A_WORD * len(letters))
        for alphabet in alphabets:
            if alphabet not in own:
                foreign[alphabet] += count * (least + _FOREIGN)
    return bits + min(foreign[alphabet] + rarity for alphabet, rarity in alphabets.items()) if words else 0.0


@lru_cache(maxsize=8192)
def _word(word: str) -> float:
    """Return how odd the neighbours of the letters beyond ASCII are."""
    bits = sum(_AT_A_VERY_ODD_PLACE if very else _AT_ODD_PLACE for very in _ODD_PLACE.findall(word))
    if len(word) == 1 and not _is_vowel(word):
        bits += _ALONE
    for at, letter in enumerate(word):
        if letter < "\x80":
            continue
        neighbours = word[max(0, at - 1) : at] + word[at + 1 : at + 2]
        bits += _SAME_NEIGHBOURS[sum(_is_vowel(other) == _is_vowel(letter) for other in neighbours)]
        if at and letter.isupper() and word[at - 1].islower():
            bits += _CAPITAL_WITHIN
    return bits


@cache
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS
