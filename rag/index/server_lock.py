"""Write lock of an index on a Chroma server, across machines: a collection that only one of them can create.

The holder updates a heartbeat every few seconds. Others wait; if the heartbeat stops changing, by their own clocks,
they take the holder for dead and delete its lock.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rag.errors import IndexBusy, IndexDamaged, KotaeError
from rag.index.chroma import ChromaConnection
from rag.messages import Message
from rag.progress import notice

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

EXPIRY_SECONDS = 30.0
"""A holder without a heartbeat for this long is taken for dead."""
_POLL_SECONDS = 0.5


@contextmanager
def server_lock(chroma: ChromaConnection, name: str) -> Iterator[Callable[[], None]]:
    """Hold the lock called `name`, waiting for it.

    Yields a function that raises IndexBusy once the lock is lost, or has had no heartbeat for so long that it may be.
    """
    mine = _acquire(chroma, name)
    lost, ended = threading.Event(), threading.Event()
    alive = time.monotonic()

    def check() -> None:
        if lost.is_set() or time.monotonic() - alive > EXPIRY_SECONDS:
            raise IndexBusy(
                "Another process may have taken over the index, because this one had not responded",
                where=chroma.where,
                do="Run the command again; finished work is kept.",
            )

    def keep_alive() -> None:
        nonlocal alive
        for heartbeat in itertools.count(1):
            if ended.wait(EXPIRY_SECONDS / 6):
                return
            began = time.monotonic()
            try:
                with chroma.errors():
                    mine.modify(metadata={"sign": heartbeat})
                alive = began
            except KotaeError:
                with suppress(KotaeError):  # the next heartbeat may arrive; `check` notices if none does
                    if not _is(mine, chroma.find(name)):
                        lost.set()

    thread = threading.Thread(target=keep_alive, name="kotae-server-lock", daemon=True)
    thread.start()
    try:
        yield check
        check()
    finally:
        ended.set()
        thread.join()
        if _is(mine, chroma.find(name)):
            chroma.delete(name)


def _acquire(chroma: ChromaConnection, name: str) -> Collection:
    last: Any = None
    since = 0.0
    while True:
        try:
            with chroma.errors():
                mine = chroma.client.create_collection(name, metadata={"sign": 0}, embedding_function=None)
        except IndexDamaged as error:
            if "already exists" not in str(error):
                raise
        else:
            # Another waiting process may be about to delete the previous lock, and would delete this one.
            time.sleep(_POLL_SECONDS / 2)
            if _is(mine, chroma.find(name)):
                return mine
            continue
        other = chroma.find(name)
        heartbeat = None if other is None else (other.id, other.metadata)
        if heartbeat != last:
            if last is None:
                notice(
                    Message(
                        "Another process is writing to this index ({where}); waiting for it to finish",
                        where=chroma.where,
                    )
                )
            last, since = heartbeat, time.monotonic()
        elif other is not None and time.monotonic() - since > EXPIRY_SECONDS:
            chroma.delete(name)
        time.sleep(_POLL_SECONDS)


def _is(mine: Collection, current: Collection | None) -> bool:
    return current is not None and current.id == mine.id
