"""One writer at a time to an index on a Chroma server: who waits, who is told, and whose lock is left alone."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import rag.index.server_lock
from rag.errors import IndexBusy, ServerUnreachable
from rag.index.chroma import ChromaConnection, open_embedded, open_server
from rag.index.location import ServerIndex
from rag.index.server_lock import server_lock
from tests.sites import new_site


@pytest.fixture
def location(chroma_url: str, tmp_path: Path) -> Iterator[ServerIndex]:
    """A place on the server, without an index."""
    with new_site("server", tmp_path / "unused", chroma_url) as site:
        assert site.server is not None
        yield ServerIndex(site.server)


def lock_name(location: ServerIndex) -> str:
    return f"{location._server.collection}.writing"


def test_writer_that_gives_no_sign_of_life_is_told(location: ServerIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.index.server_lock, "EXPIRY_SECONDS", 1.5)

    def go_on_after_a_take_over() -> None:
        with location.lock() as check:
            check()
            open_server(location._server).client.delete_collection(lock_name(location))
            for _ in range(12_000):
                time.sleep(0.05)
                check()

    with pytest.raises(IndexBusy, match="taken over"):
        go_on_after_a_take_over()
    with location.lock() as check:
        check()


def test_a_writer_that_waits_takes_no_holder_for_dead_that_it_did_not_see(
    location: ServerIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One writer ended and another began while it looked: what it met is gone, and what is there is alive."""
    find, looks, looked_again = ChromaConnection.find, itertools.count(), threading.Event()

    def find_nothing_at_first(chroma: ChromaConnection, name: str) -> object:
        if threading.current_thread() is waiter:
            if next(looks) == 0:
                return None
            looked_again.set()
        return find(chroma, name)

    def wait_for_it() -> None:
        with location.lock():
            pass

    waiter = threading.Thread(target=wait_for_it)
    with location.lock():
        chroma = open_server(location._server)
        mine = find(chroma, lock_name(location))
        monkeypatch.setattr(ChromaConnection, "find", find_nothing_at_first)
        waiter.start()
        assert looked_again.wait(300)
        still = find(chroma, lock_name(location))
    waiter.join()
    assert mine is not None
    assert still is not None
    assert still.id == mine.id


@dataclass(frozen=True)
class CutConnection(ChromaConnection):
    """A connection that can be cut; counts what was tried since."""

    cut: threading.Event = field(default_factory=threading.Event)
    failures: list[float] = field(default_factory=list)

    @contextmanager
    def errors(self) -> Iterator[None]:
        if self.cut.is_set():
            self.failures.append(time.monotonic())
            raise ServerUnreachable("No Chroma server answers")
        with ChromaConnection.errors(self):
            yield

    def heartbeat(self) -> int:
        lock = self.find("lock")
        assert lock is not None
        return int(lock.metadata["sign"])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[CutConnection]:
    """A connection that can be cut, to a Chroma of its own."""
    with closing(open_embedded(tmp_path)) as chroma:
        yield CutConnection(chroma.client, "a server")


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("waited for a minute")


def test_a_holder_goes_on_after_a_short_cut(connection: CutConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.index.server_lock, "EXPIRY_SECONDS", 6.0)
    with server_lock(connection, "lock") as check:
        connection.cut.set()
        wait_until(lambda: len(connection.failures) >= 2)  # a heartbeat, and the look whose lock it is
        connection.cut.clear()
        before = connection.heartbeat()
        wait_until(lambda: connection.heartbeat() > before)
        check()
    assert connection.find("lock") is None


def test_a_holder_that_stays_cut_off_is_told(connection: CutConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others have taken it for dead by then."""
    monkeypatch.setattr(rag.index.server_lock, "EXPIRY_SECONDS", 1.5)

    def go_on_cut_off() -> None:
        with server_lock(connection, "lock") as check:
            connection.cut.set()
            try:
                for _ in range(1200):
                    time.sleep(0.05)
                    check()
            finally:
                connection.cut.clear()

    with pytest.raises(IndexBusy, match="taken over"):
        go_on_cut_off()
    assert connection.failures[-1] - connection.failures[0] > 0.5
    assert len(connection.failures) > 2
