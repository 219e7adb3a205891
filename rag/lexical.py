"""BM25 over the chunks of one language each (bm25s, memory-mapped), derived from the chunk store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language import words
from rag.publish import publish_folder
from rag.records import LANGUAGES, Chunk, Language

if TYPE_CHECKING:
    from bm25s import BM25

# Raised whenever tokenising changes, so that an index made with the old rules is made anew.
TOKENISER = 1


class LexicalIndex:
    """BM25 scores for questions of either language, each against the chunks of its own language only."""

    def __init__(self, folder: Path) -> None:
        """Open what `build` wrote."""
        self._folder = folder
        self._legs: dict[Language, _Leg | None] = {}

    def search(self, question: str, language: Language, count: int) -> dict[str, float]:
        """The ids of up to `count` chunks of that language with a score above 0, best first."""
        if language not in self._legs:
            folder = self._folder / language
            self._legs[language] = _Leg(folder) if folder.is_dir() else None
        leg = self._legs[language]
        return {} if leg is None else leg.search(words(question, language), count)


def build(root: Path, digest: str, chunks: Iterable[Chunk]) -> LexicalIndex:
    """The lexical index of the chunks whose content `digest` names, made under `root` unless it is there.

    Indexes of other digests are removed once it is.
    """
    name = f"{digest[:16]}-{TOKENISER}"

    def make(folder: Path) -> None:
        _write(folder, chunks)

    index = LexicalIndex(publish_folder(root / name, make))
    for other in root.iterdir():
        if other.is_dir() and other.name != name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return index


def _write(folder: Path, chunks: Iterable[Chunk]) -> None:
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

    def search(self, tokens: list[str], count: int) -> dict[str, float]:
        import numpy as np

        known = [token for token in tokens if token in self._index.vocab_dict]
        if not known:
            return {}
        scores = self._index.get_scores(known)
        best = np.argsort(-scores, kind="stable")[:count]
        return {self._ids[i]: float(scores[i]) for i in best if scores[i] > 0}
