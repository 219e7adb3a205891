"""BM25 over the chunks of either language, for questions of both.

A question in the language of the chunks is matched by words and, with less weight, by character n-grams. A question in
the other language is matched by its words' translations (see `rag.lexical.translation`), and by the English words that
the Japanese side holds (see `rag.lexical.terms`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.lexical.build import ENGLISH, GRAMS, WORDS
from rag.lexical.columns import K1, TermColumns, rarity
from rag.lexical.dictionary import open_dictionary
from rag.lexical.pruning import PrunedSums, at_least, best_score
from rag.lexical.segment import Segment, segments_of
from rag.lexical.terms import grams
from rag.lexical.translation import into_english, into_japanese
from rag.records import LANGUAGES, Language
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
        """Open a folder that `rag.lexical.build` wrote, all of it: another process may make the folder anew."""
        self._indexes = {
            language: _LanguageIndex(folder / language) for language in LANGUAGES if (folder / language).is_dir()
        }

    def search(
        self, question: str, language: Language, count: int, *, among: Language | None = None, also: Iterable[str] = ()
    ) -> dict[str, LexicalMatch]:
        """Return up to `count` chunks with a score above 0, best first, then those of `also` with any score.

        `language` is the question's, `among` the chunks' (None: the same).
        """
        chosen = among or language
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
    """The lexical index of one language's chunks. Rows are counted through its segments, in their order."""

    def __init__(self, folder: Path) -> None:
        self._segments = segments_of(folder)
        for segment in self._segments:
            segment.open_fields()
        self._rows = sum(len(segment.ids) for segment in self._segments)
        self._chunks = sum(segment.chunks for segment in self._segments)
        self._field = functools.cache(functools.partial(TermColumns, self._segments))

    def search(self, query: Sequence[_Terms | _Synonyms], count: int, also: Iterable[str]) -> dict[str, LexicalMatch]:
        import numpy as np

        asked, wanted = self._rows_of(also), max(count, LEADERS)
        sums, weight = PrunedSums(self._rows), 1.0
        scores: NDArray[np.float32] = np.zeros(self._rows, dtype=np.float32)
        for part in query:
            if isinstance(part, _Synonyms):
                self._add_synonyms(scores, part)
            else:
                sums.add(self._field(part.field), part.terms, part.weight)
                if part.field == WORDS:
                    _, most = sums.best(1, asked[:0])
                    weight = self.coverage(part.terms, float(most.max(initial=0))) ** COVERAGE_POWER
        rows = np.union1d(at_least(scores, best_score(scores, wanted)), asked)
        rows, scores = sums.best(wanted, asked) if sums.fields else (rows, scores[rows])
        order = np.lexsort((self._ids(rows), -scores))
        best = order[scores[order] > 0][:wanted]
        level = float(scores[best[:LEADERS]].sum()) / LEADERS
        chosen = np.concatenate([best[:count], np.searchsorted(rows, asked)])
        found = zip(self._ids(rows[chosen]).tolist(), scores[chosen].tolist(), strict=True)
        return {chunk_id.decode(): LexicalMatch(score, weight * (score - level)) for chunk_id, score in found}

    def coverage(self, terms: Sequence[str], best: float) -> float:
        """Return what share of a question's words, by their rarity, the chunk has whose BM25 score is `best`.

        It is 1 for a chunk of mean length that has each of them once, and for a question without words.
        """
        whole = sum(map(self._field(WORDS).rarity, dict.fromkeys(terms)))
        return min(1.0, (1 + K1) * best / whole) if whole else 1.0

    def _ids(self, rows: NDArray[np.int64]) -> NDArray[np.bytes_]:
        import numpy as np

        ids = np.zeros(len(rows), dtype="S32")
        for segment, before in self._from():
            inside = (before <= rows) & (rows < before + len(segment.ids))
            ids[inside] = segment.ids[rows[inside] - before]
        return ids

    def _rows_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of those of the ids that are in this index."""
        import numpy as np

        wanted = np.array([chunk_id.encode("ascii") for chunk_id in ids], dtype="S32")
        rows: NDArray[np.int64] = np.full(len(wanted), -1)
        for segment, before in self._from():
            own = segment.rows_of(wanted)
            rows = np.where(own >= 0, before + own, rows)
        return rows[rows >= 0]

    def _from(self) -> Iterator[tuple[Segment, int]]:
        """Yield the segments, each with its first row."""
        before = 0
        for segment in self._segments:
            yield segment, before
            before += len(segment.ids)

    def _add_synonyms(self, scores: NDArray[np.float32], query: _Synonyms) -> None:
        """Add the BM25 score of one term that occurs in a chunk as often as the best synonym, times its share.

        Shape of `scores`: (rows,). A score is idf * part, part = tf / (tf + norm); of share * tf the part is
        share * part / (1 - part + share * part).
        """
        import numpy as np

        best = np.zeros_like(scores)
        found = []
        chunks = 0
        for name in dict.fromkeys(name for name, _, _ in query.terms):
            index = self._field(name)
            shares = {term: share for field, term, share in query.terms if field == name}
            for term in index.known(list(shares)):
                rows, score = index.column(term)
                part, share = score / index.rarity(term), shares[term]
                before = best[rows]
                best[rows] = np.maximum(before, share * part / (1 - part + share * part))
                chunks += len(rows) - int(np.count_nonzero(before))
                found.append(rows)
        weight = rarity(chunks, self._chunks)
        for rows in found:
            scores[rows] += weight * best[rows]
            best[rows] = 0  # added once
