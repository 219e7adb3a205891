"""Sums of the scores of many terms, without reading all chunks that have the most frequent ones.

MaxScore (Turtle and Flood 1995, "Query evaluation: strategies and optimizations"): terms are read from the rarest on.
A term adds less than its inverse document frequency; once what remains cannot bring more than few chunks among the
best, it is looked up for these alone. Their scores are summed in the order of the terms, whatever was read, so that
they are to the last bit those of reading everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.lexical.columns import TermColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FREQUENT = 16
"""A term that one chunk in so many has is worth looking for the chunks that can still be among the best."""
_LOOKUP = 12
"""Chunks of a term that are read in the time of looking one up."""
_FEW = 500_000
"""Postings that are all read sooner than it takes to choose among them."""
_PART = 256
_ROUNDING = 2.0**-22
"""Sums of float32 in two orders differ by half of this at most, for each term, as a share of the sum. The score in a
place and the one compared with it may both."""


class PrunedSums:
    """Scores of `rows` chunks, each a sum over fields: a weight times the sum of what terms add."""

    def __init__(self, rows: int) -> None:
        import numpy as np

        self._partial = np.zeros(rows, dtype=np.float32)
        self._postings = 0
        self._terms, self._most = 0, 0.0  # of all fields, and what they add at most
        self.fields: list[tuple[TermColumns, Sequence[str], float]] = []
        self._unread: list[tuple[int, float, str, TermColumns]] = []  # chunks, weight; the rarest last

    def add(self, columns: TermColumns, terms: Sequence[str], weight: float) -> None:
        """Add the terms of a field."""
        import numpy as np

        known = [term for term in dict.fromkeys(terms) if term in columns]
        self.fields.append((columns, known, weight))
        self._postings += sum(map(columns.count, known))
        self._terms += len(known)
        self._most += weight * sum(map(columns.rarity, known))
        if self._postings <= _FEW:
            added = np.zeros_like(self._partial)
            for term in known:
                rows, score = columns.column(term)
                added[rows] += score
            self._partial += weight * added
            return
        self._unread += [(columns.count(term), weight, term, columns) for term in known]
        self._unread.sort(key=lambda unread: -unread[0])

    def best(self, count: int, also: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows, ascending, and their scores: at least the `count` best above 0, and the rows `also`."""
        import numpy as np

        read = len(self._partial)  # since contenders were looked for
        while self._unread:
            chunks, weight, term, columns = self._unread[-1]
            if _FREQUENT * chunks > len(self._partial) and 2 * read > len(self._partial):
                read = 0
                lowest = best_score(self._partial, count) - self._more()
                lookups = self._terms * np.count_nonzero(self._partial >= lowest)
                if lowest > 0 and _LOOKUP * lookups < sum(chunks for chunks, *_ in self._unread):
                    break
            self._unread.pop()
            rows, score = columns.column(term)
            self._partial[rows] += weight * score
            read += chunks
        contenders = at_least(self._partial, best_score(self._partial, count) - self._more())
        rows = np.union1d(contenders, also)
        return rows, self._partial[rows] if self._postings <= _FEW else self._scores(rows)

    def _more(self) -> float:
        """Return how much unread terms can add at most."""
        rounding = _ROUNDING * (self._terms + len(self.fields) + 2) * self._most
        return rounding + sum(weight * columns.rarity(term) for _, weight, term, columns in self._unread)

    def _scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        import numpy as np

        scores = np.zeros(len(rows), dtype=np.float32)
        for columns, terms, weight in self.fields:
            added = np.zeros_like(scores)
            for term in terms:
                added += columns.scores_at(term, rows)
            scores += weight * added
        return scores


def at_least(scores: NDArray[np.float32], lowest: float) -> NDArray[np.int64]:
    """Return the rows of the scores that are `lowest` or more, and above 0."""
    import numpy as np

    return np.flatnonzero(scores >= lowest if lowest > 0 else scores > 0)


def best_score(scores: NDArray[np.float32], count: int) -> float:
    """Return the score in place `count`, or 0 if that is not above 0.

    It is at least the maximum in place `count` of parts of the scores, which most scores are below.
    """
    import numpy as np

    whole = len(scores) // _PART * _PART
    maxima = np.append(scores[:whole].reshape(-1, _PART).max(axis=1), scores[whole:])
    above = scores if count > len(maxima) else scores[scores >= np.partition(maxima, -count)[-count]]
    return max(0.0, float(np.partition(above, -count)[-count])) if count <= len(above) else 0.0
