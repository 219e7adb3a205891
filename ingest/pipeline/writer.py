"""Brings files into the chunk store: read and cut in one thread, encoded in this one, written in a third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.documents import CorpusFile
from ingest.formats import ReadOptions
from ingest.pipeline.background import Behind, ahead
from ingest.pipeline.batches import Batch, Cutting, Piece, batches
from ingest.plan import Plan
from rag.encoders.embeddings import Encoder
from rag.index.manifest import SourceState
from rag.index.store import ChunkStore
from rag.records import Failure
from rag.settings import Chunking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]
_AHEAD, _BEHIND = 2, 2


@dataclass(slots=True)
class Outcome:
    """What became of the files: in the index, or failed as a whole; and what failed of those that are in the index."""

    states: dict[str, SourceState] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    failed_parts: list[Failure] = field(default_factory=list)
    embedded: int = 0
    _parts: list[Failure] = field(default_factory=list)

    def note(self, piece: Piece) -> None:
        """Take in what a piece says; of a file of which nothing can be read, only that is kept."""
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
    """`vectors` are those of `batch.new`, shape (chunks, dimensions)."""

    batch: Batch
    vectors: NDArray[np.float32]


def write_files(
    plan: Plan,
    store: ChunkStore,
    encoder: Encoder,
    chunking: Chunking,
    options: ReadOptions,
    check: Callable[[], None],
    progress: Progress | None,
) -> Outcome:
    """Bring the files of a plan into the store; `check` raises where this process may not write any more.

    What is encoded is written also where the reading or encoding of more fails.
    """
    outcome = Outcome()
    total = sum(_size(file) for file in plan.work)
    done = 0

    def write(encoded: list[_Encoded]) -> None:
        nonlocal done
        check()
        apply(encoded, store)
        for one in encoded:
            outcome.embedded += len(one.batch.new)
            for piece in one.batch.pieces:
                done += piece.size
                outcome.note(piece)
        if progress is not None:
            progress(min(done, total), total)

    if progress is not None and plan.work:
        progress(0, total)
    # The window is asked for here, so that the model is loaded before two threads want it.
    cutting = Cutting(chunking, encoder.count_tokens, encoder.window if plan.work else 0, options)
    made = ahead(batches(plan.work, cutting, store, plan.present), _AHEAD)
    with closing(made), Behind(write, _BEHIND) as writer:
        for batch in made:
            texts = [f"{entry.chunk.title}\n{entry.chunk.text}" for entry in batch.new]
            writer.put(_Encoded(batch, encoder.encode(texts)))
    return outcome


def apply(encoded: Sequence[_Encoded], store: ChunkStore) -> None:
    """Write batches that follow each other: for all of them one kind of change before the next kind."""
    import numpy as np

    several = [one.batch for one in encoded]
    store.set_markers({head: None for batch in several for head in batch.unmark})
    new = [one for one in encoded if one.batch.new]
    if new:
        entries = [entry for one in new for entry in one.batch.new]
        store.upsert(entries, np.concatenate([one.vectors for one in new]))
    store.update_metadata([entry for batch in several for entry in batch.described])
    store.delete([chunk_id for batch in several for chunk_id in batch.stale])
    store.set_markers({head: state for batch in several for head, state in batch.marks.items()})


def _size(file: CorpusFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
