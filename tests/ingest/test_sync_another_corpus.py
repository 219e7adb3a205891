"""An index is of one folder of documents: another is refused before anything is changed, a moved one is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingest.collection import sync_collections
from rag.errors import IndexMismatch
from rag.index.location import locate_index
from tests.collections import write_collection
from tests.commands import kotae, refused
from tests.fakes import HashEncoder
from tests.ingest.kill_driver import CHUNKING
from tests.samples import write_corpus
from tests.sites import Site

OTHER = {"料金.txt": "送料は無料である。", "terms.txt": "Seven days."}


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr("rag.index.reader.open_encoder", lambda _: HashEncoder())


@pytest.fixture
def built(site: Site, small_corpus: Path) -> Site:
    """An index of the small corpus."""
    site.sync(small_corpus, chunking=CHUNKING)
    return site


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Documents none of whose names are in the small corpus."""
    return write_corpus(tmp_path / "別 資料", OTHER)


def test_another_folder_is_refused_and_nothing_is_changed(built: Site, small_corpus: Path, other: Path) -> None:
    before = built.snapshot()
    with built.open().unchanged(), pytest.raises(IndexMismatch) as refusal:
        built.sync(other)
    assert built.snapshot() == before
    said = str(refusal.value)
    assert f"8 files of {small_corpus}, of which {other} has none" in said
    assert "kotae index drop" in said
    assert all(option in said for option in built.options())
    built.drop()
    assert built.sync(other).added == tuple(sorted(OTHER))


def test_the_command_ends_in_one_line(small_corpus: Path, other: Path, tmp_path: Path) -> None:
    index = tmp_path / "索引 い"
    assert kotae("ingest", small_corpus, "--index", index).exit_code == 0
    refused(kotae("ingest", other, "--index", index), "all would be removed", f"kotae index drop --index '{index}'")


def test_every_file_of_the_same_folder_may_be_exchanged(built: Site, small_corpus: Path, tmp_path: Path) -> None:
    for name in ("ja", "en"):
        shutil.rmtree(small_corpus / name)
    write_corpus(small_corpus, OTHER)
    (tmp_path / "link").symlink_to(small_corpus)
    report = built.sync(tmp_path / "link")
    assert (len(report.added), len(report.removed)) == (2, 8)


def test_a_folder_that_was_moved_is_known_from_then_on(built: Site, small_corpus: Path, other: Path) -> None:
    moved = small_corpus.rename(small_corpus.with_name("移した"))
    assert len(built.sync(moved).unchanged) == 8
    with pytest.raises(IndexMismatch, match="移した"):
        built.sync(other)
    for name in ("ja", "en"):
        shutil.rmtree(moved / name)
    assert built.sync(write_corpus(moved, OTHER)).added == tuple(sorted(OTHER))


def test_a_copy_elsewhere_with_a_file_in_common_is_the_same(built: Site, other: Path) -> None:
    write_corpus(other, {"ja/水.md": "# 水\n\n別の文。"})
    report = built.sync(other)
    assert (report.changed, len(report.added), len(report.removed)) == (("ja/水.md",), 2, 7)


def test_machines_with_copies_of_their_own_do_not_disturb_readers(
    site: Site, small_corpus: Path, tmp_path: Path
) -> None:
    site.sync(small_corpus, chunking=CHUNKING)
    copy = shutil.copytree(small_corpus, tmp_path / "copy")
    index = site.open()
    for corpus in (copy, small_corpus, copy):
        assert len(site.sync(corpus).unchanged) == 8
    assert index.changed == (site.server is None), "a folder's manifest says where the documents are"


def test_an_index_that_was_made_before_folders_were_kept(small_corpus: Path, other: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "index")
    site.sync(small_corpus, chunking=CHUNKING)
    path = site.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert manifest.pop("corpus") == str(small_corpus)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert locate_index(site.folder).load().corpus == ""
    assert len(site.sync(other).removed) == 8


def test_an_interrupted_first_ingest_is_known_too(
    site: Site, small_corpus: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.batches.BATCH", 2)
    encode, calls = HashEncoder.encode, []

    def failing(self: HashEncoder, texts: list[str]) -> object:
        calls.append(texts)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return encode(self, texts)

    with monkeypatch.context() as patched:
        patched.setattr(HashEncoder, "encode", failing)
        with pytest.raises(KeyboardInterrupt):
            site.sync(small_corpus, chunking=CHUNKING)
    with pytest.raises(IndexMismatch, match="all would be removed"):
        site.sync(other)
    assert site.sync(small_corpus).chunks > 2


def test_collections_are_known_by_their_own_folders(site: Site, tmp_path: Path) -> None:
    first, second = write_collection(tmp_path / "first"), write_collection(tmp_path / "second")
    for language in ("ja", "en", None):
        sync_collections([first], site.folder, language=language, server=site.server)
    with pytest.raises(IndexMismatch):
        sync_collections([second], site.folder, server=site.server)
    assert sync_collections([first, second], site.folder, server=site.server).unchanged
