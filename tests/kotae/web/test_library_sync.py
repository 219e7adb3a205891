"""The index follows the library, and answers from what it was until it has; nothing is lost on the way."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sync import sync
from kotae.web.index_view import IndexView
from kotae.web.library import Library
from kotae.web.library_sync import LibrarySync, SyncProgress, SyncState
from rag.errors import CannotWrite, IndexMissing
from rag.factory import IndexSettings
from rag.index.location import locate_index
from rag.messages import Message
from tests.fakes import HashEncoder
from tests.samples import SMALL_CORPUS, write_corpus

pytestmark = pytest.mark.usefixtures("hash_encoder")


class Desk:
    """A library, its index, and a view of it, as in a server; `restart` makes them anew from what is on disk."""

    def __init__(self, folder: Path) -> None:
        self.documents, self.index = folder / "documents", folder / "index"
        self.finished = 0
        self.restart()

    def restart(self) -> None:
        self.view = IndexView(IndexSettings(self.index), library=True)
        self.syncing = LibrarySync(Library(self.documents, self.index), self.view, self._finish)

    def _finish(self) -> None:
        self.finished += 1

    def sync(self, *, removed: bool = False) -> SyncProgress:
        self.syncing.start(interrupt=removed)
        return self.ended()

    def ended(self) -> SyncProgress:
        end = time.monotonic() + 120
        while self.syncing.progress.state in (SyncState.READING, SyncState.STOPPING):
            assert time.monotonic() < end
            time.sleep(0.01)
        return self.syncing.progress

    def sources(self) -> set[str]:
        """The files that a question is answered from now."""
        return {file.source for file in self.view.catalogue().files}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.syncing.close()
    desk.view.close()


@pytest.fixture
def gate(monkeypatch) -> Iterator[threading.Event]:
    """What lets texts that have "…" be encoded; a sync waits for it in the middle of its work."""
    gate, encode = threading.Event(), HashEncoder.encode

    def wait(self: HashEncoder, texts: list[str]) -> object:
        if any("…" in text for text in texts):
            assert gate.wait(120)
        return encode(self, texts)

    monkeypatch.setattr(HashEncoder, "encode", wait)
    yield gate
    gate.set()


def test_from_an_empty_folder_to_answers_and_back(desk) -> None:
    assert desk.sync() == SyncProgress(SyncState.DONE)
    with pytest.raises(IndexMissing, match="no documents yet"):
        desk.sources()
    write_corpus(desk.documents, SMALL_CORPUS)
    ended = desk.sync()
    assert ended.report is not None
    assert (ended.state, len(ended.report.added)) == (SyncState.DONE, 8)
    assert desk.sources() == set(SMALL_CORPUS)
    shutil.rmtree(desk.documents / "ja")
    assert desk.sync().report.removed == tuple(sorted(name for name in SMALL_CORPUS if name.startswith("ja/")))
    assert desk.sources() == {name for name in SMALL_CORPUS if name.startswith("en/")}
    shutil.rmtree(desk.documents / "en")
    assert desk.sync(removed=True) == SyncProgress(SyncState.DONE)
    assert isinstance(desk.view.problem(), IndexMissing)
    assert desk.finished == 4


def test_it_is_the_index_that_ingest_makes(desk, tmp_path) -> None:
    write_corpus(desk.documents, SMALL_CORPUS)
    desk.sync()
    report = sync(desk.documents, desk.index)
    assert (len(report.unchanged), report.embedded) == (8, 0)
    assert not (desk.index / "held").exists()


def test_questions_are_answered_from_the_old_state_until_the_new_one_is_ready(desk, gate) -> None:
    write_corpus(desk.documents, {"old.md": "富士山は高い。"})
    desk.sync()
    write_corpus(desk.documents, {"new.md": "…新しい文書。", "old.md": "富士山は低い。"})
    desk.syncing.start()
    while not (desk.index / "held").exists():
        assert desk.syncing.progress.state is SyncState.READING
        time.sleep(0.01)
    for _ in range(3):
        (file,) = desk.view.catalogue().files
        assert [chunk.text for chunk in desk.view.page(file.id, 1).chunks] == ["富士山は高い。"]
        desk.view.close()
    assert not locate_index(desk.index).load().complete
    gate.set()
    assert desk.ended().state is SyncState.DONE
    assert desk.sources() == {"new.md", "old.md"}


def test_the_first_documents_are_asked_about_once_all_are_read(desk, gate) -> None:
    write_corpus(desk.documents, {"a.md": "…文書。"})
    desk.syncing.start()
    while not (desk.index / "manifest.json").exists():
        time.sleep(0.01)
    assert isinstance(desk.view.problem(), IndexMissing)
    with pytest.raises(IndexMissing, match="no documents yet"):
        desk.sources()
    gate.set()
    desk.ended()
    assert desk.sources() == {"a.md"}


def test_a_stopped_sync_keeps_the_old_state_and_goes_on(desk, gate, monkeypatch) -> None:
    monkeypatch.setattr("ingest.pipeline.batches.BATCH", 1)
    write_corpus(desk.documents, {"0.md": "古い文書。"})
    desk.sync()
    write_corpus(desk.documents, {"1.md": "一つ目。", "2.md": "…二つ目。", "3.md": "三つ目。"})
    desk.syncing.start()
    while desk.syncing.progress.done == 0:
        time.sleep(0.01)
    desk.syncing.stop()
    assert desk.syncing.progress.state is SyncState.STOPPING
    gate.set()
    assert desk.ended().state is SyncState.STOPPED
    assert desk.sources() == {"0.md"}
    desk.restart()  # the server has ended, too
    assert desk.sources() == {"0.md"}
    report = desk.sync().report
    assert report is not None
    assert report.embedded < 3
    assert desk.sources() == {"0.md", "1.md", "2.md", "3.md"}


def test_a_failed_sync_keeps_the_old_state_and_says_why(desk, monkeypatch) -> None:
    write_corpus(desk.documents, {"old.md": "古い文書。"})
    desk.sync()
    write_corpus(desk.documents, {"new.md": "新しい文書。"})

    def fail(*_: object) -> None:
        raise CannotWrite(Message("Cannot write: {reason}", reason=Message("the disk is full")))

    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.writer.apply", fail)
        ended = desk.sync()
    assert ended.state is SyncState.FAILED
    assert ended.error is not None
    assert ended.error.text("ja") == "書き込めません: ディスクに空きがありません"
    assert desk.sources() == {"old.md"}
    assert desk.finished == 1
    assert desk.sync().state is SyncState.DONE
    assert desk.sources() == {"new.md", "old.md"}


def test_what_is_added_meanwhile_is_read_next(desk, gate) -> None:
    write_corpus(desk.documents, {"a.md": "…一つ目。"})
    desk.syncing.start()
    while not (desk.index / "manifest.json").exists():
        time.sleep(0.01)
    write_corpus(desk.documents, {"b.md": "二つ目。"})
    desk.syncing.start()
    assert desk.syncing.progress.state is SyncState.READING
    gate.set()
    assert desk.ended().report.unchanged == ("a.md",)
    assert desk.sources() == {"a.md", "b.md"}


def test_a_removal_interrupts_and_the_sync_begins_again(desk, gate) -> None:
    write_corpus(desk.documents, {"a.md": "…一つ目。", "b.md": "二つ目。"})
    desk.syncing.start()
    while not (desk.index / "manifest.json").exists():
        time.sleep(0.01)
    (desk.documents / "a.md").unlink()
    desk.syncing.start(interrupt=True)
    assert desk.syncing.progress.state is SyncState.READING
    gate.set()
    assert desk.ended().state is SyncState.DONE
    assert desk.sources() == {"b.md"}


def test_files_that_cannot_be_read_are_named_each_time(desk) -> None:
    write_corpus(desk.documents, {"a.md": "読める文書。", "empty.txt": "", "no.pdf": "not a PDF"})
    for _ in range(2):
        report = desk.sync().report
        assert report is not None
        assert [failure.subject for failure in report.failed] == ["empty.txt", "no.pdf"]
    assert desk.sources() == {"a.md"}


def test_an_empty_library_does_not_delete_the_index_of_other_documents(desk, tmp_path) -> None:
    sync(write_corpus(tmp_path / "other", SMALL_CORPUS), desk.index)
    ended = desk.sync()
    assert ended.state is SyncState.FAILED
    assert "The index is of other documents" in str(ended.error)
    assert desk.sources() == set(SMALL_CORPUS)
    write_corpus(desk.documents, {"mine.md": "私の文書。"})
    assert "all would be removed" in str(desk.sync().error)
    assert desk.sources() == set(SMALL_CORPUS)


def test_a_library_that_is_not_there_loses_no_index(desk) -> None:
    """As with a drive that is not connected: its folder is empty, or made anew at the start."""
    write_corpus(desk.documents, SMALL_CORPUS)
    desk.sync()
    away = desk.documents.rename(desk.documents.with_name("away"))
    for _ in range(2):
        desk.restart()
        ended = desk.sync()
        assert (ended.state, "its index is not" in str(ended.error)) == (SyncState.FAILED, True)
        assert "kotae index drop --index" in str(ended.error)
        assert desk.sources() == set(SMALL_CORPUS)
    desk.documents.rmdir()
    away.rename(desk.documents)
    assert len(desk.sync().report.unchanged) == 8


def test_a_removal_that_is_done_with_lets_no_later_index_go(desk) -> None:
    write_corpus(desk.documents, SMALL_CORPUS)
    desk.sync()
    (desk.documents / "ja" / "水.md").unlink()
    assert desk.sync(removed=True).state is SyncState.DONE
    desk.documents.rename(desk.documents.with_name("away"))
    desk.documents.mkdir()
    assert desk.sync().state is SyncState.FAILED
    assert len(desk.sources()) == 7


def test_the_first_documents_of_others_stay_although_their_ingest_was_interrupted(desk, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("ingest.pipeline.batches.BATCH", 1)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    other = write_corpus(tmp_path / "other", SMALL_CORPUS)
    with monkeypatch.context() as patch:
        patch.setattr("ingest.sync._finish", kill)
        with pytest.raises(KeyboardInterrupt):
            sync(other, desk.index)
    assert not locate_index(desk.index).load().sources
    assert "The index is of other documents" in str(desk.sync(removed=True).error)
    assert sync(tmp_path / "other", desk.index).embedded == 0


def test_an_index_without_chunks_goes_with_the_last_file(desk) -> None:
    write_corpus(desk.documents, {"empty.txt": ""})
    desk.sync()
    (desk.documents / "empty.txt").unlink()
    assert desk.sync() == SyncProgress(SyncState.DONE)
    assert isinstance(desk.view.problem(), IndexMissing)


def test_nothing_new_copies_nothing(desk) -> None:
    write_corpus(desk.documents, SMALL_CORPUS)
    desk.sync()
    before = locate_index(desk.index).version_token()
    desk.restart()
    report = desk.sync().report
    assert report is not None
    assert len(report.unchanged) == 8
    assert locate_index(desk.index).version_token() == before
