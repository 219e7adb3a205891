"""The files of a plan into a Chroma server by the workers of a Ray cluster.

Tasks read and split groups of files, actors encode, others write the chunks. This process alone marks and completes
files, in the order of each group's batches, when all before are written: what was killed is repaired by the next sync.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from ingest.documents import CorpusFile, open_file
from ingest.formats import ReadOptions
from ingest.pipeline.batches import Batch, ChunkingOptions, FilePiece, batches
from ingest.pipeline.writer import (
    EncodedBatch,
    Progress,
    WriteOutcome,
    complete_files,
    encode_batch,
    write_chunks,
)
from ingest.plan import SyncPlan
from ingest.remote import RemoteFile, file_size
from rag.cluster import Cluster, RaySettings, Step, open_cluster
from rag.encoders.embeddings import Encoder
from rag.errors import ClusterFailed, UnreadableDocument
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
_RESUME = "Run the command again; finished work is kept."


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
    """A batch, the n-th of its group; `embedded` is the number of its new chunks once they are written.

    `before` and `after` identify what its task had read of the group before and after this batch.
    """

    group: int
    number: int
    encoded: EncodedBatch
    embedded: int = 0
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class _InOrder:
    """Batches by group, of which each has to wait for those before it."""

    where: str
    waiting: dict[int, dict[int, _Numbered]] = field(default_factory=dict)
    following: dict[int, int] = field(default_factory=dict)
    read: dict[int, str] = field(default_factory=dict)

    def add(self, item: _Numbered) -> Iterator[_Numbered]:
        """Yield the batches for which there is nothing more to wait.

        Raises ClusterFailed where a task was done again and read other than it had: its batches do not fit together.
        """
        waiting = self.waiting.setdefault(item.group, {})
        waiting[item.number] = item
        while (number := self.following.get(item.group, 0)) in waiting:
            ready = waiting.pop(number)
            if ready.before != self.read.get(item.group, ""):
                raise ClusterFailed(
                    "Documents changed while the work of a lost worker was done again", where=self.where, do=_RESUME
                )
            self.following[item.group], self.read[item.group] = number + 1, ready.after
            yield ready


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
    _unmark(plan, store, check)
    order = _InOrder(ray.address)
    with (
        open_cluster(ray.address) as cluster,
        closing(cluster.run(_groups(plan), _steps(cluster, ray, settings))) as stream,
    ):
        for written in stream:
            check()  # also where nothing is ready: the workers go on writing until this stops them
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
            do=_RESUME,
        )
    outcome.sort([file.source for file in plan.work])
    return outcome


def _unmark(plan: SyncPlan, store: ChunkStore, check: Callable[[], None]) -> None:
    """Take the marks off all files that will change, before any of them does: a task may be done twice."""
    changed = [file.source for file in plan.work if file.source in plan.present]
    for start in range(0, len(changed), _FILES_AT_ONCE):
        heads = store.marked_chunks(changed[start : start + _FILES_AT_ONCE])
        check()
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
    absolute = tuple(
        file if isinstance(file, RemoteFile) else replace(file, root=os.path.abspath(file.root)) for file in files
    )
    return _Group(number, absolute, plan.present.intersection(file.source for file in absolute))


def _steps(cluster: Cluster, ray: RaySettings, settings: WorkerSettings) -> list[Step]:
    cores = max(1, min(ray.cores, cluster.processors - 1))
    settings = replace(settings, ray=replace(ray, cores=cores))
    readers = 1.0 if cluster.gpus else _READER_SHARE
    # An encoder keeps what it takes: all of a machine's only processor would leave no room to read.
    encoders = 0 if cluster.gpus else 1 - _READER_SHARE if cluster.processors == 1 else cores
    return [
        Step("Read", lambda: _reader(settings), readers, lasting=False),
        Step("Encode", lambda: _encoder(settings), encoders, gpus=min(1, cluster.gpus)),
        Step("Write", lambda: _writer(settings), 0, workers=_WRITERS),
    ]


def _reader(settings: WorkerSettings) -> Callable[[_Group], Iterator[_Numbered]]:
    encoder, store = settings.encoder(), settings.store()
    how = ChunkingOptions(
        settings.manifest.chunking, encoder.count_tokens, encoder.window, settings.reading, tokens=settings.ray.tokens
    )

    def read(group: _Group) -> Iterator[_Numbered]:
        _require_documents(group.files)
        yield from _numbered(group.number, batches(group.files, how, store, group.present))

    return read


def _numbered(group: int, made: Iterable[Batch]) -> Iterator[_Numbered]:
    """Yield batches without their chunks, but with what identifies them where a task is done again."""
    after = ""
    for number, batch in enumerate(made):
        before, after = after, _identity(after, batch.pieces)
        pieces = tuple(replace(piece, chunks=()) for piece in batch.pieces)
        yield _Numbered(group, number, EncodedBatch(replace(batch, pieces=pieces)), before=before, after=after)


def _require_documents(files: Sequence[CorpusFile]) -> None:
    """Raise ClusterFailed if none can be opened here: the machine that made the plan has just read them all.

    As failures of files their chunks would be deleted from the index.
    """
    for file in files:
        if isinstance(file, RemoteFile):  # a store that cannot be reached ends the run in any case
            return
        with suppress(UnreadableDocument), open_file(file):
            return
    raise ClusterFailed(
        Message("The machine {machine} of the Ray cluster cannot open the documents", machine=platform.node()),
        where=files[0].root,
        do="Every machine that reads needs them under this path. Then run the command again; finished work is kept.",
    )


def _identity(before: str, pieces: Iterable[FilePiece]) -> str:
    """Return a hash of these pieces and what was read before them."""
    read = [(piece.source, piece.start, piece.chunks, piece.last, piece.state) for piece in pieces]
    return hashlib.sha256(f"{before}{read}".encode(errors="surrogatepass")).hexdigest()


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
