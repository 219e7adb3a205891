"""Files into the chunk store: read and split in one thread, encoded in the caller's, written in a third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.documents import CorpusFile
from ingest.formats import ReadOptions
from ingest.pipeline.background import BackgroundWriter, prefetch
from ingest.pipeline.batches import Batch, ChunkingOptions, FilePiece, batches
from ingest.plan import SyncPlan
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
    failed_parts: list[Failure] = field(default_factory=list)
    embedded: int = 0
    _parts: list[Failure] = field(default_factory=list)

    def note(self, piece: FilePiece) -> None:
        """Record a piece. Of a file that cannot be read at all, only that failure is kept."""
        self._parts += piece.failed
        if not piece.last:
            return
        if piece.state is not None:
            self.states[piece.source] = piece.state
            self.failed_parts += self._parts
        else:
            self.failed += [failure for failure in self._parts if failure.subject == piece.source]
        self._parts.clear()


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A batch and the vectors of `batch.new`, shape (chunks, dimensions)."""

    batch: Batch
    vectors: NDArray[np.float32]


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
    total = sum(_size(file) for file in plan.work)
    done = 0

    def write(encoded: list[_Encoded]) -> None:
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
            texts = [f"{entry.chunk.title}\n{entry.chunk.text}" for entry in batch.new]
            writer.put(_Encoded(batch, encoder.encode(texts)))
    return outcome


def apply(encoded: Sequence[_Encoded], store: ChunkStore) -> None:
    """Write consecutive batches: one kind of change for all of them before the next kind."""
    import numpy as np

    changes = [item.batch for item in encoded]
    store.set_markers({head: None for batch in changes for head in batch.unmark})
    new = [item for item in encoded if item.batch.new]
    if new:
        entries = [entry for item in new for entry in item.batch.new]
        store.upsert(entries, np.concatenate([item.vectors for item in new]))
    store.update_metadata([entry for batch in changes for entry in batch.described])
    store.delete([chunk_id for batch in changes for chunk_id in batch.stale])
    store.set_markers({head: state for batch in changes for head, state in batch.marks.items()})


def _size(file: CorpusFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
