"""The BM25 scores of one field: for each term, the chunks that have it and what it adds there.

BM25 as in Lucene: a term adds log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + K1 * (1 - B + B * length / mean
length)) to a chunk's score (Kamphuis et al. 2020, "Which BM25 do you mean?"). Numbers and lengths are those of all
segments, without deleted chunks.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.lexical.segment import Postings, Segment, encoded, head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Lower than is usual for long texts: a chunk is a few sentences, where a second mention adds little.
K1, B = 0.9, 0.4
_COUNTED = 4096
"""Terms of a field whose numbers of chunks are remembered."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of a segment whose first row is `before`; of each kind of posting the frequency, and that plus norm."""

    field: Postings
    alive: NDArray[np.bool_] | None
    before: int
    times: NDArray[np.float64]
    saturation: NDArray[np.float64]


class TermColumns:
    """The columns of a field. Rows are counted through all segments, in their order."""

    def __init__(self, segments: Sequence[Segment], name: str) -> None:
        """Take the segments of one language."""
        import numpy as np

        self._parts: list[_Part] = []
        self._chunks = sum(segment.chunks for segment in segments)
        lengths = [
            field.lengths if segment.alive is None else field.lengths[segment.alive]
            for segment in segments
            for field in [segment.postings(name)]
        ]
        mean = sum(int(own.sum(dtype=np.int64)) for own in lengths) / max(self._chunks, 1)
        before = 0
        for segment in segments:
            field = segment.postings(name)
            times = field.frequencies[:, 0].astype(np.float64)
            norms = K1 * (1 - B + B * field.frequencies[:, 1] / max(mean, 1e-9))
            self._parts.append(_Part(field, segment.alive, before, times, times + norms))
            before += len(segment.ids)
        self.count = functools.lru_cache(_COUNTED)(functools.partial(_count, self._parts))  # no cycle: see Postings

    def __contains__(self, term: str) -> bool:
        """Return whether any chunk has a term."""
        return self.count(term) > 0

    def known(self, terms: Sequence[str]) -> list[str]:
        """Return the terms that any chunk has; most of many unknown ones are found so together."""
        import numpy as np

        heads = np.array([head(encoded(term)) for term in terms], dtype=np.uint64)
        likely = np.zeros(len(terms), dtype=bool)
        for part in self._parts:
            likely |= part.field.may_have(heads)
        return [term for term, chance in zip(terms, likely.tolist(), strict=True) if chance and term in self]

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of a term."""
        return rarity(self.count(term), self._chunks)

    def column(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the rows of the chunks that have a term, ascending, and its score in each."""
        import numpy as np

        rows: list[NDArray[np.int64]] = []
        scores: list[NDArray[np.float32]] = []
        for part in self._parts:
            where = part.field.find(term)
            if where.stop:
                own, kinds = part.field.rows[where].astype(np.int64), part.field.kinds[where]
                if part.alive is not None:
                    kept = part.alive[own]
                    own, kinds = own[kept], kinds[kept]
                rows.append(own + part.before)
                scores.append(self._scores(term, part)[kinds])
        if not rows:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        return (rows[0], scores[0]) if len(rows) == 1 else (np.concatenate(rows), np.concatenate(scores))

    def scores_at(self, term: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what a term adds to the scores of these rows, ascending and not of deleted chunks."""
        import numpy as np

        scores = np.zeros(len(rows), dtype=np.float32)
        for part in self._parts:
            where = part.field.find(term)
            inside = slice(*np.searchsorted(rows, [part.before, part.before + len(part.field.lengths)]))
            if where.stop and inside.start < inside.stop:
                having, wanted = part.field.rows[where], (rows[inside] - part.before).astype(np.int32)
                at = np.minimum(np.searchsorted(having, wanted), len(having) - 1)
                held = np.flatnonzero(having[at] == wanted)
                scores[inside.start + held] = self._scores(term, part)[part.field.kinds[where][at[held]]]
        return scores

    def _scores(self, term: str, part: _Part) -> NDArray[np.float32]:
        """Return what a term adds in each kind of posting."""
        return (self.rarity(term) * part.times / part.saturation).astype("float32")


def _count(parts: Sequence[_Part], term: str) -> int:
    return sum(
        where.stop - where.start if part.alive is None else int(part.alive[part.field.rows[where]].sum())
        for part in parts
        if (where := part.field.find(term)).stop
    )


def rarity(chunks: int, total: int) -> float:
    """Return the inverse document frequency of BM25 of a term that so many of all chunks have."""
    return math.log(1 + (total - chunks + 0.5) / (chunks + 0.5))
