"""One writer at a time among all machines that use a Chroma server: a collection that only one of them can create.

The writer gives a sign of life every few seconds. Others wait; where the sign stops changing, by their own clocks, the
writer is taken for dead and its lease is ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import IndexBusy, IndexDamaged, KotaeError
from rag.index.chroma import Chroma
from rag.progress import notice

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

EXPIRY_SECONDS = 30.0
"""How long a writer may give no sign before it is taken for dead."""
_LOOK_SECONDS = 0.5


@contextmanager
def lease(chroma: Chroma, name: str) -> Iterator[Callable[[], None]]:
    """Hold the lease called `name`, waiting for it; gives a check that raises IndexBusy where it was lost."""
    mine = _acquire(chroma, name)
    lost, ended = threading.Event(), threading.Event()

    def check() -> None:
        if lost.is_set():
            raise IndexBusy(
                "Another process took over, as this one gave no sign of life",
                where=chroma.where,
                do="Run the command again; what is finished is kept.",
            )

    def live() -> None:
        sign = 0
        while not ended.wait(EXPIRY_SECONDS / 6):
            sign += 1
            try:
                with chroma.errors():
                    mine.modify(metadata={"sign": sign})
            except KotaeError:
                if not _is(mine, chroma.find(name)):
                    lost.set()

    thread = threading.Thread(target=live, name="kotae-lease", daemon=True)
    thread.start()
    try:
        yield check
        check()
    finally:
        ended.set()
        thread.join()
        if _is(mine, chroma.find(name)):
            chroma.delete(name)


def _acquire(chroma: Chroma, name: str) -> Collection:
    seen: Any = None
    since = 0.0
    while True:
        try:
            with chroma.errors():
                mine = chroma.client.create_collection(name, metadata={"sign": 0}, embedding_function=None)
        except IndexDamaged as error:
            if "already exists" not in str(error):
                raise
        else:
            # Another that waited may be about to end the lease before this one.
            time.sleep(_LOOK_SECONDS / 2)
            if _is(mine, chroma.find(name)):
                return mine
            continue
        other = chroma.find(name)
        sign = None if other is None else (other.id, other.metadata)
        if sign != seen:
            if seen is None:
                notice(f"Another process is writing to this index ({chroma.where}): waiting for it to end")
            seen, since = sign, time.monotonic()
        elif other is not None and time.monotonic() - since > EXPIRY_SECONDS:
            chroma.delete(name)
        time.sleep(_LOOK_SECONDS)


def _is(mine: Collection, found: Collection | None) -> bool:
    return found is not None and found.id == mine.id
