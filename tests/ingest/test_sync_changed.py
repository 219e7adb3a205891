"""An index that is open while another process ingests: what is read is of one state, or IndexChanged says otherwise."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from ingest.sync import sync
from rag.errors import IndexChanged
from rag.index.reader import open_index
from rag.retrieval.retriever import HybridRetriever
from tests.fakes import HashEncoder
from tests.faults.forks import Forks
from tests.ingest import kill_driver
from tests.ingest.kill_driver import CHUNKING
from tests.samples import write_corpus
from tests.sites import Site

WHALES = {f"ja/鯨{n}.md": f"# 鯨{n}\n\n鯨の歌は{n}分ほど続く。" for n in range(9)}


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = HashEncoder()
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: encoder)
    monkeypatch.setattr("rag.index.reader.open_encoder", lambda _: encoder)


def ingest_elsewhere(forking: Forks, corpus: Path, site: Site, *, killed: bool = False) -> None:
    """In another process, which has another user cache."""
    cache = {"KOTAE_CACHE": str(site.folder.parent / "another cache")}
    done = kill_driver.start(forking, corpus, site.folder, site.server, writes=1 if killed else None, **cache).wait()
    assert done.code == (-signal.SIGKILL if killed else 0), done.err


def found(retriever: HybridRetriever, question: str) -> set[str]:
    return {hit.chunk.source for hit in retriever.search(question, 30)}


def test_an_open_index_says_that_it_has_changed_and_one_opened_anew_sees_all(
    site: Site, small_corpus: Path, forking: Forks
) -> None:
    site.sync(small_corpus, chunking=CHUNKING)
    first, beside = HybridRetriever(index=site.open()), site.open()
    before = found(first, "鯨の歌")
    assert before
    write_corpus(small_corpus, WHALES)
    (small_corpus / "ja/水.md").unlink()
    ingest_elsewhere(forking, small_corpus, site)
    for _ in range(2):
        with pytest.raises(IndexChanged, match="another process has ingested") as raised:
            first.search("鯨の歌")
        assert "damaged" not in str(raised.value)
        assert "call open_index again" in str(raised.value)
    anew = HybridRetriever(index=site.open())
    assert beside.changed
    assert found(anew, "鯨の歌") == before - {"ja/水.md"} | set(WHALES)
    for one in (first.index, beside, anew.index):
        one.close()


def test_an_ingest_with_nothing_to_do_changes_nothing(site: Site, small_corpus: Path, forking: Forks) -> None:
    site.sync(small_corpus, chunking=CHUNKING)
    with site.open().unchanged():
        ingest_elsewhere(forking, small_corpus, site)


def test_an_interrupted_ingest_is_noticed_and_named(small_corpus: Path, tmp_path: Path, forking: Forks) -> None:
    site = Site(tmp_path / "index")
    site.sync(small_corpus, chunking=CHUNKING)
    index = site.open()
    index.require_complete()
    write_corpus(small_corpus, WHALES)
    ingest_elsewhere(forking, small_corpus, site, killed=True)
    assert index.changed
    with pytest.raises(IndexChanged, match="still running, or was interrupted"):
        site.open().require_complete()
    site.sync(small_corpus)
    site.open().require_complete()


def test_what_fails_over_a_change_is_the_change_and_what_fails_otherwise_is_itself(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a.txt": "東京は首都。"})
    site = Site(tmp_path / "index")
    site.sync(corpus, chunking=CHUNKING)
    index = open_index(site.folder)
    with pytest.raises(KeyError), index.unchanged():
        raise KeyError("of its own")
    site.drop()
    with pytest.raises(IndexChanged) as raised, index.unchanged():
        raise KeyError("over the change")
    assert isinstance(raised.value.__cause__, KeyError)


@pytest.mark.parametrize(("meanwhile", "expected"), [(True, IndexChanged), (False, FileNotFoundError)])
def test_files_that_an_ingest_replaced_during_the_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: bool, expected: type[Exception]
) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a.txt": "東京は首都。"})
    sync(corpus, tmp_path / "index", chunking=CHUNKING)
    write_corpus(corpus, WHALES)

    def replaced(*_: object) -> None:
        if meanwhile:
            sync(corpus, tmp_path / "index", chunking=CHUNKING)
        raise FileNotFoundError("000000001")

    monkeypatch.setattr("rag.index.reader.secondary_indexes_of", replaced)
    with pytest.raises(expected):
        open_index(tmp_path / "index")
