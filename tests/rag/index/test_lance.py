"""What LanceDB alone can do wrong: a missing package, a first write that was killed, damaged files, another store."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.sync import sync
from rag.doctor import describe_index
from rag.errors import IndexDamaged, IndexMismatch, SettingsError
from rag.index.chroma import ChromaServer
from rag.index.lance import open_lance
from rag.index.location import locate_index
from rag.index.reader import open_index
from rag.index.table import ALL, Rows

pytestmark = pytest.mark.usefixtures("lancedb", "hash_encoder")
ROWS = Rows(
    ["a", "b"], ["東京", "Ottawa"], [{"file": "a.txt", "start": 0}, {"file": "b.txt"}], np.eye(2, dtype="float32")
)


@pytest.fixture
def index(small_corpus: Path, tmp_path: Path) -> Path:
    sync(small_corpus, tmp_path / "index", store_name="lancedb")
    return tmp_path / "index"


def test_an_index_keeps_its_store(index: Path, small_corpus: Path) -> None:
    assert sync(small_corpus, index).embedded == 0
    assert describe_index(index).store == "lancedb"
    assert not (index / "chroma").exists()
    with pytest.raises(IndexMismatch, match="kept in lancedb, not in chroma") as raised:
        sync(small_corpus, index, store_name="chroma")
    assert "kotae index drop" in str(raised.value)
    locate_index(index).drop()
    assert not list(index.iterdir())


def test_a_server_is_chroma(small_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--store"):
        sync(small_corpus, tmp_path / "index", store_name="lancedb", server=ChromaServer("http://127.0.0.1:9"))


def test_without_the_package(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lancedb", None)
    with pytest.raises(SettingsError, match='pip install "lancedb'):
        open_index(index)


def test_a_new_index_without_the_package_is_not_begun(
    small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "lancedb", None)
        with pytest.raises(SettingsError, match='pip install "lancedb'):
            sync(small_corpus, tmp_path / "index", store_name="lancedb")
    assert sync(small_corpus, tmp_path / "index").chunks
    assert (tmp_path / "index/chroma").exists()


def test_an_unknown_store_is_refused(small_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no store 'lance', only chroma, lancedb"):
        sync(small_corpus, tmp_path / "index", store_name="lance")  # type: ignore[arg-type]
    assert not (tmp_path / "index").exists()


def test_a_tilde_is_a_name_as_any_other(small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    report = sync(small_corpus, Path("~/index"), store_name="lancedb")
    assert describe_index(tmp_path / "~/index").chunks == report.chunks
    assert sync(small_corpus, Path("~/index")).embedded == 0
    assert not (tmp_path / "home").exists()


def test_an_index_beside_the_remains_of_another_store_is_sealed(small_corpus: Path, tmp_path: Path) -> None:
    sync(small_corpus, tmp_path / "index")
    (tmp_path / "index/manifest.json").unlink()
    sync(small_corpus, tmp_path / "index", store_name="lancedb")
    assert (tmp_path / "index/lancedb/seal.json").exists()


def test_a_damaged_file_is_noticed(index: Path) -> None:
    data = next((index / "lancedb").rglob("data/*.lance"))
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(content)
    with pytest.raises(IndexDamaged, match="a file has changed"):
        open_index(index)


def test_files_that_are_missing_in_an_unfinished_index_are_named(index: Path) -> None:
    (index / "lancedb/seal.json").unlink()
    for data in (index / "lancedb").rglob("data/*.lance"):
        data.unlink()
    location = locate_index(index)
    store = location.store(location.load())
    with pytest.raises(IndexDamaged, match="LanceDB cannot use the index"):
        store.inventory()


def test_a_first_write_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kotae.ja.lance/data").mkdir(parents=True)
    table = open_lance(tmp_path).table("kotae", "ja")
    assert (table.count(), list(table.rows(["a"], [])), table.nearest(ROWS.vectors, 3)) == (0, [], [{}, {}])
    table.upsert(ROWS)
    assert open_lance(tmp_path).table("kotae", "ja").count() == 2


def test_a_reader_goes_on_reading_what_it_opened(tmp_path: Path) -> None:
    writer = open_lance(tmp_path).table("kotae", "ja")
    writer.upsert(ROWS)
    reader = open_lance(tmp_path).table("kotae", "ja")
    writer.delete(["a"])
    assert (reader.count(), writer.count()) == (2, 1)
    assert open_lance(tmp_path).table("kotae", "ja").count() == 1


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_space_comes_back_after_deletions(tmp_path: Path) -> None:
    ids = [f"{number:04}" for number in range(1000)]
    vectors = np.random.default_rng(0).standard_normal((1000, 64)).astype("float32")
    table = open_lance(tmp_path).table("kotae", "ja")
    table.upsert(Rows(ids, ids, [{"file": "a"}] * 1000, vectors))
    table.tidy()
    whole = _size(tmp_path)
    for number in range(40):  # an ingest each
        table = open_lance(tmp_path).table("kotae", "ja")
        table.delete(ids[number : number + 1])
        table.tidy()
    assert len(list(tmp_path.rglob("*.manifest"))) < 20
    table.delete(ids[40:900])
    table.tidy()
    assert _size(tmp_path) < whole / 4
    assert {chunk_id for page in table.pages([], ALL) for chunk_id in page.ids} == set(ids[900:])
    table.delete(ids[900:])
    table.tidy()
    assert _size(tmp_path) < whole / 20
    assert (table.count(), list(table.pages([], ALL))) == (0, [])
    table.upsert(Rows(ids[:1], ids[:1], [{"file": "a"}], vectors[:1]))
    assert [list(found) for found in table.nearest(vectors[:1], 3)] == [ids[:1]]


def test_vectors_come_back_to_the_bit(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).standard_normal((100, 24)).astype("float32")
    ids = [f"{number:03}" for number in range(100)]
    table = open_lance(tmp_path).table("kotae", "ja")
    table.upsert(Rows(ids, ids, [{"file": "a", "start": 0}] * 100, vectors))
    table.update(ids[:50], [{"start": 1, "file": None}] * 50)
    table.tidy()
    (page,) = table.pages(["metadata", "vector"], ALL)
    order = np.argsort(page.ids)
    assert np.array_equal(np.asarray(page.vectors)[order], vectors)
    assert [page.metadata[place] for place in order] == [{"start": 1}] * 50 + [{"file": "a", "start": 0}] * 50
    exact = vectors @ vectors[7] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[7])
    (found,) = table.nearest(vectors[7:8], 10)
    assert list(found) == [ids[place] for place in np.argsort(-exact)[:10]]
    assert list(found.values()) == pytest.approx(sorted(exact, reverse=True)[:10], abs=1e-6)


def test_the_command_line(small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from kotae.commands import main

    monkeypatch.setenv("KOTAE_STORE", "lancedb")
    result = CliRunner().invoke(main, ["ingest", str(small_corpus), "--index", str(tmp_path / "index")])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, ["index", "info", "--index", str(tmp_path / "index")])
    assert "kept in lancedb" in result.output
