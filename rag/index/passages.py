"""The passages of an index that were read last, kept in memory: Chroma takes longer to hand one out than to find it."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.index.store import ChunkStore
from rag.records import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 10_000
"""Passages in memory, 3 KB each with the bundled encoder."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk and its vector, shape (dimensions,)."""

    chunk: Chunk
    vector: NDArray[np.float32]


class Passages:
    """The passages of a store that does not change. Thread-safe."""

    def __init__(self, store: ChunkStore, limit: int = LIMIT) -> None:
        self._store, self._limit = store, limit
        self._kept: dict[str, Passage] = {}  # those read last come last
        self._lock = threading.Lock()

    def fetch(self, ids: Collection[str]) -> dict[str, Passage]:
        """Return the passages with these ids; unknown ids are left out."""
        with self._lock:
            passages = {chunk_id: self._kept.pop(chunk_id) for chunk_id in ids if chunk_id in self._kept}
        chunks, vectors = self._store.fetch_with_vectors([chunk_id for chunk_id in ids if chunk_id not in passages])
        passages |= {chunk_id: Passage(chunk, vectors[chunk_id]) for chunk_id, chunk in chunks.items()}
        with self._lock:
            self._kept |= passages
            for chunk_id in list(self._kept)[: max(0, len(self._kept) - self._limit)]:
                del self._kept[chunk_id]
        return passages
