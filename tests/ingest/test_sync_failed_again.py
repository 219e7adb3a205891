"""A file that cannot be read is named at every ingest, and changes nothing but at the first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.report import SyncReport
from rag.errors import UnreadableDocument
from tests.fakes import HashEncoder
from tests.ingest.kill_driver import CHUNKING
from tests.sites import Site

BROKEN = {
    "壊れた.pdf": b"%PDF-1.7\n1 0 obj",
    "empty.txt": b"",
    "表.csv": "質問\n一,二\n".encode(),
    "a.docx": b"PK\x03\x04",
}


class Resting(HashEncoder):
    """An encoder that may not be used."""

    def encode(self, texts):  # type: ignore[no-untyped-def]
        raise AssertionError("a text was encoded")

    @property
    def window(self) -> int:  # type: ignore[override]
        raise AssertionError("the model was loaded")


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr("rag.index.reader.open_encoder", lambda _: HashEncoder())


def resting(site: Site, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> SyncReport:
    """A sync that may not use the encoder."""
    with monkeypatch.context() as patched:
        patched.setattr("ingest.sync.open_encoder", lambda _: Resting())
        return site.sync(corpus)


@pytest.fixture
def broken(site: Site, small_corpus: Path) -> SyncReport:
    """What the first ingest of the small corpus with broken files said."""
    for name, data in BROKEN.items():
        (small_corpus / name).write_bytes(data)
    (small_corpus / "外.txt").symlink_to("/etc/hostname")
    return site.sync(small_corpus, chunking=CHUNKING)


def test_failing_again_changes_nothing_and_is_named(
    broken: SyncReport, site: Site, small_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {one.subject for one in broken.failed} == {*BROKEN, "外.txt"}
    files = {path: path.stat().st_mtime_ns for path in site.folder.rglob("*.json")}
    assert (site.server is None) == bool(files)
    with site.open().unchanged():
        again = resting(site, small_corpus, monkeypatch)
    assert again.failed == broken.failed
    assert (again.unchanged, again.chunks, again.sound) == (broken.added, broken.chunks, False)
    assert {path: path.stat().st_mtime_ns for path in site.folder.rglob("*.json")} == files


def test_a_file_that_breaks_leaves_the_index_once(
    broken: SyncReport, site: Site, small_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_corpus / "ja/水.md").write_bytes(b"\x00\xff" * 99)
    first = resting(site, small_corpus, monkeypatch)
    assert first.chunks < broken.chunks
    with site.open().unchanged():
        second = resting(site, small_corpus, monkeypatch)
    assert [one.subject for one in second.failed] == [one.subject for one in first.failed]
    assert "ja/水.md" in {one.subject for one in second.failed}


def test_what_can_be_read_at_last_is_read(broken: SyncReport, site: Site, small_corpus: Path) -> None:
    (small_corpus / "empty.txt").write_text("東京は首都。", encoding="utf-8")
    after = site.sync(small_corpus)
    assert after.added == ("empty.txt",)
    assert len(after.failed) == len(broken.failed) - 1
    site.assert_as_built_anew(small_corpus, site.folder.parent / "anew", chunking=CHUNKING)


def test_a_passing_failure_is_tried_again(site: Site, small_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ingest.documents
    from ingest.formats import READERS

    def out_of_memory(*_: object) -> None:
        raise MemoryError("for now")

    with monkeypatch.context() as patched:
        patched.setattr(ingest.documents, "READERS", {**READERS, ".txt": out_of_memory})
        assert len(site.sync(small_corpus, chunking=CHUNKING).failed) == 2
        assert len(site.sync(small_corpus).failed) == 2
    assert site.sync(small_corpus).added == ("en/ottawa.txt", "ja/東京.txt")
    (small_corpus / "ja/水.md").unlink()
    os.mkfifo(small_corpus / "ja/水.md")
    assert "not a regular file" in site.sync(small_corpus).failed[0].message


def test_where_nothing_could_be_read_nothing_changes(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.txt").write_bytes(b"")
    first = site.sync(tmp_path / "corpus", chunking=CHUNKING)
    assert first.failed[0].error == UnreadableDocument.__name__
    assert resting(site, tmp_path / "corpus", monkeypatch).failed == first.failed
