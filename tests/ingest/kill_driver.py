"""One sync with the stand-in encoder, to be killed: `python -m tests.ingest.kill_driver CORPUS INDEX [COLLECTION]`.

INDEX is a folder, or with a collection the URL of a server.

With KOTAE_TEST_DIE_AFTER=N in the environment it kills itself when the N-th batch has been encoded.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import ingest.stream
import ingest.sync
from ingest.report import SyncReport
from ingest.sync import sync
from rag.chroma import ChromaServer
from rag.settings import Chunking, keep_quiet
from tests.fakes import HashEncoder

CHUNKING = Chunking(max_tokens=120)


class MortalEncoder(HashEncoder):
    """Kills its process at the call `lives`, counted down."""

    lives = int(os.environ.get("KOTAE_TEST_DIE_AFTER", "-1"))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.lives -= 1
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


def run(corpus: Path, index: Path, server: ChromaServer | None = None) -> SyncReport:
    """Bring `index` up to date, a few chunks a batch so that it can be killed between batches too."""
    encoder = MortalEncoder()
    before = ingest.sync.open_encoder, ingest.stream.BATCH
    ingest.sync.open_encoder, ingest.stream.BATCH = lambda _: encoder, 24  # type: ignore[assignment]
    try:
        return sync(corpus, index, chunking=CHUNKING, server=server)
    finally:
        ingest.sync.open_encoder, ingest.stream.BATCH = before


if __name__ == "__main__":
    keep_quiet(offline=True)
    import chromadb  # noqa: F401  # its import is no moment of an ingest

    corpus, place, *collection = sys.argv[1:]
    on_server = ChromaServer(place, collection=collection[0]) if collection else None
    print("begin", flush=True)
    run(Path(corpus), Path(place), on_server)
    print("end", flush=True)
