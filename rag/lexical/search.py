"""BM25 over the chunks of either language, for questions of both.

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

from rag.lexical.build import ENGLISH, GRAMS, IDS, K1, WORDS
from rag.lexical.columns import TermColumns
from rag.lexical.dictionary import open_dictionary
from rag.lexical.terms import grams
from rag.lexical.translation import into_english, into_japanese
from rag.records import Language
from rag.text.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAM_WEIGHT = 0.3
LEADERS = 10
"""Number of best scores whose mean a score is compared with."""
COVERAGE_POWER = 2
"""Power of the share of a question's words that its language has in one chunk, by which margins are multiplied."""


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """A BM25 score (0 and up) and its weighted margin over the mean of the `LEADERS` best scores.

    Scores of chunks in different languages are not comparable; their margins are. In the question's language a margin
    is multiplied by the square of the share of the question's words that one chunk has (see `_LanguageIndex.coverage`):
    where none has most of them, the few words that chunks share with the question say little.
    """

    score: float
    margin: float


class LexicalIndex:
    """BM25 scores for questions of either language against chunks of either language."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `rag.lexical.build` wrote."""
        self._folder = folder
        self._indexes: dict[Language, _LanguageIndex] = {}

    def search(
        self, question: str, language: Language, count: int, *, among: Language | None = None, also: Iterable[str] = ()
    ) -> dict[str, LexicalMatch]:
        """Return up to `count` chunks with a score above 0, best first, then those of `also` with any score.

        `language` is the question's, `among` the chunks' (None: the same).
        """
        chosen = among or language
        folder = self._folder / chosen
        if chosen not in self._indexes and folder.is_dir():
            self._indexes[chosen] = _LanguageIndex(folder)
        if chosen not in self._indexes:
            return {}
        return self._indexes[chosen].search(_query(question, language, chosen), count, also)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms of one field that each add to a score, with their common weight."""

    field: str
    terms: Sequence[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Synonyms:
    """Alternative terms, of which the best counts: field, term, and its share of the meaning."""

    terms: Sequence[tuple[str, str, float]]


def _query(question: str, language: Language, among: Language) -> Sequence[_Terms | _Synonyms]:
    if language == among:
        return [_Terms(WORDS, words(question, language)), _Terms(GRAMS, grams(question, language), GRAM_WEIGHT)]
    if among == "en":
        groups = into_english(question, open_dictionary())
        return [_Synonyms([(WORDS, word, share) for word, share in group.items()]) for group in groups]
    return [
        _Synonyms([(ENGLISH, word, 1.0), *((WORDS, form, share) for form, share in forms.items())])
        for word, forms in into_japanese(question, open_dictionary())
    ]


class _LanguageIndex:
    """The lexical index of one language's chunks."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self._folder = folder
        self._ids: NDArray[np.bytes_] = np.asarray(np.load(folder / IDS, mmap_mode="r"))
        self._fields: dict[str, TermColumns | None] = {}

    def search(self, query: Sequence[_Terms | _Synonyms], count: int, also: Iterable[str]) -> dict[str, LexicalMatch]:
        import numpy as np

        scores = np.zeros(len(self._ids), dtype=np.float32)
        weight = 1.0
        for part in query:
            if isinstance(part, _Synonyms):
                self._add_synonyms(scores, part)
            else:
                self._add_terms(scores, part)
                if part.field == WORDS:
                    weight = self.coverage(part.terms, float(scores.max())) ** COVERAGE_POWER
        best = _best(scores, max(count, LEADERS))
        level = float(scores[best[:LEADERS]].sum()) / LEADERS
        rows = [int(row) for row in best[:count] if scores[row] > 0]
        rows += self._rows(also)
        found = zip(self._ids[rows].tolist(), scores[rows].tolist(), strict=True)
        return {chunk_id.decode(): LexicalMatch(score, weight * (score - level)) for chunk_id, score in found}

    def coverage(self, terms: Sequence[str], best: float) -> float:
        """Return what share of a question's words, by their rarity, the chunk has whose BM25 score is `best`.

        It is 1 for a chunk of mean length that has each of them once, and for a question without words.
        """
        index = self._field(WORDS)
        known = (len(index.column(term)[0]) if index and term in index else 0 for term in dict.fromkeys(terms))
        whole = sum(rarity(chunks, len(self._ids)) for chunks in known)
        return min(1.0, (1 + K1) * best / whole) if whole else 1.0

    def _rows(self, ids: Iterable[str]) -> list[int]:
        """Return the rows of those of the ids that are in this index."""
        import numpy as np

        wanted = np.array([chunk_id.encode("ascii") for chunk_id in ids], dtype=self._ids.dtype)
        at = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        return [int(row) for row in at[self._ids[at] == wanted]]

    def _add_terms(self, scores: NDArray[np.float32], query: _Terms) -> None:
        import numpy as np

        index = self._field(query.field)
        if index is None:
            return
        added = np.zeros_like(scores)
        for term in dict.fromkeys(query.terms):
            if term in index:
                chunks, score = index.column(term)
                added[chunks] += score
        scores += query.weight * added

    def _add_synonyms(self, scores: NDArray[np.float32], query: _Synonyms) -> None:
        """Add the BM25 score of one term that occurs in a chunk as often as the best synonym, times its share.

        Shape of `scores`: (chunks,). A stored score is idf * part, part = tf / (tf + norm); of share * tf the part is
        share * part / (1 - part + share * part).
        """
        import numpy as np

        best = np.zeros_like(scores)
        for name, term, share in query.terms:
            index = self._field(name)
            if index is None or term not in index:
                continue
            chunks, score = index.column(term)
            part = score / rarity(len(chunks), len(scores))
            best[chunks] = np.maximum(best[chunks], share * part / (1 - part + share * part))
        scores += rarity(int(np.count_nonzero(best)), len(scores)) * best

    def _field(self, name: str) -> TermColumns | None:
        if name not in self._fields:
            folder = self._folder / name
            self._fields[name] = TermColumns(folder) if folder.is_dir() else None
        return self._fields[name]


def rarity(chunks: int, total: int) -> float:
    """Return the inverse document frequency of BM25, as in the scores of `rag.lexical.build`."""
    return math.log(1 + (total - chunks + 0.5) / (chunks + 0.5))


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the rows of the `count` highest scores, highest first; ties keep their order."""
    import numpy as np

    lowest = np.partition(scores, -count)[-count] if count < len(scores) else -np.inf
    rows = np.flatnonzero(scores >= lowest)
    return rows[np.argsort(-scores[rows], kind="stable")][:count]
