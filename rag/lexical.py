"""BM25 over the chunks of one language each (bm25s, memory-mapped): searching what `rag.lexical_build` wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language import words
from rag.lexical_build import IDS, PEAKS, WORDS
from rag.records import Language

if TYPE_CHECKING:
    import numpy as np
    from bm25s import BM25
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """`score` is BM25's; `coverage` (0 to 1) is its share of the highest score that the question could have here."""

    score: float
    coverage: float


class LexicalIndex:
    """BM25 scores for questions of either language, each against the chunks of its own language only."""

    def __init__(self, folder: Path) -> None:
        """Open what `write_lexical` wrote."""
        self._folder = folder
        self._legs: dict[Language, _Leg | None] = {}

    def search(self, question: str, language: Language, count: int) -> dict[str, LexicalMatch]:
        """The ids of up to `count` chunks of that language with a score above 0, best first."""
        if language not in self._legs:
            folder = self._folder / language
            self._legs[language] = _Leg(folder) if folder.is_dir() else None
        leg = self._legs[language]
        return {} if leg is None else leg.search(words(question, language), count)


class _Leg:
    def __init__(self, folder: Path) -> None:
        import bm25s
        import numpy as np

        self._index: BM25 = bm25s.BM25.load(str(folder / WORDS), mmap=True)
        self._ids: NDArray[np.bytes_] = np.load(folder / IDS, mmap_mode="r")
        self._peaks: NDArray[np.float32] = np.load(folder / WORDS / PEAKS, mmap_mode="r")
        self._highest = float(self._peaks.max())

    def search(self, tokens: list[str], count: int) -> dict[str, LexicalMatch]:
        import numpy as np

        vocabulary = self._index.vocab_dict
        known = [token for token in tokens if token in vocabulary]
        if not known:
            return {}
        scores = self._index.get_scores(known)
        # A word that no chunk has counts as much as the rarest one that some chunk has.
        most = sum(float(self._peaks[vocabulary[token]]) for token in known)
        most += self._highest * (len(tokens) - len(known))
        found = np.flatnonzero(scores > 0)
        best = found[np.argsort(-scores[found], kind="stable")[:count]]
        return {self._ids[i].decode(): LexicalMatch(float(scores[i]), float(scores[i]) / most) for i in best}
