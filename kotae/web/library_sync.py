"""Bring the index up to date with the library, in a thread, while questions are answered from the index as it was."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.files import origin_of
from ingest.report import SyncReport
from ingest.sync import sync
from kotae.web.errors import as_kotae_error
from kotae.web.index_view import IndexView
from kotae.web.library import Library
from rag.errors import IndexMismatch, IndexMissing, KotaeError
from rag.index.location import locate_index
from rag.index.reader import drop_index
from rag.messages import Message

_SECONDS_TO_FINISH = 10.0


class SyncState(StrEnum):
    """What the library does with its documents; `stopped` and `failed` go on where they ended."""

    IDLE = "idle"
    READING = "reading"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is, in bytes of files, or how it ended: with a report, which is None for an empty library."""

    state: SyncState
    done: int = 0
    total: int = 0
    began: float = 0.0
    report: SyncReport | None = None
    error: KotaeError | None = None


class _Stopped(Exception):
    """The sync is to end after the files that are written."""


class LibrarySync:
    """One sync at a time. What it wrote stays when it ends early, and the next one goes on from there."""

    def __init__(self, library: Library, view: IndexView, finished: Callable[[], None]) -> None:
        """Have `finished` called after every sync that has ended well."""
        self._library, self._view, self._finished = library, view, finished
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again, self._removed, self._stop = False, False, threading.Event()
        self._progress = SyncProgress(SyncState.IDLE)

    @property
    def progress(self) -> SyncProgress:
        """How far it is."""
        progress = self._progress
        stopping = progress.state is SyncState.READING and self._stop.is_set() and not self._again
        return replace(progress, state=SyncState.STOPPING) if stopping else progress

    def start(self, *, interrupt: bool = False) -> None:
        """Begin a sync, or another one after that which runs; with `interrupt` that one ends early.

        `interrupt` says that documents were removed on the page: only then may the index of an empty library go.
        """
        with self._lock:
            self._removed = self._removed or interrupt
            if self._thread is not None:
                self._again = True
                if interrupt:
                    self._stop.set()
                return
            self._stop.clear()
            self._progress = SyncProgress(SyncState.READING, began=time.monotonic())
            self._thread = threading.Thread(target=self._run, name="kotae-library", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the sync after the files that are being written."""
        with self._lock:
            self._again = False
            self._stop.set()

    def close(self) -> None:
        """End the sync, and wait a while for its end: whenever the process ends, the next sync repairs the index."""
        self.stop()
        thread = self._thread
        if thread is not None:
            thread.join(_SECONDS_TO_FINISH)

    def _run(self) -> None:
        while True:
            ended = self._sync()
            with self._lock:
                if not self._again:
                    self._removed = self._removed and ended.state is not SyncState.DONE
                    self._thread, self._progress = None, ended
                    break
                self._again = False
                self._stop.clear()
                self._progress = SyncProgress(SyncState.READING, began=time.monotonic())
        if ended.state is SyncState.DONE and not self._stop.is_set():
            self._finished()

    def _sync(self) -> SyncProgress:
        try:
            report = self._write() if self._library.files() else None
            if report is None:
                self._empty()
        except _Stopped:
            return SyncProgress(SyncState.STOPPED)
        except Exception as error:
            return SyncProgress(SyncState.FAILED, error=as_kotae_error(error))
        self._view.release()
        return SyncProgress(SyncState.DONE, report=report)

    def _write(self) -> SyncReport:
        settings = self._view.settings
        return sync(
            self._library.folder,
            settings.folder,
            encoder_name=settings.encoder,
            progress=self._advance,
            before_change=self._view.hold,
        )

    def _empty(self) -> None:
        """Delete the index of a library whose last documents were removed on the page.

        An empty folder alone says little: its drive may not be there. Raises IndexMismatch for any other index with
        chunks.
        """
        folder = self._view.settings.folder
        location = locate_index(folder)
        try:
            manifest = location.load()
        except IndexMissing:
            return
        ours = manifest.corpus == origin_of(self._library.folder) or not (manifest.corpus or manifest.sources)
        with closing(location.store(manifest)) as store:
            filled = bool(manifest.sources) or store.count() > 0
        if filled and not ours:
            raise IndexMismatch(
                "The index is of other documents, and the library is empty",
                where=str(folder),
                do="Choose another --index.",
            )
        if filled and not self._removed:
            where = f"--index {shlex.quote(str(folder))}"
            raise IndexMismatch(
                "The library is empty, but its index is not",
                where=str(self._library.folder),
                do=Message("Bring the documents back, or delete the index: kotae index drop {where}", where=where),
            )
        if ours:
            self._view.close()
            drop_index(folder)

    def _advance(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        self._progress = replace(self._progress, done=done, total=total)
