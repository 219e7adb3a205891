"""BM25 over the chunks of either language (bm25s, memory-mapped), for questions of both.

A question in the language of the chunks is matched by words and, with less weight, by character n-grams. A question in
the other language is matched by English words alone: those that the Japanese side holds (see `rag.terms`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language import words
from rag.records import LANGUAGES, Chunk, Language
from rag.terms import english_words, grams

if TYPE_CHECKING:
    import numpy as np
    from bm25s import BM25
    from numpy.typing import NDArray

# Lower than is usual for long texts: a chunk is a few sentences, where a second mention adds little.
K1, B = 0.9, 0.4
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
        """Open what `write_lexical` wrote."""
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
            _Asked("words", words(question, language)),
            _Asked("grams", grams(question, language), GRAM_WEIGHT),
        ]
    return [_Asked("english" if among == "ja" else "words", english_words(question, language))]


def write_lexical(folder: Path, chunks: Iterable[Chunk]) -> None:
    """Write the lexical index of these chunks; a language without any has none."""
    by_language: dict[Language, list[Chunk]] = {language: [] for language in LANGUAGES}
    # In one order whatever order the store gives, so that equal scores are ranked alike after any history.
    for chunk in sorted(chunks, key=lambda one: (one.source, one.position)):
        by_language[chunk.language].append(chunk)
    for language, mine in by_language.items():
        if not mine:
            continue
        texts = [f"{chunk.title}\n{chunk.text}" for chunk in mine]
        _write_field(folder / language / "words", [words(text, language) for text in texts])
        _write_field(folder / language / "grams", [grams(text, language) for text in texts])
        if language == "ja":  # of English chunks, "words" are the English words
            _write_field(folder / language / "english", [english_words(text, language) for text in texts])
        ids = json.dumps([chunk.id for chunk in mine])
        (folder / language / "ids.json").write_text(ids, encoding="utf-8")


def _write_field(folder: Path, terms: Sequence[list[str]]) -> None:
    import bm25s

    if any(terms):
        index = bm25s.BM25(k1=K1, b=B)
        index.index(list(terms), show_progress=False)
        index.save(str(folder), show_progress=False)


class _Leg:
    """The indexes of one language's chunks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ids: list[str] = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        self._rows = {chunk_id: row for row, chunk_id in enumerate(self._ids)}
        self._fields: dict[str, BM25 | None] = {}

    def search(self, asked: Sequence[_Asked], count: int, also: Iterable[str]) -> dict[str, LexicalMatch]:
        import numpy as np

        scores = np.zeros(len(self._ids), dtype=np.float32)
        for one in asked:
            self._add(scores, one)
        best = _best(scores, max(count, LEADERS))
        level = float(scores[best[:LEADERS]].sum()) / LEADERS
        rows = [int(row) for row in best[:count] if scores[row] > 0]
        rows += [self._rows[chunk_id] for chunk_id in also if chunk_id in self._rows]
        return {self._ids[row]: LexicalMatch(float(scores[row]), float(scores[row]) - level) for row in rows}

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
