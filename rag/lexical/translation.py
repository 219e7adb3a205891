"""What the words of a question may be in the other language, for lexical search across languages.

Each word becomes a set of terms of which a text holds any: which one a translator chose is not known, and a word with
many translations must not count more than a word with one (structured queries: Pirkola 1998, "The effects of query
structure and dictionary setups in dictionary-based cross-language information retrieval").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.lexical.dictionary import Dictionary
from rag.lexical.terms import as_written, origin
from rag.text.letters import JAPANESE_LETTER
from rag.text.words import Morpheme, runs, words

Synonyms = Mapping[str, float]
"""Terms with how much of the word each of them says, above 0 and at most 1."""

LONGEST = 4
"""Of how many words a compound is looked up as one."""


def into_english(question: str, dictionary: Dictionary) -> list[Synonyms]:
    """The words of a Japanese question in English, as `rag.text.language.words` gives those of a text.

    The longest compounds that the dictionary knows are taken; a loan or a name has the spelling that UniDic gives it.
    """
    found: list[Synonyms] = [{word: 1.0} for word in dict.fromkeys(as_written(question))]
    for run in runs(question):
        start = 0
        while start < len(run):
            length, synonyms = _longest(run[start : start + LONGEST], dictionary)
            if synonyms and synonyms not in found:
                found.append(synonyms)
            start += length
    return found


def into_japanese(question: str, dictionary: Dictionary) -> list[tuple[str, Synonyms]]:
    """The words of an English question, stemmed, each with its translations, as `words` gives them."""
    return [(word, dictionary.japanese(word)) for word in dict.fromkeys(words(question, "en"))]


def _longest(run: Sequence[Morpheme], dictionary: Dictionary) -> tuple[int, Synonyms]:
    """How many of the words at the beginning of `run` are looked up as one, and what they may be in English."""
    for length in range(len(run), 1, -1):
        compound = run[:length]
        if not any(one.light for one in compound) and (
            known := dictionary.english("".join(o.surface for o in compound))
        ):
            return length, known
    return 1, _one(run[0], dictionary)


def _one(word: Morpheme, dictionary: Dictionary) -> Synonyms:
    if word.light or not JAPANESE_LETTER.search(word.surface):
        return {}
    if spelled := origin(word):
        return dict.fromkeys(spelled, 1.0)
    return dictionary.english(word.surface) or dictionary.english(word.lemma.partition("-")[0])
