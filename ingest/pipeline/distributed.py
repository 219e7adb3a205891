"""The files of a plan into a Chroma server by the workers of a Ray cluster.

Tasks read and split groups of files, actors encode, others write the chunks. This process alone marks and completes
files, in the order of each group's batches, when all before are written: what was killed is repaired by the next sync.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from ingest.documents import CorpusFile
from ingest.formats import ReadOptions
from ingest.pipeline.batches import ChunkingOptions, batches
from ingest.pipeline.writer import (
    EncodedBatch,
    Progress,
    WriteOutcome,
    complete_files,
    encode_batch,
    file_size,
    write_chunks,
)
from ingest.plan import SyncPlan
from rag.cluster import Cluster, RaySettings, Step, open_cluster
from rag.encoders.embeddings import Encoder
from rag.errors import ClusterFailed
from rag.index.chroma import ChromaServer, open_server
from rag.index.manifest import Manifest, require_encoder
from rag.index.store import ChunkStore
from rag.messages import Message

_GROUP_BYTES, _GROUP_FILES = 4 << 20, 64
"""Files that one task reads: a file of more bytes is a group by itself."""
_FILES_AT_ONCE = 500
_READER_SHARE = 0.5
"""Of a processor, where encoders have no GPU: readers then wait for them most of the time."""
_WRITERS = 2
"""Workers that write to the server: it does one request after the other, and the next should be ready."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker on any machine needs: the server, how to open the encoder, and the index's settings."""

    server: ChromaServer
    open_encoder: Callable[[], Encoder]
    manifest: Manifest
    reading: ReadOptions
    ray: RaySettings = field(default_factory=RaySettings)

    def encoder(self) -> Encoder:
        """Open the encoder. Raises ModelUnavailable, and IndexMismatch if this machine has another one."""
        encoder = self.open_encoder()
        require_encoder(self.manifest, str(self.server), encoder.identity)
        return encoder

    def store(self) -> ChunkStore:
        """Connect to the server."""
        return ChunkStore(open_server(self.server), self.server.collection)


@dataclass(frozen=True, slots=True)
class _Group:
    """Files that one task reads, and those of them that have chunks in the index."""

    number: int
    files: tuple[CorpusFile, ...]
    present: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A batch, the n-th of its group; `embedded` is the number of its new chunks once they are written."""

    group: int
    number: int
    encoded: EncodedBatch
    embedded: int = 0


@dataclass(slots=True)
class _InOrder:
    """Batches by group, of which each has to wait for those before it."""

    waiting: dict[int, dict[int, _Numbered]] = field(default_factory=dict)
    following: dict[int, int] = field(default_factory=dict)

    def add(self, item: _Numbered) -> Iterator[_Numbered]:
        """Yield the batches for which there is nothing more to wait."""
        waiting = self.waiting.setdefault(item.group, {})
        waiting[item.number] = item
        while (number := self.following.get(item.group, 0)) in waiting:
            self.following[item.group] = number + 1
            yield waiting.pop(number)


def write_files_on_cluster(
    ray: RaySettings,
    settings: WorkerSettings,
    plan: SyncPlan,
    store: ChunkStore,
    check: Callable[[], None],
    progress: Progress | None,
) -> WriteOutcome:
    """Bring the files of a plan into the store as `write_files` does, by the workers of a cluster.

    Raises ClusterFailed, and whatever a worker raises.
    """
    outcome = WriteOutcome()
    if not plan.work:
        return outcome
    total, done, missing = sum(file_size(file) for file in plan.work), 0, len(plan.work)
    if progress is not None:
        progress(0, total)
    _unmark(plan, store)
    order = _InOrder()
    with (
        open_cluster(ray.address) as cluster,
        closing(cluster.run(_groups(plan), _steps(cluster, ray, settings))) as stream,
    ):
        for written in stream:
            for item in order.add(written):
                check()
                complete_files([item.encoded.batch], store)
                outcome.embedded += item.embedded
                for piece in item.encoded.batch.pieces:
                    done += piece.size
                    missing -= piece.last
                    outcome.note(piece)
            if progress is not None:
                progress(min(done, total), total)
    if missing:
        raise ClusterFailed(
            Message("The Ray cluster lost {missing} files", missing=missing),
            where=ray.address,
            do="Run the command again; finished work is kept.",
        )
    outcome.sort([file.source for file in plan.work])
    return outcome


def _unmark(plan: SyncPlan, store: ChunkStore) -> None:
    """Take the marks off all files that will change, before any of them does: a task may be done twice."""
    changed = [file.source for file in plan.work if file.source in plan.present]
    for start in range(0, len(changed), _FILES_AT_ONCE):
        heads = store.marked_chunks(changed[start : start + _FILES_AT_ONCE])
        store.set_markers(dict.fromkeys(heads))


def _groups(plan: SyncPlan) -> Iterator[_Group]:
    files: list[CorpusFile] = []
    size = number = 0
    for file in plan.work:
        weight = file_size(file)
        if files and (size + weight > _GROUP_BYTES or len(files) == _GROUP_FILES):
            yield _group(number, files, plan)
            files, size, number = [], 0, number + 1
        files.append(file)
        size += weight
    yield _group(number, files, plan)


def _group(number: int, files: Iterable[CorpusFile], plan: SyncPlan) -> _Group:
    # Absolute, as workers start elsewhere.
    absolute = tuple(replace(file, root=os.path.abspath(file.root)) for file in files)
    return _Group(number, absolute, plan.present.intersection(file.source for file in absolute))


def _steps(cluster: Cluster, ray: RaySettings, settings: WorkerSettings) -> list[Step]:
    cores = max(1, min(ray.cores, cluster.processors - 1))
    settings = replace(settings, ray=replace(ray, cores=cores))
    readers = 1.0 if cluster.gpus else _READER_SHARE
    encode = Step("Encode", lambda: _encoder(settings), 0 if cluster.gpus else cores, gpus=min(1, cluster.gpus))
    return [
        Step("Read", lambda: _reader(settings), readers, lasting=False),
        encode,
        Step("Write", lambda: _writer(settings), 0, workers=_WRITERS),
    ]


def _reader(settings: WorkerSettings) -> Callable[[_Group], Iterator[_Numbered]]:
    encoder, store = settings.encoder(), settings.store()
    how = ChunkingOptions(
        settings.manifest.chunking, encoder.count_tokens, encoder.window, settings.reading, tokens=settings.ray.tokens
    )

    def read(group: _Group) -> Iterator[_Numbered]:
        for number, batch in enumerate(batches(group.files, how, store, group.present)):
            pieces = tuple(replace(piece, chunks=()) for piece in batch.pieces)
            yield _Numbered(group.number, number, EncodedBatch(replace(batch, pieces=pieces)))

    return read


def _encoder(settings: WorkerSettings) -> Callable[[_Numbered], Iterator[_Numbered]]:
    os.environ["OMP_NUM_THREADS"] = str(settings.ray.cores)  # read when PyTorch is loaded, at the first text
    encoder = settings.encoder()

    def encode(item: _Numbered) -> Iterator[_Numbered]:
        yield replace(item, encoded=encode_batch(item.encoded.batch, encoder))

    return encode


def _writer(settings: WorkerSettings) -> Callable[[_Numbered], Iterator[_Numbered]]:
    store = settings.store()

    def write(item: _Numbered) -> Iterator[_Numbered]:
        write_chunks([item.encoded], store)
        batch = item.encoded.batch
        written = EncodedBatch(replace(batch, new=[], described=[]))
        yield replace(item, encoded=written, embedded=len(batch.new))

    return write
