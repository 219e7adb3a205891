"""The documents of files as a stream of chunks in batches, each compared with what the index holds already.

Nothing here grows with the corpus, and of a file no more is kept than one document and, where it is in the index
already, the ids of its chunks there (see `ingest.pipeline.remaining_ids`).
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from ingest.chunking import Counter, split
from ingest.documents import CorpusFile, digest, documents, failure, fingerprint_of, opened
from ingest.formats import ReadOptions
from ingest.pipeline.remaining_ids import Left
from rag.errors import UnreadableDocument
from rag.index.manifest import SourceState
from rag.index.metadata import StoredChunk
from rag.index.store import ChunkStore
from rag.records import Chunk, Failure
from rag.settings import Chunking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 1024
"""How many chunks go on together, at least, where there are so many."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """How files are read and documents cut: the sizes, the encoder's count of tokens, and its window in tokens."""

    chunking: Chunking
    count: Counter
    window: int
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class Piece:
    """Chunks of one file that follow each other, and what failed among them.

    `start` counts the file's chunks before. `state` comes with the last piece: the file as it will be in the index, or
    None where nothing of it can be. `size` is the share of the file's bytes, for progress.
    """

    source: str
    start: int
    chunks: tuple[Chunk, ...]
    failed: tuple[Failure, ...]
    last: bool
    state: SourceState | None
    size: int


@dataclass(slots=True)
class Batch:
    """What has to be done for some pieces, in the order in which it must be done.

    `unmark`: heads of files about to change. `new`: chunks to embed and write. `described`: chunks that are there, of
    which something else is to be said. `stale`: ids to delete. `marks`: heads of files that are whole by then.
    """

    pieces: tuple[Piece, ...]
    unmark: list[str] = field(default_factory=list)
    new: list[StoredChunk] = field(default_factory=list)
    described: list[StoredChunk] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    marks: dict[str, SourceState | None] = field(default_factory=dict)


def batches(
    files: Iterable[CorpusFile], cutting: Cutting, store: ChunkStore, present: Container[str]
) -> Iterator[Batch]:
    """The files as batches, compared with the store, which may have chunks of the files in `present` only."""
    compare = _Comparison(store, present)
    group: list[Piece] = []
    for piece in pieces(files, cutting):
        group.append(piece)
        # A file that comes to nothing weighs something too, so that progress does not stand still.
        if sum(max(1, len(one.chunks)) for one in group) >= BATCH:
            yield compare.batch(tuple(group))
            group = []
    if group:
        yield compare.batch(tuple(group))


def pieces(files: Iterable[CorpusFile], cutting: Cutting) -> Iterator[Piece]:
    """Each file as one piece or several."""
    for file in files:
        try:
            with opened(file) as stream:
                identity = fingerprint_of(file, digest(file, stream), cutting.options)
                yield from _of_file(file, stream, identity, cutting)
        except UnreadableDocument as error:
            yield Piece(file.source, 0, (), (failure(file.source, error),), last=True, state=None, size=0)


def _of_file(file: CorpusFile, stream: BinaryIO, identity: str, cutting: Cutting) -> Iterator[Piece]:
    """The pieces of a file; should that change meanwhile, it has another `identity` and is read again next time."""
    weight = os.fstat(stream.fileno()).st_size
    chunks: list[Chunk] = []
    failed: list[Failure] = []
    start = failures = told = size = 0
    for document in documents(file, stream, cutting.options):
        if isinstance(document, Failure):
            failed.append(document)
        else:
            chunks += split(document, cutting.chunking, cutting.count, cutting.window)
            size += len(document.text)
        while len(chunks) > BATCH or len(failed) > BATCH:
            part, chunks = tuple(chunks[:BATCH]), chunks[BATCH:]
            now = min(size, weight)
            yield Piece(file.source, start, part, tuple(failed), last=False, state=None, size=now - told)
            start, failures, told, failed = start + len(part), failures + len(failed), now, []
    total = start + len(chunks)
    state = SourceState(identity, total, failures + len(failed)) if total else None
    yield Piece(file.source, start, tuple(chunks), tuple(failed), last=True, state=state, size=weight - told)


class _Comparison:
    """Compares pieces with the store; remembers, for a file that comes in several, what is still to be done."""

    def __init__(self, store: ChunkStore, present: Container[str]) -> None:
        self._store = store
        self._present = present
        self._left: dict[str, Left] = {}
        self._heads: dict[str, str] = {}

    def batch(self, group: tuple[Piece, ...]) -> Batch:
        """What has to be done for these pieces."""
        batch = Batch(group)
        begun = [piece.source for piece in group if piece.start == 0 and piece.source in self._present]
        batch.unmark = self._store.marked_chunks(begun)
        held: dict[str, list[NDArray[np.bytes_]]] = {source: [] for source in begun}
        for source, ids in self._store.packed_ids(begun):
            held[source].append(ids)
        self._left.update((source, Left(ids)) for source, ids in held.items())
        known = self._store.stored_chunks(
            [chunk.id for one in group if one.source in self._left for chunk in one.chunks if self._has(one, chunk)]
        )
        for piece in group:
            self._one(piece, known, batch)
        return batch

    def _has(self, piece: Piece, chunk: Chunk) -> bool:
        return chunk.id in self._left[piece.source]

    def _one(self, piece: Piece, known: dict[str, StoredChunk], batch: Batch) -> None:
        left = self._left.get(piece.source)
        at_once = left is None and piece.last and piece.start == 0
        for position, chunk in enumerate(piece.chunks, piece.start):
            if position == 0:
                self._heads[piece.source] = chunk.id
            entry = StoredChunk(chunk, piece.source, piece.state if at_once and position == 0 else None)
            if left is not None:
                left.discard(chunk.id)
            if chunk.id not in known:
                batch.new.append(entry)
            elif replace(known[chunk.id], marker=None) != entry:
                batch.described.append(entry)
        if piece.last:
            if left is not None:
                batch.stale += self._left.pop(piece.source).ids()
            head = self._heads.pop(piece.source, None)
            if head is not None and not at_once:
                batch.marks[head] = piece.state
