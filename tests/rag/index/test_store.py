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
    manifest = Manifest("hash", HashEncoder.identity, Chunking(), complete=False, store=site.store)
    location.save(manifest)
    one = location.store(manifest)
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
    for table in store.tables.values():
        original = table.upsert
        monkeypatch.setattr(table, "upsert", lambda rows, original=original: (written.extend(rows.ids), original(rows)))
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


def test_all_rows_come_page_by_page(store: ChunkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.chroma_table._PAGE_OF_IDS", 4)
    monkeypatch.setattr("rag.index.chroma_table._PAGE", 3)
    monkeypatch.setattr("rag.index.lance._PAGE", 3)
    entries = [entry(f"{n:x}", f"文{n}。", "ja", file=f"{n % 2}.txt") for n in range(8)]
    write(store, *(replace(one, marker=WHOLE) if n < 2 else one for n, one in enumerate(entries)))
    assert [one.decode() for one in store.ids("ja")] == [one.chunk.id for one in entries]
    assert {chunk.id: chunk for chunk in store.chunks()} == {one.chunk.id: one.chunk for one in entries}
    assert store.inventory() == {"0.txt": StoredFile(4, WHOLE), "1.txt": StoredFile(4, WHOLE)}
    assert sorted(store.ids_of(["1.txt"])) == [one.chunk.id for one in entries[1::2]]
    assert store.languages() == {"0.txt": {"ja": 4}, "1.txt": {"ja": 4}}


def test_a_name_that_is_a_condition_of_sql(store: ChunkStore) -> None:
    odd = entry("a", "東京は首都である。", "ja", file="x') OR ('1' = '1")
    write(store, odd, OTHER)
    assert store.ids_of([odd.file]) == {"a" * 32: odd.file}
    assert store.stored_chunks(["' OR ''='"]) == {}


def test_what_was_written_is_there_after_many_writes(store: ChunkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are merged on the way, and those of older versions removed."""
    monkeypatch.setattr("rag.index.lance._WRITES", 5)
    entries = [entry(f"{n:x}", f"文{n}。", "ja") for n in range(16)]
    for one in entries:
        write(store, one)
    store.delete([entries[3].chunk.id])
    store.tidy()
    write(store, replace(entries[5], marker=WHOLE))
    store.tidy()
    left = {one.chunk.id for one in entries if one is not entries[3]}
    assert {one.decode() for one in store.ids("ja")} == left == set(store.fetch([one.chunk.id for one in entries]))
    assert len(nearest(store, ENCODER.encode(["文7。"])[0], 20, "ja")) == 15
    assert store.completed_files() == {"表.csv": WHOLE}


@pytest.mark.parametrize("site", ["folder", pytest.param("server", marks=pytest.mark.server)], indirect=True)
def test_more_than_one_request_can_carry(store: ChunkStore, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = []
    original = Collection.upsert
    monkeypatch.setattr(
        Collection, "upsert", lambda self, **rows: (parts.append(len(rows["ids"])), original(self, **rows))
    )
    monkeypatch.setattr(table := store.tables["ja"], "_limit", 4)
    monkeypatch.setattr(table, "_chroma", replace(store._connection, request_bytes=4000))
    entries = [entry(f"{n:x}", f"文{n}。" * (1 if n < 8 else 500), "ja") for n in range(10)]
    write(store, *(replace(one, marker=WHOLE if n == 0 else None) for n, one in enumerate(entries)))
    assert sum(parts) == 10
    assert max(parts) <= 4
    assert parts[-3:] == [1, 1, 1], "two that are long, and the marked head last"
    for chunk_id, vector in store.vectors([one.chunk.id for one in entries]).items():
        (text,) = (one.chunk.text for one in entries if one.chunk.id == chunk_id)
        assert float(vector @ ENCODER.encode([text])[0]) == pytest.approx(1, abs=1e-5)
