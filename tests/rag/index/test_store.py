"""What the chunk store promises, in a folder and on a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from chromadb.api.models.Collection import Collection

from rag.index.location import locate_index
from rag.index.manifest import Manifest, SourceState
from rag.index.metadata import StoredChunk, StoredFile
from rag.index.store import ChunkStore
from rag.records import Chunk, Language
from rag.settings import Chunking
from tests.fakes import HashEncoder
from tests.sites import Site

WHOLE = SourceState("abc", 2, 1)


@pytest.fixture
def store(site: Site) -> Iterator[ChunkStore]:
    location = locate_index(site.folder, site.server)
    location.save(Manifest("hash", HashEncoder.identity, Chunking(), complete=False))
    one = location.store()
    yield one
    one.close()


def entry(name: str, text: str, language: Language, file: str = "表.csv") -> StoredChunk:
    return StoredChunk(Chunk(name * 32, text, "題", f"{file}#{name}", language, 0, len(text), 0), file)


HERE = entry("a", "東京は首都である。", "ja")
THERE = entry("b", "Ottawa is a capital.", "en")
OTHER = entry("c", "水の化学式。", "ja", file="other.txt")
ENCODER = HashEncoder()


def write(store: ChunkStore, *entries: StoredChunk) -> None:
    store.upsert(entries, ENCODER.encode([one.chunk.text for one in entries]))


def test_what_was_written_is_there(store: ChunkStore) -> None:
    write(store, HERE, replace(THERE, marker=WHOLE), OTHER)
    assert store.count() == 3
    assert store.stored_chunks(["a" * 32, "b" * 32, "0" * 32]) == {
        "a" * 32: HERE,
        "b" * 32: replace(THERE, marker=WHOLE),
    }
    assert store.fetch(["c" * 32]) == {"c" * 32: OTHER.chunk}
    assert sorted(chunk.id for chunk in store.chunks()) == ["a" * 32, "b" * 32, "c" * 32]
    assert [one.decode() for one in store.ids("ja")] == ["a" * 32, "c" * 32]
    vector = ENCODER.encode([HERE.chunk.text])[0]
    assert store.vectors(["a" * 32])["a" * 32] == pytest.approx(vector, abs=1e-6)
    assert store.fetch([]) == store.vectors([]) == store.ids_of([]) == {}


def test_files_and_their_marks(store: ChunkStore) -> None:
    write(store, HERE, THERE, OTHER)
    assert store.inventory() == {"表.csv": StoredFile(2, None), "other.txt": StoredFile(1, None)}
    assert store.completed_files() == {}
    store.set_markers({"b" * 32: WHOLE})
    assert store.inventory()["表.csv"] == StoredFile(2, WHOLE)
    assert store.inventory()["表.csv"].complete
    assert not StoredFile(3, WHOLE).complete
    assert store.completed_files() == {"表.csv": WHOLE}
    assert store.marked_chunks(["表.csv", "other.txt"]) == ["b" * 32]
    assert store.ids_of(["表.csv"]) == {"a" * 32: "表.csv", "b" * 32: "表.csv"}
    assert store.ids_of(["表.csv", "other.txt"])["c" * 32] == "other.txt"
    store.set_markers({"b" * 32: None})
    assert (store.completed_files(), store.marked_chunks(["表.csv"])) == ({}, [])


def test_the_marked_head_comes_after_the_chunks_of_the_other_language(
    store: ChunkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    original = Collection.upsert
    monkeypatch.setattr(
        Collection, "upsert", lambda self, **rows: (written.extend(rows["ids"]), original(self, **rows))
    )
    write(store, replace(THERE, marker=WHOLE), HERE)
    assert written == ["a" * 32, "b" * 32]
    written.clear()
    write(store, THERE, replace(HERE, marker=WHOLE))
    assert written == ["b" * 32, "a" * 32]
    assert store.completed_files() == {"表.csv": WHOLE}
    assert (store.count(), store.count(["ja"]), store.count(["en"])) == (2, 1, 1)


def test_describing_leaves_text_and_vector(store: ChunkStore) -> None:
    write(store, replace(HERE, marker=WHOLE))
    before = store.vectors(["a" * 32])["a" * 32]
    moved = replace(HERE, chunk=replace(HERE.chunk, start=5, end=14))
    store.update_metadata([moved])
    assert store.stored_chunks(["a" * 32]) == {"a" * 32: moved}, "and the mark is gone"
    assert np.array_equal(store.vectors(["a" * 32])["a" * 32], before)


def nearest(store: ChunkStore, vector: np.ndarray, count: int, language: Language) -> dict[str, float]:
    (found,) = store.nearest(vector[None], count, language)
    return found


def test_nearest_of_each_language(store: ChunkStore) -> None:
    vector = ENCODER.encode(["Ottawa is a capital."])[0]
    write(store, HERE, OTHER)
    assert nearest(store, vector, 5, "en") == {}
    assert set(nearest(store, vector, 5, "ja")) == {"a" * 32, "c" * 32}
    write(store, THERE)
    found = nearest(store, vector, 5, "en")
    assert found == {"b" * 32: pytest.approx(1, abs=1e-5)}
    assert list(nearest(store, vector, 1, "ja")) == list(nearest(store, vector, 5, "ja"))[:1]
    assert store.cosines(vector, ["a" * 32])["a" * 32] == pytest.approx(
        nearest(store, vector, 5, "ja")["a" * 32], abs=1e-5
    )
    store.delete(["b" * 32, "0" * 32])
    assert nearest(store, vector, 5, "en") == {}


def test_more_than_one_request_can_carry(store: ChunkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = []
    original = Collection.upsert
    monkeypatch.setattr(
        Collection, "upsert", lambda self, **rows: (parts.append(len(rows["ids"])), original(self, **rows))
    )
    monkeypatch.setattr(store, "batch_limit", 4)
    monkeypatch.setattr(store, "_chroma", replace(store._chroma, request_bytes=4000))
    entries = [entry(f"{n:x}", f"文{n}。" * (1 if n < 8 else 500), "ja") for n in range(10)]
    write(store, *(replace(one, marker=WHOLE if n == 0 else None) for n, one in enumerate(entries)))
    assert sum(parts) == 10
    assert max(parts) <= 4
    assert parts[-3:] == [1, 1, 1], "two that are long, and the marked head last"
    for chunk_id, vector in store.vectors([one.chunk.id for one in entries]).items():
        (text,) = (one.chunk.text for one in entries if one.chunk.id == chunk_id)
        assert float(vector @ ENCODER.encode([text])[0]) == pytest.approx(1, abs=1e-5)
