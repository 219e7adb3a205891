"""Translate the words of a question, for lexical search across languages.

Each word becomes a set of alternative terms: which one a translator chose is unknown, and a word with many translations
must not count more than a word with one (structured queries: Pirkola 1998, "The effects of query
structure and dictionary setups in dictionary-based cross-language information retrieval").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.lexical.dictionary import Dictionary
from rag.lexical.terms import as_written, origin
from rag.text.letters import JAPANESE_LETTER
from rag.text.words import Morpheme, runs, words

Synonyms = Mapping[str, float]
"""Terms with the share of the word's meaning that each covers, above 0 and at most 1."""

LONGEST = 4
"""Greatest number of words that are looked up as one compound."""


def into_english(question: str, dictionary: Dictionary) -> list[Synonyms]:
    """Return the words of a Japanese question in English, stemmed, as alternatives.

    The longest compounds that the dictionary knows are taken; a loan or a name has the spelling that UniDic gives it.
    """
    translated: list[Synonyms] = [{word: 1.0} for word in dict.fromkeys(as_written(question))]
    for run in runs(question):
        start = 0
        while start < len(run):
            length, synonyms = _longest(run[start : start + LONGEST], dictionary)
            if synonyms and synonyms not in translated:
                translated.append(synonyms)
            start += length
    return translated


def into_japanese(question: str, dictionary: Dictionary) -> list[tuple[str, Synonyms]]:
    """Return the words of an English question, stemmed, each with its Japanese translations."""
    return [(word, dictionary.japanese(word)) for word in dict.fromkeys(words(question, "en"))]


def _longest(run: Sequence[Morpheme], dictionary: Dictionary) -> tuple[int, Synonyms]:
    """Return how many words at the beginning of `run` form one dictionary entry, and their translations."""
    for length in range(len(run), 1, -1):
        compound = run[:length]
        if not any(morpheme.light for morpheme in compound) and (
            known := dictionary.english("".join(morpheme.surface for morpheme in compound))
        ):
            return length, known
    return 1, _word(run[0], dictionary)


def _word(word: Morpheme, dictionary: Dictionary) -> Synonyms:
    if word.light or not JAPANESE_LETTER.search(word.surface):
        return {}
    if spelled := origin(word):
        return dict.fromkeys(spelled, 1.0)
    return dictionary.english(word.surface) or dictionary.english(word.lemma.partition("-")[0])
