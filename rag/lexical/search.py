"""BM25 over the chunks of either language (bm25s, memory-mapped), for questions of both.

A question in the language of the chunks is matched by words and, with less weight, by character n-grams. A question in
the other language is matched by its words' translations (see `rag.lexical.translation`), and by the English words that
the Japanese side holds (see `rag.lexical.terms`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.lexical.build import ENGLISH, GRAMS, IDS, WORDS
from rag.lexical.dictionary import open_dictionary
from rag.lexical.terms import grams
from rag.lexical.translation import into_english, into_japanese
from rag.records import Language
from rag.text.words import words

if TYPE_CHECKING:
    import numpy as np
    from bm25s import BM25
    from numpy.typing import NDArray

GRAM_WEIGHT = 0.3
LEADERS = 10
"""How many of the best scores make the level that a score is compared with."""


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """`score` is BM25's (0 and up); `lead` is by how much it is above the mean of the `LEADERS` best scores.

    Scores of chunks in the question's language and in the other are not on one scale; their leads are.
    """

    score: float
    lead: float


class LexicalIndex:
    """BM25 scores for questions of either language against chunks of either language."""

    def __init__(self, folder: Path) -> None:
        """Open what `rag.lexical.build` wrote."""
        self._folder = folder
        self._legs: dict[Language, _Leg] = {}

    def search(
        self, question: str, language: Language, count: int, *, among: Language | None = None, also: Iterable[str] = ()
    ) -> dict[str, LexicalMatch]:
        """Up to `count` chunks with a score above 0, best first, then the chunks `also` asked for, whatever they score.

        `language` is the question's, `among` the chunks' (the same where it is None).
        """
        chosen = among or language
        folder = self._folder / chosen
        if chosen not in self._legs and folder.is_dir():
            self._legs[chosen] = _Leg(folder)
        if chosen not in self._legs:
            return {}
        return self._legs[chosen].search(_asked(question, language, chosen), count, also)


@dataclass(frozen=True, slots=True)
class _All:
    """Terms that each add to a score, and how much what they add counts."""

    field: str
    terms: Sequence[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Any:
    """Terms of which any will do: field, term, and its share of what is asked."""

    terms: Sequence[tuple[str, str, float]]


def _asked(question: str, language: Language, among: Language) -> Sequence[_All | _Any]:
    if language == among:
        return [_All(WORDS, words(question, language)), _All(GRAMS, grams(question, language), GRAM_WEIGHT)]
    if among == "en":
        groups = into_english(question, open_dictionary())
        return [_Any([(WORDS, word, share) for word, share in group.items()]) for group in groups]
    return [
        _Any([(ENGLISH, word, 1.0), *((WORDS, form, share) for form, share in forms.items())])
        for word, forms in into_japanese(question, open_dictionary())
    ]


class _Leg:
    """The indexes of one language's chunks."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self._folder = folder
        self._ids: NDArray[np.bytes_] = np.load(folder / IDS, mmap_mode="r")
        self._fields: dict[str, BM25 | None] = {}

    def search(self, asked: Sequence[_All | _Any], count: int, also: Iterable[str]) -> dict[str, LexicalMatch]:
        import numpy as np

        scores = np.zeros(len(self._ids), dtype=np.float32)
        for one in asked:
            if isinstance(one, _All):
                self._add_all(scores, one)
            else:
                self._add_any(scores, one)
        best = _best(scores, max(count, LEADERS))
        level = float(scores[best[:LEADERS]].sum()) / LEADERS
        rows = [int(row) for row in best[:count] if scores[row] > 0]
        rows += self._rows(also)
        return {self._ids[row].decode(): LexicalMatch(float(scores[row]), float(scores[row]) - level) for row in rows}

    def _rows(self, ids: Iterable[str]) -> list[int]:
        """The places of those of the ids that are here."""
        import numpy as np

        wanted = np.array([one.encode("ascii") for one in ids], dtype=self._ids.dtype)
        at = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        return [int(row) for row in at[self._ids[at] == wanted]]

    def _add_all(self, scores: NDArray[np.float32], asked: _All) -> None:
        index = self._field(asked.field)
        known = [term for term in dict.fromkeys(asked.terms) if index is not None and term in index.vocab_dict]
        if index is not None and known:
            scores += asked.weight * index.get_scores(known)

    def _add_any(self, scores: NDArray[np.float32], asked: _Any) -> None:
        """Add BM25 of one term that is in a chunk as often as the best of `asked` is, times its share.

        Shape of `scores`: (chunks,). A stored score is idf * part, part = tf / (tf + norm); of share * tf the part is
        share * part / (1 - part + share * part).
        """
        import numpy as np

        best = np.zeros_like(scores)
        for name, term, share in asked.terms:
            index = self._field(name)
            if index is None or term not in index.vocab_dict:
                continue
            place = index.vocab_dict[term]
            column = slice(*index.scores["indptr"][place : place + 2].tolist())
            chunks = index.scores["indices"][column]
            part = index.scores["data"][column] / _rarity(len(chunks), len(scores))
            best[chunks] = np.maximum(best[chunks], share * part / (1 - part + share * part))
        scores += _rarity(int(np.count_nonzero(best)), len(scores)) * best

    def _field(self, name: str) -> BM25 | None:
        import bm25s

        if name not in self._fields:
            folder = self._folder / name
            self._fields[name] = bm25s.BM25.load(str(folder), mmap=True) if folder.is_dir() else None
        return self._fields[name]


def _rarity(chunks: int, total: int) -> float:
    """The inverse document frequency of BM25, as `rag.lexical.build` has it in its scores."""
    return math.log(1 + (total - chunks + 0.5) / (chunks + 0.5))


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The places of the `count` highest scores, highest first, equal ones in their order."""
    import numpy as np

    lowest = np.partition(scores, -count)[-count] if count < len(scores) else -np.inf
    places = np.flatnonzero(scores >= lowest)
    return places[np.argsort(-scores[places], kind="stable")][:count]
