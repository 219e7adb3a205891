"""Measure the speed and memory of ingest: `python -m tests.benchmarks.ingest_rate real|memory|file|again [N...]`.

real [2000]: documents of 300 tokens (the mean of either language, titles not counted) with the bundled encoder; chunks
    a second end to end against what the encoder alone does with the same chunks in the same process.
memory [100000 [384 [1]]]: documents with an encoder that answers at once, vectors of so many dimensions, so many
    documents to a file (jsonl): the rate, and the peak memory against that of a tenth; on a server (where Chroma's
    memory is not ours), embedded, and Chroma alone given the same chunks. Chroma keeps all vectors in memory, so that
    with few dimensions the rest is seen better.
file [10 [300]]: one jsonl and one csv of so many megabytes, rows of some 500 bytes: how fast they are read and cut into
    chunks, and the peak memory, each in a process of its own.
again [10000]: a second run over the unchanged folder against the first, encoder that answers at once; and one file
    changed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ingest.documents import CorpusFile
from ingest.pipeline.batches import ChunkingOptions, file_pieces
from ingest.sync import sync
from rag.encoders.embeddings import open_encoder
from rag.index.chroma import ChromaServer, open_embedded
from rag.index.metadata import StoredChunk
from rag.index.store import ChunkStore
from rag.settings import Chunking
from tests.benchmarks.stand_in import (
    DIMENSIONS,
    InstantEncoder,
    in_process_of_its_own,
    make_corpus,
    make_table,
    peak_megabytes,
    use_instant_encoder,
)

MODULE = "tests.benchmarks.ingest_rate"
_LETTERS = (1440, 342)
_BATCH = 5000
"""Of an English and of a Japanese document of 300 tokens."""


def real(count: int, folder: Path) -> None:
    encoder = open_encoder("bundled")
    corpus = make_corpus(folder / "corpus", count, _LETTERS)
    files = sorted(corpus.rglob("*.txt"))
    options = ChunkingOptions(Chunking(), encoder.count_tokens, encoder.window)
    stream = file_pieces((CorpusFile(path.relative_to(corpus).as_posix(), path) for path in files), options)
    texts = [f"{chunk.title}\n{chunk.text}" for piece in stream for chunk in piece.chunks]
    tokens = sum(encoder.count_tokens([path.read_text(encoding="utf-8") for path in files]))
    encoder.encode(texts[:64])
    alone = [_seconds(lambda: encoder.encode(texts))]
    busy: list[float] = []
    encode = encoder.encode

    def timed(texts: Sequence[str]) -> np.ndarray:
        began = time.monotonic()
        vectors = encode(texts)
        busy.append(time.monotonic() - began)
        return vectors

    encoder.encode = timed  # type: ignore[method-assign]
    whole = _seconds(lambda: sync(corpus, folder / "index"))
    encoder.encode = encode  # type: ignore[method-assign]
    alone.append(_seconds(lambda: encoder.encode(texts)))
    encoding = sum(alone) / 2
    print(f"{count} documents, {len(texts)} chunks, {tokens / count:.0f} tokens a document")
    print(f"encoder alone {len(texts) / encoding:.1f} chunks/s (before and after: {alone[0]:.1f} s, {alone[1]:.1f} s)")
    print(f"end to end    {len(texts) / whole:.1f} chunks/s ({whole:.1f} s): {encoding / whole:.2f} of the encoder's")
    print(f"in that time the encoder was at work {sum(busy) / whole:.2f} of it whatever else the machine did")
    again = _seconds(lambda: sync(corpus, folder / "index"))
    print(f"second run    {again:.2f} s: {whole / again:.0f} times as fast")


def memory(count: int, folder: Path, dimensions: int = DIMENSIONS, in_a_file: int = 1) -> None:
    from tests.sites import chroma_server

    few = make_corpus(folder / "few", count // 10, in_a_file=in_a_file)
    many = make_corpus(folder / "many", count, in_a_file=in_a_file)
    for way in ("server", "embedded", "chroma alone"):
        if way == "server":
            with chroma_server(folder) as url:
                figures = [in_process_of_its_own(MODULE, way, one, url, dimensions) for one in (few, many)]
        else:
            figures = [
                in_process_of_its_own(MODULE, way, one, folder / f"{way}-{one.name}", dimensions) for one in (few, many)
            ]
        for one in figures:
            print(f"{way:<13} {one['chunks']:>7} chunks, {one['chunks'] / one['seconds']:.0f}/s, {one['peak']:.0f} MB")
        print(f"{way:<13} peak memory {figures[1]['peak'] / figures[0]['peak']:.2f} times that of a tenth", flush=True)


def again(count: int, folder: Path) -> None:
    corpus = make_corpus(folder / "corpus", count)
    first, second = (in_process_of_its_own(MODULE, "embedded", corpus, folder / "index") for _ in range(2))
    (corpus / "000" / "000000.txt").write_text("A sentence that is new.", encoding="utf-8")
    third = in_process_of_its_own(MODULE, "embedded", corpus, folder / "index")
    print(f"{count} documents: first run {first['seconds']:.1f} s, second {second['seconds']:.2f} s,", end=" ")
    print(f"{first['seconds'] / second['seconds']:.0f} times as fast; with one file changed {third['seconds']:.2f} s")


def file(*sizes: int, folder: Path) -> None:
    for ending in ("jsonl", "csv"):
        for size in sizes or (10, 300):
            one = in_process_of_its_own(MODULE, "reading", make_table(folder / f"{size}.{ending}", size), "-")
            print(f"{ending:<5} {size:>4} MB {one['chunks']:>7} chunks, {one['seconds']:.0f} s, {one['peak']:.0f} MB")


def one_run(way: str, corpus: Path, place: str, dimensions: int = DIMENSIONS) -> None:
    """For a process of its own."""
    use_instant_encoder(dimensions)
    began = time.monotonic()
    if way == "reading":
        options = ChunkingOptions(Chunking(), InstantEncoder(dimensions).count_tokens, 512)
        chunks = sum(len(piece.chunks) for piece in file_pieces([CorpusFile(corpus.name, corpus)], options))
    elif way == "chroma alone":
        chunks = _chroma_alone(corpus, Path(place), InstantEncoder(dimensions))
    else:
        server = ChromaServer(place, collection=f"bench-{corpus.name}") if way == "server" else None
        chunks = sync(corpus, Path(place), server=server).chunks
    print(json.dumps({"chunks": chunks, "seconds": time.monotonic() - began, "peak": peak_megabytes()}))


def _chroma_alone(corpus: Path, index: Path, encoder: InstantEncoder) -> int:
    """Write the same chunks straight into a collection, some thousands at a time."""
    store = ChunkStore(open_embedded(index))
    paths = (path for path in sorted(corpus.rglob("*")) if path.is_file())
    stream = file_pieces(
        (CorpusFile(path.name, path) for path in paths), ChunkingOptions(Chunking(), encoder.count_tokens, 512)
    )
    batch: list[StoredChunk] = []
    for piece in stream:
        batch += [StoredChunk(chunk, piece.source) for chunk in piece.chunks]
        if len(batch) >= _BATCH:
            store.upsert(batch, encoder.encode([entry.chunk.text for entry in batch]))
            batch = []
    store.upsert(batch, encoder.encode([entry.chunk.text for entry in batch]))
    return store.count()


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    parts = {"real": (real, 2000), "memory": (memory, 100_000), "again": (again, 10_000)}
    if what == "file":
        with tempfile.TemporaryDirectory() as scratch:
            file(*map(int, rest), folder=Path(scratch))
    elif what in parts:
        part, usual = parts[what]
        count, *more = map(int, rest or [usual])
        with tempfile.TemporaryDirectory() as scratch:
            part(count, Path(scratch), *more)
    else:
        one_run(what, Path(rest[0]), rest[1], *map(int, rest[2:]))
