"""What lexical search matches: words, pieces of words, and the English words that a Japanese text holds.

Pieces (character n-grams) match where words are cut differently in a question and in a text, as new ones and compounds
often are. English words are in a Japanese text as such (Marie Curie, CO2, 1999) or as loans and names in katakana,
whose origin UniDic gives: the lemma of ルター is ルター-Luther.
"""

from __future__ import annotations

import re

from rag.language import JAPANESE, WORD, morphemes, normalise, words
from rag.records import Language

GRAM_LENGTH: dict[Language, int] = {"ja": 2, "en": 3}


def grams(text: str, language: Language) -> list[str]:
    """All runs of `GRAM_LENGTH` letters or digits of a text, normalised; a shorter word is one of its own.

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


def english_words(text: str, language: Language) -> list[str]:
    """The content words of an English text; of a Japanese one, those English words that it holds.

    >>> english_words("Martin Luther's theses", "en")
    ['martin', 'luther', 'these']
    >>> english_words("ルターは1517年にH2Oを", "ja")
    ['1517', 'h2o', 'luther']
    """
    if language == "en":
        return words(text, "en")
    # MeCab cuts H2O into three, so what is not Japanese is not taken from it.
    as_written = JAPANESE.sub(" ", normalise(text))
    return words(" ".join([as_written, *(_origin(morpheme.lemma) for morpheme in morphemes(text))]), "en")


_LEMMA_WITH_ORIGIN = re.compile(r"[^-]+-(.+)")


def _origin(lemma: str) -> str:
    """The English (or other Latin) word that UniDic's lemma gives a loan or a name, "" where it gives none."""
    found = _LEMMA_WITH_ORIGIN.fullmatch(lemma)
    return found.group(1) if found and JAPANESE.match(lemma) and not JAPANESE.search(found.group(1)) else ""
