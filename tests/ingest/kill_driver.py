"""One sync with the stand-in encoder, in a process of its own, to be killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ingest.pipeline.batches
import ingest.pipeline.writer
import ingest.sync
from ingest.report import SyncReport
from ingest.sync import sync
from rag.index.chroma import ChromaServer
from rag.index.stores import Store
from rag.settings import Chunking
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from tests.faults.forks import Forks, Running

CHUNKING = Chunking(max_tokens=120)


def start(
    forking: Forks,
    corpus: Path,
    index: Path,
    server: ChromaServer | None = None,
    *,
    writes: int | None = None,
    store: Store | None = None,
    **env: str,
) -> Running:
    """Start a sync, which prints `end` once it is done.

    `writes`: it kills itself when it has written so many times: a batch, or the few that were waiting by then.
    """
    where = (str(corpus), str(index), server and server.url, server and server.collection, writes, store)
    return forking.start(code=f"from tests.ingest.kill_driver import main; main(*{where!r})", env=env)


def main(
    corpus: str, index: str, url: str | None, collection: str | None, writes: int | None, store: Store | None
) -> None:
    """Run it."""
    if writes is not None:
        die_after(writes)
    run(Path(corpus), Path(index), ChromaServer(url, collection=collection) if url and collection else None, store)
    print("end", flush=True)


def die_after(writes: int) -> None:
    """Have this process killed between two writes, when nothing is under way to a server either."""
    apply, left = ingest.pipeline.writer.apply, iter(range(writes - 1, -1, -1))

    def mortal(*given: Any) -> None:
        apply(*given)
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    ingest.pipeline.writer.apply = mortal


def run(corpus: Path, index: Path, server: ChromaServer | None = None, store: Store | None = None) -> SyncReport:
    """Bring `index` up to date, a few chunks a batch so that it can be killed between batches too."""
    encoder = HashEncoder()
    before = ingest.sync.open_encoder, ingest.pipeline.batches.BATCH
    ingest.sync.open_encoder, ingest.pipeline.batches.BATCH = lambda _: encoder, 24  # type: ignore[assignment]
    try:
        return sync(corpus, index, chunking=CHUNKING, server=server, store_name=store)
    finally:
        ingest.sync.open_encoder, ingest.pipeline.batches.BATCH = before
