"""Makes an index say what a folder says: new files added, changed ones replaced, deleted ones removed.

Killed at any point, the next run repairs it. New chunks are written before old ones are deleted; every chunk carries
the hash of its file and how many chunks that file has, so that what Chroma holds tells which documents are whole. The
manifest says `complete: false` from before the first change until after the last one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.find import Found, Selection, find
from ingest.formats import ReadOptions
from ingest.load import CorpusFile, LoadedDocument, documents, failure, fingerprint, read, sha256
from ingest.split import split
from rag.encoder import Encoder, open_encoder
from rag.errors import IndexMismatch, IndexMissing, UnreadableDocument
from rag.index import derive, store_folder, writing
from rag.manifest import REBUILD, Manifest, SourceState, load_manifest, require
from rag.records import Chunk, Failure
from rag.settings import DEFAULT_ENCODER, Chunking
from rag.store import ChunkStore

Progress = Callable[[int, int], None]
_CHUNKS_A_BATCH = 256


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, by file. added + changed + unchanged + failed = files found.

    `failed_parts` are pages, rows and lines that could not be read of files that otherwise were; `ignored` are files of
    other kinds, `excluded` what patterns leave out.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    failed_parts: tuple[Failure, ...]
    ignored: tuple[str, ...]
    excluded: tuple[str, ...]
    chunks: int
    embedded: int
    seconds: float

    @property
    def found(self) -> int:
        """How many files of a kind that kotae reads the folder holds."""
        return len(self.added) + len(self.changed) + len(self.unchanged) + len(self.failed)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"found": self.found}

    def text(self) -> str:
        """A line of counts, then one for every file that failed or is of a kind that kotae does not read."""
        counts = (
            f"{self.found} files: {len(self.added)} added, {len(self.changed)} changed, "
            f"{len(self.unchanged)} unchanged, {len(self.failed)} failed; {len(self.removed)} removed; "
            f"{len(self.failed_parts)} parts of files failed; {len(self.excluded)} excluded; "
            f"{self.chunks} chunks, {self.embedded} of them embedded now ({self.seconds:.1f} s)"
        )
        failures = [f"failed: {one.message}" for one in (*self.failed, *self.failed_parts)]
        return "\n".join([counts, *failures, *(f"not read (other kind of file): {source}" for source in self.ignored)])


def sync(
    corpus: Path,
    folder: Path,
    *,
    encoder_name: str | None = None,
    chunking: Chunking | None = None,
    selection: Selection | None = None,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the index in `folder` up to date with the documents in `corpus`.

    `encoder_name` and `chunking` default to those of an index that is there, else to the bundled encoder and the
    default sizes. What `selection` leaves out goes from the index too. `progress(done, total)` counts files to embed.
    Raises CorpusError, EmptyCorpus, SettingsError, IndexMismatch, IndexBusy, IndexDamaged, ModelUnavailable.
    """
    began = time.monotonic()
    found = find(corpus, selection)
    options = options or ReadOptions()
    with writing(folder):
        manifest = _manifest(folder, encoder_name, chunking)
        encoder = open_encoder(encoder_name or manifest.encoder_name)
        require(manifest, folder, encoder.identity)
        with closing(ChunkStore(store_folder(folder))) as store:
            stored = manifest.sources if manifest.complete else _whole(store)
            plan = _plan(found, stored, options)
            embedded = 0
            if plan.work or plan.removed or not manifest.complete:
                replace(manifest, complete=False).save(folder)
                written = _write(plan, store, encoder, manifest.chunking, options, progress)
                embedded = sum(state.chunks for state in written.states.values())
                manifest = _finish(folder, manifest, store, plan, written)
                plan = replace(plan, failed=(*plan.failed, *written.failed), parts=(*plan.parts, *written.parts))
            derive(folder, manifest, store)
    broken = {one.subject for one in plan.failed}
    return SyncReport(
        added=tuple(file.source for file in plan.work if file.source not in stored and file.source not in broken),
        changed=tuple(file.source for file in plan.work if file.source in stored and file.source not in broken),
        unchanged=plan.unchanged,
        removed=tuple(source for source in plan.removed if source not in broken),
        failed=plan.failed,
        failed_parts=plan.parts,
        ignored=found.ignored,
        excluded=found.excluded,
        chunks=manifest.chunks,
        embedded=embedded,
        seconds=time.monotonic() - began,
    )


def _manifest(folder: Path, encoder_name: str | None, chunking: Chunking | None) -> Manifest:
    """The manifest of the index that is there, or of one to be made. Raises IndexMismatch for another chunking."""
    try:
        manifest = load_manifest(folder)
    except IndexMissing:
        name = encoder_name or DEFAULT_ENCODER
        return Manifest(name, open_encoder(name).identity, chunking or Chunking(), complete=False)
    if chunking is not None and chunking != manifest.chunking:
        raise IndexMismatch(
            f"The index was built with {manifest.chunking}, not {chunking}", where=str(folder), do=REBUILD
        )
    return manifest


def _whole(store: ChunkStore) -> Mapping[str, SourceState]:
    """The documents that an interrupted sync left whole."""
    return {
        source: SourceState(next(iter(stored.file_hashes)), stored.expected)
        for source, stored in store.inventory().items()
        if stored.whole
    }


@dataclass(frozen=True, slots=True)
class _Plan:
    work: tuple[CorpusFile, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    parts: tuple[Failure, ...]
    kept: Mapping[str, SourceState]


def _plan(found: Found, stored: Mapping[str, SourceState], options: ReadOptions) -> _Plan:
    """What has to be done, by content hash."""
    work, unchanged, failed, parts = [], [], list(found.failed), []
    for file in found.files:
        try:
            data = read(file)
        except UnreadableDocument as error:
            failed.append(failure(file.source, error))
            continue
        state = stored.get(file.source)
        if state is not None and state.sha256 == fingerprint(file, sha256(data), options):
            unchanged.append(file.source)
            if state.failures:  # said again at every sync
                parts += [one for one in documents(file, data, options) if isinstance(one, Failure)]
        else:
            work.append(file)
    here = {file.source for file in work} | set(unchanged)
    removed = tuple(sorted(set(stored) - here))
    kept = {source: stored[source] for source in unchanged}
    return _Plan(tuple(work), tuple(unchanged), removed, tuple(failed), tuple(parts), kept)


@dataclass(frozen=True, slots=True)
class _Written:
    states: Mapping[str, SourceState]
    failed: tuple[Failure, ...]
    parts: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    source: str
    sha256: str
    chunks: list[Chunk]
    failed: tuple[Failure, ...]


def _write(
    plan: _Plan,
    store: ChunkStore,
    encoder: Encoder,
    chunking: Chunking,
    options: ReadOptions,
    progress: Progress | None,
) -> _Written:
    """Embed and store the files of a plan, some hundred chunks at a time, old chunks of a file deleted last."""
    states: dict[str, SourceState] = {}
    failed: list[Failure] = []
    parts: list[Failure] = []
    for group in _groups(_prepared(plan.work, encoder, chunking, options, failed)):
        vectors = encoder.encode([f"{chunk.title}\n{chunk.text}" for one in group for chunk in one.chunks])
        at = 0
        for one in group:
            old = store.ids_of(one.source)
            store.upsert(
                one.chunks,
                vectors[at : at + len(one.chunks)],
                file=one.source,
                file_hash=one.sha256,
                total=len(one.chunks),
            )
            at += len(one.chunks)
            store.delete(sorted(set(old) - {chunk.id for chunk in one.chunks}))
            parts += one.failed
            states[one.source] = SourceState(one.sha256, len(one.chunks), len(one.failed))
            if progress is not None:
                progress(len(states) + len(failed), len(plan.work))
    return _Written(states, tuple(failed), tuple(parts))


def _prepared(
    files: Sequence[CorpusFile], encoder: Encoder, chunking: Chunking, options: ReadOptions, failed: list[Failure]
) -> Iterator[_Prepared]:
    window = encoder.window if files else 0
    for file in files:
        try:
            data = read(file)
        except UnreadableDocument as error:
            failed.append(failure(file.source, error))
            continue
        chunks: list[Chunk] = []
        parts: list[Failure] = []
        for one in documents(file, data, options):
            if isinstance(one, LoadedDocument):
                chunks += split(one, chunking, encoder.count_tokens, window)
            else:
                parts.append(one)
        if chunks:
            yield _Prepared(file.source, fingerprint(file, sha256(data), options), chunks, tuple(parts))
        else:
            failed += [one for one in parts if one.subject == file.source]


def _groups(prepared: Iterator[_Prepared]) -> Iterator[list[_Prepared]]:
    group: list[_Prepared] = []
    for one in prepared:
        group.append(one)
        if sum(len(member.chunks) for member in group) >= _CHUNKS_A_BATCH:
            yield group
            group = []
    if group:
        yield group


def _finish(folder: Path, manifest: Manifest, store: ChunkStore, plan: _Plan, written: _Written) -> Manifest:
    """Delete what is no longer in the corpus, then the manifest: complete."""
    sources = {**plan.kept, **written.states}
    gone = set(plan.removed) | {one.subject for one in (*plan.failed, *written.failed)}
    if not manifest.complete:
        gone |= set(store.inventory()) - set(sources)
    for source in sorted(gone):
        store.delete(store.ids_of(source))
    finished = replace(manifest, sources=dict(sorted(sources.items())), complete=True)
    finished.save(folder)
    return finished
