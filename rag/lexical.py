"""BM25 over the chunks of one language each (bm25s, memory-mapped)."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language import words
from rag.records import LANGUAGES, Chunk, Language

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


def write_lexical(folder: Path, chunks: Iterable[Chunk]) -> None:
    """Write the lexical index of these chunks; a language without any has none."""
    import bm25s

    ids: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    corpus: dict[Language, list[list[str]]] = {language: [] for language in LANGUAGES}
    # In one order whatever order the store gives, so that equal scores are ranked alike after any history.
    for chunk in sorted(chunks, key=lambda one: (one.source, one.position)):
        ids[chunk.language].append(chunk.id)
        corpus[chunk.language].append(words(f"{chunk.title}\n{chunk.text}", chunk.language))
    for language in LANGUAGES:
        if not any(corpus[language]):
            continue
        index = bm25s.BM25()
        index.index(corpus[language], show_progress=False)
        index.save(str(folder / language), show_progress=False)
        (folder / language / "ids.json").write_text(json.dumps(ids[language]), encoding="utf-8")


class _Leg:
    def __init__(self, folder: Path) -> None:
        import bm25s

        self._index: BM25 = bm25s.BM25.load(str(folder), mmap=True)
        self._ids: list[str] = json.loads((folder / "ids.json").read_text(encoding="utf-8"))

    def search(self, tokens: list[str], count: int) -> dict[str, LexicalMatch]:
        import numpy as np

        vocabulary = self._index.vocab_dict
        known = [token for token in tokens if token in vocabulary]
        if not known:
            return {}
        scores = self._index.get_scores(known)
        # A word that no chunk has counts as much as the rarest one that some chunk has.
        most = sum(float(self._peaks[vocabulary[token]]) for token in known)
        most += float(self._peaks.max()) * (len(tokens) - len(known))
        best = np.argsort(-scores, kind="stable")[:count]
        return {self._ids[i]: LexicalMatch(float(scores[i]), float(scores[i]) / most) for i in best if scores[i] > 0}

    @functools.cached_property
    def _peaks(self) -> NDArray[np.float32]:
        """The highest score that each word of the vocabulary gives to any chunk, shape (vocabulary,)."""
        import numpy as np

        stored = self._index.scores
        data, starts = np.asarray(stored["data"]), np.asarray(stored["indptr"])
        peaks = np.zeros(len(starts) - 1, dtype=np.float32)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            peaks[filled] = np.maximum.reduceat(data, starts[filled])
        return peaks
