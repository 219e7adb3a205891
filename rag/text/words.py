"""The content words of a text, for lexical search and translation."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rag.records import Language
from rag.text.language import normalise
from rag.text.letters import WORD
from rag.text.tagger import tagger

# Parts of speech (UniDic pos1) without content: particles, auxiliaries, punctuation, blanks.
_EMPTY_POS = frozenset({"助詞", "助動詞", "補助記号", "空白"})
# Those that say little on their own: pronouns (何, 誰), and (pos2) verbs such as する and いる, nouns such as こと.
_LIGHT_POS = frozenset({"代名詞", "非自立可能"})
# English function words: articles, prepositions, auxiliaries, pronouns, and the clitics that splitting leaves over.
_STOP = frozenset(
    "a an the of in on at by to for from with and or as is are was were be been being do does did has have had it its "
    "this that these those there he she they them his her their we you i s t d ll re ve what which who whom whose "
    "when where why how".split()
)


@dataclass(frozen=True, slots=True)
class Morpheme:
    """A content word of a Japanese text: its normalised surface, and UniDic's lemma ("" if it has none).

    A `light` one says little on its own: 何, する.
    """

    surface: str
    lemma: str
    light: bool = False


def words(text: str, language: Language) -> list[str]:
    """Return the content words of a text, normalised, for lexical search.

    Japanese is cut by MeCab with UniDic; each word keeps its written form, without particles, auxiliaries and
    punctuation. English is cut at everything that is neither letter nor digit, and stemmed (Snowball).

    >>> words("日本の首都は東京です。", "ja")
    ['日本', '首都', '東京']
    >>> words("The author's books", "en")
    ['author', 'book']
    """
    if language == "en":
        return [_stem(word) for word in WORD.findall(normalise(text)) if word not in _STOP]
    return [morpheme.surface for morpheme in morphemes(text)]


def morphemes(text: str) -> list[Morpheme]:
    """Return the content words of a Japanese text, in order."""
    return [morpheme for run in runs(text) for morpheme in run]


def runs(text: str) -> list[list[Morpheme]]:
    """Return the content words of a Japanese text, in order, adjacent ones in one list.

    >>> [[word.surface for word in run] for run in runs("受賞者は何人か")]
    [['受賞', '者'], ['何', '人']]
    """
    adjacent: list[list[Morpheme]] = [[]]
    for word in tagger()(normalise(text)):
        if word.white_space or word.feature.pos1 in _EMPTY_POS:
            adjacent.append([])
        if word.feature.pos1 not in _EMPTY_POS:
            light = not _LIGHT_POS.isdisjoint((word.feature.pos1, word.feature.pos2))
            adjacent[-1].append(Morpheme(normalise(word.surface), word.feature.lemma or "", light))
    return [run for run in adjacent if run]


@functools.cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english")
