"""Files into the chunk store: read and split in one thread, encoded in the caller's, written in a third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.formats import ReadOptions
from ingest.pipeline.background import BackgroundWriter, prefetch
from ingest.pipeline.batches import Batch, ChunkingOptions, FilePiece, batches
from ingest.plan import SyncPlan
from ingest.remote import file_size
from rag.encoders.embeddings import Encoder
from rag.index.manifest import SourceState
from rag.index.store import ChunkStore
from rag.records import Failure
from rag.settings import Chunking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]
_PREFETCHED, _UNWRITTEN = 2, 2  # batches


@dataclass(slots=True)
class WriteOutcome:
    """The files that are in the index now, those that failed as a whole, and the failed parts of the former."""

    states: dict[str, SourceState] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    embedded: int = 0
    _parts: dict[str, list[Failure]] = field(default_factory=dict)

    @property
    def failed_parts(self) -> list[Failure]:
        """The failed parts of the files in the index, file by file."""
        return [part for source in self.states for part in self._parts.get(source, ())]

    def note(self, piece: FilePiece) -> None:
        """Record a piece, after those of its file before it. Of a file that cannot be read, only that is kept."""
        if piece.failed:
            self._parts.setdefault(piece.source, []).extend(piece.failed)
        if piece.last and piece.state is not None:
            self.states[piece.source] = piece.state
        elif piece.last:
            parts = self._parts.pop(piece.source, ())
            self.failed += [failure for failure in parts if failure.subject == piece.source]

    def sort(self, sources: Sequence[str]) -> None:
        """Order everything by these files."""
        place = {source: number for number, source in enumerate(sources)}
        self.states = dict(sorted(self.states.items(), key=lambda item: place[item[0]]))
        self.failed.sort(key=lambda failure: place[failure.subject])


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch and the vectors of `batch.new`, shape (chunks, dimensions); None if nothing is new."""

    batch: Batch
    vectors: NDArray[np.float32] | None = None


def encode_batch(batch: Batch, encoder: Encoder) -> EncodedBatch:
    """Return a batch with the vectors of its new chunks, each encoded with its title."""
    if not batch.new:
        return EncodedBatch(batch)
    return EncodedBatch(batch, encoder.encode([f"{entry.chunk.title}\n{entry.chunk.text}" for entry in batch.new]))


def write_files(
    plan: SyncPlan,
    store: ChunkStore,
    encoder: Encoder,
    chunking: Chunking,
    options: ReadOptions,
    check: Callable[[], None],
    progress: Progress | None,
) -> WriteOutcome:
    """Bring the files of a plan into the store; `check` raises if this process may no longer write.

    Batches that are encoded are written even if reading or encoding later ones fails.
    """
    outcome = WriteOutcome()
    total = sum(file_size(file) for file in plan.work)
    done = 0

    def write(encoded: list[EncodedBatch]) -> None:
        nonlocal done
        check()
        apply(encoded, store)
        for item in encoded:
            outcome.embedded += len(item.batch.new)
            for piece in item.batch.pieces:
                done += piece.size
                outcome.note(piece)
        if progress is not None:
            progress(min(done, total), total)

    if progress is not None and plan.work:
        progress(0, total)
    # `window` loads the model, here and now: before two threads need it.
    how = ChunkingOptions(chunking, encoder.count_tokens, encoder.window if plan.work else 0, options)
    prefetched = prefetch(batches(plan.work, how, store, plan.present), _PREFETCHED)
    with closing(prefetched), BackgroundWriter(write, _UNWRITTEN) as writer:
        for batch in prefetched:
            writer.put(encode_batch(batch, encoder))
    return outcome


def apply(encoded: Sequence[EncodedBatch], store: ChunkStore) -> None:
    """Write consecutive batches: one kind of change for all of them before the next kind."""
    changes = [item.batch for item in encoded]
    store.set_markers({head: None for batch in changes for head in batch.unmark})
    write_chunks(encoded, store)
    complete_files(changes, store)


def write_chunks(encoded: Sequence[EncodedBatch], store: ChunkStore) -> None:
    """Write the chunks that are new and the metadata that changed: what can be done in any order, and twice."""
    import numpy as np

    vectors = [item.vectors for item in encoded if item.vectors is not None]
    if vectors:
        store.upsert([entry for item in encoded for entry in item.batch.new], np.concatenate(vectors))
    store.update_metadata([entry for item in encoded for entry in item.batch.described])


def complete_files(changes: Sequence[Batch], store: ChunkStore) -> None:
    """Delete the stale chunks and mark the files of batches whose chunks are written, as are those before them."""
    store.delete([chunk_id for batch in changes for chunk_id in batch.stale])
    store.set_markers({head: state for batch in changes for head, state in batch.marks.items()})
