"""BM25 over the chunks of either language (bm25s, memory-mapped), for questions of both.

A question in the language of the chunks is matched by words and, with less weight, by character n-grams. A question in
the other language is matched by English words alone: those that the Japanese side holds (see `rag.terms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language import words
from rag.lexical_build import ENGLISH, GRAMS, IDS, WORDS
from rag.records import Language
from rag.terms import english_words, grams

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
        """Open what `rag.lexical_build` wrote."""
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
class _Asked:
    """What a question asks of one field, and how much a score there counts."""

    field: str
    terms: Sequence[str]
    weight: float = 1.0


def _asked(question: str, language: Language, among: Language) -> list[_Asked]:
    if language == among:
        return [
            _Asked(WORDS, words(question, language)),
            _Asked(GRAMS, grams(question, language), GRAM_WEIGHT),
        ]
    return [_Asked(ENGLISH if among == "ja" else WORDS, english_words(question, language))]


class _Leg:
    """The indexes of one language's chunks."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self._folder = folder
        self._ids: NDArray[np.bytes_] = np.load(folder / IDS, mmap_mode="r")
        self._fields: dict[str, BM25 | None] = {}

    def search(self, asked: Sequence[_Asked], count: int, also: Iterable[str]) -> dict[str, LexicalMatch]:
        import numpy as np

        scores = np.zeros(len(self._ids), dtype=np.float32)
        for one in asked:
            self._add(scores, one)
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

    def _add(self, scores: NDArray[np.float32], asked: _Asked) -> None:
        index = self._field(asked.field)
        known = [term for term in dict.fromkeys(asked.terms) if index is not None and term in index.vocab_dict]
        if index is not None and known:
            scores += asked.weight * index.get_scores(known)

    def _field(self, name: str) -> BM25 | None:
        import bm25s

        if name not in self._fields:
            folder = self._folder / name
            self._fields[name] = bm25s.BM25.load(str(folder), mmap=True) if folder.is_dir() else None
        return self._fields[name]


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The places of the `count` highest scores, highest first, equal ones in their order."""
    import numpy as np

    lowest = np.partition(scores, -count)[-count] if count < len(scores) else -np.inf
    places = np.flatnonzero(scores >= lowest)
    return places[np.argsort(-scores[places], kind="stable")][:count]
