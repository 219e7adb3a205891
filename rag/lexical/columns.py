"""The BM25 scores of one field: for each term, the chunks that have it and what it adds there.

BM25 as in Lucene: a term adds log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + K1 * (1 - B + B * length / mean
length)) to a chunk's score (Kamphuis et al. 2020, "Which BM25 do you mean?"). Numbers and lengths are those of all
segments, without deleted chunks.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.lexical.segment import Postings, Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Lower than is usual for long texts: a chunk is a few sentences, where a second mention adds little.
K1, B = 0.9, 0.4
_COUNTED = 4096
"""Terms of a field whose numbers of chunks are remembered."""


class TermColumns:
    """The columns of a field. Rows are counted through all segments, in their order."""

    def __init__(self, segments: Sequence[Segment], field: str) -> None:
        """Take the segments of one language."""
        import numpy as np

        self._parts: list[tuple[Postings, NDArray[np.bool_] | None, int]] = []
        before = terms = longest = 0
        for segment in segments:
            postings = segment.postings(field)
            self._parts.append((postings, segment.alive, before))
            before += len(segment.ids)
            lengths = postings.lengths if segment.alive is None else postings.lengths[segment.alive]
            terms += int(lengths.sum(dtype=np.int64))
            longest = max(longest, int(postings.lengths.max(initial=0)))
        self._chunks = sum(segment.chunks for segment in segments)
        # Of every length: without a table this would be most of the work.
        self._norms = K1 * (1 - B + B * np.arange(longest + 1) / max(terms / max(self._chunks, 1), 1e-9))
        self.count = functools.lru_cache(_COUNTED)(self._count)

    def __contains__(self, term: str) -> bool:
        """Return whether any chunk has a term."""
        return self.count(term) > 0

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of a term."""
        return rarity(self.count(term), self._chunks)

    def column(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the rows of the chunks that have a term, ascending, and its score in each."""
        import numpy as np

        rows: list[NDArray[np.int64]] = []
        scores: list[NDArray[np.float32]] = []
        for postings, alive, before in self._parts:
            where = postings.find(term)
            if where.stop:
                own, times = postings.rows[where].astype(np.int64), postings.times[where]
                if alive is not None:
                    kept = alive[own]
                    own, times = own[kept], times[kept]
                rows.append(own + before)
                scores.append(self._scores(term, times, postings.lengths[own]))
        if not rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        return (rows[0], scores[0]) if len(rows) == 1 else (np.concatenate(rows), np.concatenate(scores))

    def scores_at(self, term: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what a term adds to the scores of these rows, ascending and not of deleted chunks."""
        import numpy as np

        scores = np.zeros(len(rows), dtype=np.float32)
        for postings, _, before in self._parts:
            where = postings.find(term)
            inside = slice(*np.searchsorted(rows, [before, before + len(postings.lengths)]))
            if where.stop and inside.start < inside.stop:
                having, wanted = postings.rows[where], (rows[inside] - before).astype(np.int32)
                at = np.minimum(np.searchsorted(having, wanted), len(having) - 1)
                held = np.flatnonzero(having[at] == wanted)
                lengths = postings.lengths[wanted[held]]
                scores[inside.start + held] = self._scores(term, postings.times[where][at[held]], lengths)
        return scores

    def _scores(self, term: str, times: NDArray[np.uint8], lengths: NDArray[np.int32]) -> NDArray[np.float32]:
        return (self.rarity(term) * times / (times + self._norms[lengths])).astype("float32")

    def _count(self, term: str) -> int:
        return sum(
            where.stop - where.start if alive is None else int(alive[postings.rows[where]].sum())
            for postings, alive, _ in self._parts
            if (where := postings.find(term)).stop
        )


def rarity(chunks: int, total: int) -> float:
    """Return the inverse document frequency of BM25 of a term that so many of all chunks have."""
    return math.log(1 + (total - chunks + 0.5) / (chunks + 0.5))
