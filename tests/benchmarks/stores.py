"""Measure the stores side by side, without documents and an encoder: `python -m tests.benchmarks.stores [CHUNKS]`.

Chunks of 400 characters with random vectors of 8 dimensions, half of them Japanese, are written as an ingest writes
them. Each store has a process of its own, and prints one line of JSON. Seconds, and seconds of processor: writing all
chunks; listing their ids; reading the metadata of all, as after a kill; then one more batch. Of 50 questions
milliseconds (median and 95th percentile, of time and of the processor's): the 100 nearest chunks, and those with texts
and vectors. Then megabytes: on disk, and of memory at most.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from rag.index.location import LocalIndex
from rag.index.manifest import Manifest, SourceState
from rag.index.metadata import StoredChunk
from rag.index.store import ChunkStore
from rag.index.stores import STORES
from rag.records import Chunk, Language
from rag.settings import Chunking
from tests.benchmarks.stand_in import in_process_of_its_own, peak_megabytes
from tests.fakes import HashEncoder

MODULE = "tests.benchmarks.stores"
DIMENSIONS, BATCH, IN_A_FILE, QUESTIONS, NEAREST = 8, 1024, 100, 50, 100


def entry(number: int) -> StoredChunk:
    """A chunk; the first of a file has its marker."""
    language: Language = "ja" if number % 2 else "en"
    file = f"文書{number // IN_A_FILE:06}.txt"
    text = f"{number} 鯨は海を泳ぐ。".ljust(400, "海")
    chunk = Chunk(hashlib.sha256(str(number).encode()).hexdigest()[:32], text, "鯨", file, language, 0, 400, number)
    return StoredChunk(chunk, file, None if number % IN_A_FILE else SourceState("0" * 64, IN_A_FILE))


def vectors(first: int, count: int) -> np.ndarray:
    """Random directions, the same for the same numbers."""
    drawn = np.random.default_rng(first).standard_normal((count, DIMENSIONS)).astype("float32")
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def write(store: ChunkStore, first: int, last: int) -> None:
    """Write chunks, and end as an ingest does."""
    for start in range(first, last, BATCH):
        numbers = range(start, min(last, start + BATCH))
        store.upsert([entry(number) for number in numbers], vectors(start, len(numbers)))
    store.tidy()


def ask(store: ChunkStore) -> dict[str, list[list[float]]]:
    """Search both languages, and read what was found."""
    taken: dict[str, list[tuple[float, float]]] = {"nearest": [], "read": []}
    for question in vectors(10**9, QUESTIONS):
        ids: list[str] = []
        for language in ("ja", "en"):
            timed(taken, "nearest", lambda: ids.extend(store.nearest(question[None], NEAREST, language)[0]))  # noqa: B023
        timed(taken, "read", lambda: store.fetch_with_vectors(ids))  # noqa: B023
    return {
        name: np.percentile(1000 * np.array(times), (50, 95), axis=0).round(1).tolist() for name, times in taken.items()
    }


def timed(taken: dict[str, list[tuple[float, float]]], name: str, call: Callable[[], object]) -> None:
    """Add the time that a call takes, and that of the processor."""
    began, processor = time.perf_counter(), time.process_time()
    call()
    taken.setdefault(name, []).append((time.perf_counter() - began, time.process_time() - processor))


def measured(kind: Any, chunks: int, folder: Path) -> dict[str, Any]:
    """Measure one store."""
    location = LocalIndex(folder)
    manifest = Manifest("none", HashEncoder.identity, Chunking(), complete=False, store=kind)
    location.save(manifest)
    taken: dict[str, list[tuple[float, float]]] = {}
    with closing(location.store(manifest)) as store:
        timed(taken, "write", lambda: write(store, 0, chunks))
    with closing(location.store(manifest)) as store:
        timed(taken, "ids", lambda: [store.ids(language) for language in ("ja", "en")])
        timed(taken, "inventory", store.inventory)
        figures = ask(store)
        timed(taken, "more", lambda: write(store, chunks, chunks + BATCH))
        assert store.count() == chunks + BATCH
    parts = {name: np.round(times[0], 2).tolist() for name, times in taken.items()}
    disk = sum(path.stat().st_size for path in (folder / kind).rglob("*") if path.is_file()) // 10**6
    return {"store": kind} | parts | figures | {"disk_mb": disk, "peak_mb": round(peak_megabytes())}


if __name__ == "__main__":
    count, *rest = sys.argv[1:] or ["20000"]
    if rest:
        print(json.dumps(measured(rest[0], int(count), Path(rest[1]))))
    else:
        for kept_in in STORES:
            with tempfile.TemporaryDirectory() as scratch:
                print(json.dumps(in_process_of_its_own(MODULE, count, kept_in, scratch)), flush=True)
