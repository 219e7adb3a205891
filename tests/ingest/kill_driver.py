"""Run one sync with the stand-in encoder, to be killed: `python -m tests.ingest.kill_driver CORPUS INDEX`."""

from __future__ import annotations

import sys
from pathlib import Path

import ingest.stream
import ingest.sync
from ingest.report import SyncReport
from ingest.sync import sync
from rag.settings import Chunking, keep_quiet
from tests.fakes import HashEncoder

CHUNKING = Chunking(max_tokens=120)


def run(corpus: Path, index: Path) -> SyncReport:
    """Bring `index` up to date, a few chunks a batch so that it can be killed between batches too."""
    encoder = HashEncoder()
    before = ingest.sync.open_encoder, ingest.stream.BATCH
    ingest.sync.open_encoder, ingest.stream.BATCH = lambda _: encoder, 24  # type: ignore[assignment]
    try:
        return sync(corpus, index, chunking=CHUNKING)
    finally:
        ingest.sync.open_encoder, ingest.stream.BATCH = before


if __name__ == "__main__":
    keep_quiet(offline=True)
    import chromadb  # noqa: F401  # its import is no moment of an ingest

    print("begin", flush=True)
    run(Path(sys.argv[1]), Path(sys.argv[2]))
    print("end", flush=True)
