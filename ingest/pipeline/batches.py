"""A stream of files as batches of chunks, each batch compared with the chunks in the index.

Memory does not grow with the corpus: of a file only one document is kept and, if the file is in the index already, the
ids of its chunks there (see `ingest.pipeline.remaining_ids`).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from ingest.chunking import TokenCounter, split
from ingest.documents import CorpusFile, digest, failure, fingerprint_of, open_file
from ingest.formats import ReadOptions
from ingest.pipeline.reading import read_documents
from ingest.pipeline.remaining_ids import RemainingIds
from ingest.remote import local_copy, version_of
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
"""Minimum chunks per batch, except for the last, where tokens are not counted."""


@dataclass(frozen=True, slots=True)
class ChunkingOptions:
    """Settings for reading and splitting: chunk sizes, the encoder's token counter, and its window in tokens.

    `tokens` is the minimum tokens per batch, except for the last; None counts chunks instead.
    """

    chunking: Chunking
    count: TokenCounter
    window: int
    reading: ReadOptions = field(default_factory=ReadOptions)
    tokens: int | None = None

    @property
    def full(self) -> int:
        """The weight of a full batch."""
        return BATCH if self.tokens is None else self.tokens

    def weights(self, chunks: Sequence[Chunk]) -> list[int]:
        """Return what each chunk counts in a batch."""
        return [1] * len(chunks) if self.tokens is None else self.count([chunk.text for chunk in chunks])


@dataclass(frozen=True, slots=True)
class FilePiece:
    """Consecutive chunks of one file, and the failures among them.

    `start` is the number of the file's chunks before. The last piece has the `state`: the file as it will be in the
    index, or None if it cannot be in there. `size` is the piece's share of the file's bytes, for progress, and `weight`
    what it counts in a batch: a piece without chunks counts too, so that progress is shown.
    """

    source: str
    start: int
    chunks: tuple[Chunk, ...]
    failed: tuple[Failure, ...]
    last: bool
    state: SourceState | None
    size: int
    weight: int = 1


@dataclass(slots=True)
class Batch:
    """The changes to the index for some pieces, in the order in which they must be made.

    `unmark`: first chunks of files about to change. `new`: chunks to embed and write. `described`: chunks whose
    metadata changes. `stale`: ids to delete. `marks`: the completion marker of each file that is
    complete by then, by the id of its first chunk.
    """

    pieces: tuple[FilePiece, ...]
    unmark: list[str] = field(default_factory=list)
    new: list[StoredChunk] = field(default_factory=list)
    described: list[StoredChunk] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    marks: dict[str, SourceState | None] = field(default_factory=dict)


def batches(
    files: Iterable[CorpusFile], options: ChunkingOptions, store: ChunkStore, present: Container[str]
) -> Iterator[Batch]:
    """Yield the files as batches, compared with the store, which has chunks of files in `present` only."""
    compare = _Comparison(store, present)
    group: list[FilePiece] = []
    for piece in file_pieces(files, options):
        group.append(piece)
        if sum(piece.weight for piece in group) >= options.full:
            yield compare.batch(tuple(group))
            group = []
    if group:
        yield compare.batch(tuple(group))


def file_pieces(files: Iterable[CorpusFile], options: ChunkingOptions) -> Iterator[FilePiece]:
    """Yield each file as one or more pieces."""
    for file in files:
        try:
            with local_copy(file) as local, open_file(local) as stream:
                identity = fingerprint_of(local, digest(local, stream), options.reading)
                yield from _of_file(local, stream, identity, options)
        except UnreadableDocument as error:
            yield FilePiece(file.source, 0, (), (failure(file.source, error),), last=True, state=None, size=0)


def _of_file(file: CorpusFile, stream: BinaryIO, identity: str, options: ChunkingOptions) -> Iterator[FilePiece]:
    """Yield the pieces of a file. If it changes meanwhile, its `identity` differs and it is read again next time."""
    file_size = os.fstat(stream.fileno()).st_size
    chunks = _Weighed()
    failed: list[Failure] = []
    start = failures = reported = size = 0
    for document in read_documents(file, stream, options.reading):
        if isinstance(document, Failure):
            failed.append(document)
        else:
            new = split(document, options.chunking, options.count, options.window)
            chunks.add(new, options.weights(new))
            size += len(document.text)
        while chunks.weight > options.full or len(failed) > BATCH:
            part, weight = chunks.take(options.full)
            now = min(size, file_size)
            yield FilePiece(file.source, start, part, tuple(failed), False, None, now - reported, weight)
            start, failures, reported, failed = start + len(part), failures + len(failed), now, []
    total = start + len(chunks.chunks)
    version = version_of(file, options.reading)
    state = SourceState(identity, total, failures + len(failed), version) if total else None
    rest, weight = chunks.take(options.full)
    yield FilePiece(file.source, start, rest, tuple(failed), True, state, file_size - reported, weight)


class _Weighed:
    """Chunks that wait, in order, with their weights."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.weight = 0
        self._weights: list[int] = []

    def add(self, chunks: Sequence[Chunk], weights: Sequence[int]) -> None:
        """Add chunks at the end."""
        self.chunks += chunks
        self._weights += weights
        self.weight += sum(weights)

    def take(self, full: int) -> tuple[tuple[Chunk, ...], int]:
        """Remove the first chunks, of at most this weight but at least one; return them and their weight, 1 or more."""
        end = sum(total <= full for total in itertools.accumulate(self._weights)) or min(1, len(self.chunks))
        taken, weight = tuple(self.chunks[:end]), sum(self._weights[:end])
        del self.chunks[:end], self._weights[:end]
        self.weight -= weight
        return taken, max(1, weight)


class _Comparison:
    """Compares pieces with the store; for a file of several pieces, remembers what remains to be done."""

    def __init__(self, store: ChunkStore, present: Container[str]) -> None:
        self._store = store
        self._present = present
        self._remaining: dict[str, RemainingIds] = {}
        self._heads: dict[str, str] = {}

    def batch(self, group: tuple[FilePiece, ...]) -> Batch:
        """Return the changes for these pieces."""
        batch = Batch(group)
        begun = [piece.source for piece in group if piece.start == 0 and piece.source in self._present]
        batch.unmark = self._store.marked_chunks(begun)
        ids_of: dict[str, list[NDArray[np.bytes_]]] = {source: [] for source in begun}
        for source, ids in self._store.packed_ids(begun):
            ids_of[source].append(ids)
        self._remaining.update((source, RemainingIds(ids)) for source, ids in ids_of.items())
        known = self._store.stored_chunks(
            [chunk.id for piece in group for chunk in piece.chunks if chunk.id in self._remaining.get(piece.source, ())]
        )
        for piece in group:
            self._add(piece, known, batch)
        return batch

    def _add(self, piece: FilePiece, known: dict[str, StoredChunk], batch: Batch) -> None:
        remaining = self._remaining.get(piece.source)
        at_once = remaining is None and piece.last and piece.start == 0
        for position, chunk in enumerate(piece.chunks, piece.start):
            if position == 0:
                self._heads[piece.source] = chunk.id
            entry = StoredChunk(chunk, piece.source, piece.state if at_once and position == 0 else None)
            if remaining is not None:
                remaining.discard(chunk.id)
            if chunk.id not in known:
                batch.new.append(entry)
            elif replace(known[chunk.id], marker=None) != entry:
                batch.described.append(entry)
        if piece.last:
            if remaining is not None:
                batch.stale += self._remaining.pop(piece.source).ids()
            head = self._heads.pop(piece.source, None)
            if head is not None and not at_once:
                batch.marks[head] = piece.state
