"""What is derived from the chunks: kept by the corpus it belongs to, and used again for the next."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from ingest.sync import sync
from rag.index.location import locate_index
from rag.index.reader import secondary_indexes_of
from rag.index.secondary import SAMPLE, SecondaryIndexes, _write, open_secondary_indexes
from rag.index.store import ChunkStore
from tests.fakes import HashEncoder
from tests.samples import SMALL_CORPUS, write_corpus


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())


@pytest.fixture
def index(tmp_path: Path) -> Path:
    sync(write_corpus(tmp_path / "corpus", SMALL_CORPUS), tmp_path / "index")
    return tmp_path / "index"


def derived(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "derived").iterdir() if not path.name.startswith("."))


def opened(index: Path) -> tuple[SecondaryIndexes, ChunkStore]:
    location = locate_index(index)
    manifest = location.load()
    store = location.store(manifest)
    return secondary_indexes_of(location, manifest, store), store


def test_centroids_are_means(index: Path) -> None:
    found, store = opened(index)
    for language, centroid in found.centroids.items():
        vectors = store.vectors([one.decode() for one in store.ids(language)])
        assert len(vectors) < SAMPLE
        assert np.mean(list(vectors.values()), axis=0) == pytest.approx(centroid, abs=1e-6)
    assert set(found.centroids) == {"ja", "en"}


def test_only_new_chunks_are_cut_into_words(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = derived(index)
    write_corpus(tmp_path / "corpus", {"ja/新.txt": "新しい文書は鯨の話である。"})
    (tmp_path / "corpus/en/ottawa.txt").unlink()
    fetched: list[str] = []
    original = ChunkStore.fetch
    monkeypatch.setattr(ChunkStore, "fetch", lambda self, ids: (fetched.extend(ids), original(self, ids))[1])
    sync(tmp_path / "corpus", tmp_path / "index")
    (new,) = derived(index)
    assert new != old
    found, store = opened(index)
    (only,) = fetched
    assert list(found.lexical.search("鯨", "ja", 9)) == [only]
    assert found.lexical.search("Ottawa", "en", 9) == {}
    assert store.fetch([only])[only].source == "ja/新.txt"


def test_deleted_it_is_made_again(index: Path, tmp_path: Path) -> None:
    _, store = opened(index)
    before = {path.name: path.read_bytes() for path in index.glob("derived/*/*/*/*/*")}
    _write(tmp_path / "again", store, None)
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").glob("*/*/*/*")} == before != {}


def test_an_emptied_file_is_made_again(index: Path) -> None:
    """As after a power cut, for which its time says nothing."""
    found, _ = opened(index)
    expected = found.lexical.search("首都", "ja", 9)
    assert expected
    for rows in (index / "derived").rglob("rows.bin"):
        rows.write_bytes(b"")
        os.utime(rows, (0, 0))
    found, _ = opened(index)
    assert found.lexical.search("首都", "ja", 9) == expected


def test_what_killed_processes_left_of_other_corpora_is_removed(index: Path) -> None:
    killed, busy = (index / "derived" / f".{digest * 16}-6.making-abcd" for digest in "de")
    for folder in (killed, busy):
        folder.mkdir()
        (folder / "half.bin").write_bytes(b"half")
    with FileLock(index / "derived" / f".{'e' * 16}-6.lock"):
        opened(index)
        assert busy.is_dir()
        assert not killed.exists()
    opened(index)
    assert not busy.exists()


def test_of_an_index_that_is_being_written_nothing_stays(index: Path, tmp_path: Path) -> None:
    (name,) = derived(index)
    _, store = opened(index)
    answers = iter([False, True])
    found = open_secondary_indexes(index / "derived", "f" * 64, store, lambda: next(answers))
    assert found.lexical.search("首都", "ja", 9)
    assert derived(index) == sorted([name, "interrupted"])
    found = open_secondary_indexes(index / "derived", "f" * 64, store, lambda: next(answers))
    assert [one[:16] for one in derived(index)] == ["f" * 16]
    assert found.lexical.search("首都", "ja", 9)
