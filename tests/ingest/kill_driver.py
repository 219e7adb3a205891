"""One sync with the stand-in encoder, to be killed: `python -m tests.ingest.kill_driver CORPUS INDEX [COLLECTION]`.

INDEX is a folder, or with a collection the URL of a server.

With KOTAE_TEST_DIE_AFTER=N in the environment it kills itself when it has written for the N-th time: a batch, or the
few that were waiting by then.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import ingest.pipeline.batches
import ingest.pipeline.writer
import ingest.sync
from ingest.report import SyncReport
from ingest.sync import sync
from rag.index.chroma import ChromaServer
from rag.settings import Chunking, configure_libraries
from tests.fakes import HashEncoder

CHUNKING = Chunking(max_tokens=120)


def die_after(writes: int) -> None:
    """Have this process killed between two writes, when nothing is under way to a server either."""
    apply, left = ingest.pipeline.writer.apply, iter(range(writes - 1, -1, -1))

    def mortal(*given: Any) -> None:
        apply(*given)
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    ingest.pipeline.writer.apply = mortal


def run(corpus: Path, index: Path, server: ChromaServer | None = None) -> SyncReport:
    """Bring `index` up to date, a few chunks a batch so that it can be killed between batches too."""
    encoder = HashEncoder()
    before = ingest.sync.open_encoder, ingest.pipeline.batches.BATCH
    ingest.sync.open_encoder, ingest.pipeline.batches.BATCH = lambda _: encoder, 24  # type: ignore[assignment]
    try:
        return sync(corpus, index, chunking=CHUNKING, server=server)
    finally:
        ingest.sync.open_encoder, ingest.pipeline.batches.BATCH = before


if __name__ == "__main__":
    configure_libraries(offline=True)
    import chromadb  # noqa: F401  # its import is no moment of an ingest

    corpus, place, *collection = sys.argv[1:]
    on_server = ChromaServer(place, collection=collection[0]) if collection else None
    if "KOTAE_TEST_DIE_AFTER" in os.environ:
        die_after(int(os.environ["KOTAE_TEST_DIE_AFTER"]))
    print("begin", flush=True)
    run(Path(corpus), Path(place), on_server)
    print("end", flush=True)
