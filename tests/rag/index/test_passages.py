"""Passages kept in memory: those of the store, each read once while it is among the last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.index.passages import Passages
from rag.index.reader import open_index
from rag.index.store import ChunkStore


@pytest.fixture
def store(small_index: Path) -> ChunkStore:
    return open_index(small_index).store


def test_passages_are_those_of_the_store(store: ChunkStore) -> None:
    ids = [chunk.id for chunk in store.chunks()]
    chunks, vectors = store.fetch_with_vectors(ids)
    for limit in (0, 2, 100):
        passages = Passages(store, limit)
        for wanted in (ids[:3], ids, [*ids[2:], "0" * 32], []):
            found = passages.fetch(wanted)
            assert {chunk_id: passage.chunk for chunk_id, passage in found.items()} == {
                chunk_id: chunks[chunk_id] for chunk_id in wanted if chunk_id in chunks
            }
            assert all(np.array_equal(passage.vector, vectors[chunk_id]) for chunk_id, passage in found.items())


def test_the_last_ones_read_are_not_read_again(store: ChunkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, *_ = (chunk.id for chunk in store.chunks())
    read: list[list[str]] = []
    fetch = ChunkStore.fetch_with_vectors

    def counting(self: ChunkStore, ids: Sequence[str]) -> Any:
        read.append(list(ids))
        return fetch(self, ids)

    monkeypatch.setattr(ChunkStore, "fetch_with_vectors", counting)
    passages = Passages(store, 2)
    for ids in ([first, second], [first], [third], [first], [second]):
        passages.fetch(ids)
    assert read == [[first, second], [], [third], [], [second]], "second was the one read longest ago"
