"""Terms of lexical search: words, character n-grams, and the English words in a Japanese text.

Pieces (character n-grams) match where words are cut differently in a question and in a text, as new ones and compounds
often are. English words are in a Japanese text as such (Marie Curie, CO2, 1999) or as loans and names in katakana,
whose origin UniDic gives: the lemma of ルター is ルター-Luther.
"""

from __future__ import annotations

import re

from rag.records import Language
from rag.text.language import normalise
from rag.text.letters import JAPANESE_LETTER, WORD
from rag.text.words import Morpheme, morphemes, words

GRAM_LENGTH: dict[Language, int] = {"ja": 2, "en": 3}


def grams(text: str, language: Language) -> list[str]:
    """Return all runs of `GRAM_LENGTH` letters or digits of a text, normalised; a shorter word counts as one.

    >>> grams("首都は東京", "ja")
    ['首都', '都は', 'は東', '東京']
    >>> grams("The capital", "en")
    ['the', 'cap', 'api', 'pit', 'ita', 'tal']
    """
    size = GRAM_LENGTH[language]
    return [
        word[start : start + size]
        for word in WORD.findall(normalise(text))
        for start in range(max(1, len(word) - size + 1))
    ]


def english_words(text: str) -> list[str]:
    """Return the English words in a Japanese text.

    >>> english_words("ルターは1517年にH2Oを")
    ['1517', 'h2o', 'luther']
    """
    loans = (word for morpheme in morphemes(text) for word in origin(morpheme))
    return [*as_written(text), *loans]


def as_written(text: str) -> list[str]:
    """Return the words of a Japanese text that are not Japanese; MeCab would cut H2O into three."""
    return words(JAPANESE_LETTER.sub(" ", normalise(text)), "en")


_LEMMA_WITH_ORIGIN = re.compile(r"[^-]{1,60}-(.+)")


def origin(morpheme: Morpheme) -> list[str]:
    """Return the English (or other Latin) words that UniDic's lemma gives for a loan or a name."""
    match = _LEMMA_WITH_ORIGIN.fullmatch(morpheme.lemma)
    known = match and JAPANESE_LETTER.match(morpheme.lemma) and not JAPANESE_LETTER.search(match.group(1))
    return words(match.group(1), "en") if match and known else []
