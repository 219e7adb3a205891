"""Sync an index with a folder: add new files, replace changed ones, remove deleted ones.

After a kill at any point the next sync repairs the index, without encoding again what was written: new chunks are
written before old ones are deleted, and a file is marked as complete (see `rag.index.store`) after both. The manifest
says `complete: false` from before the first change until after the last.
"""

from __future__ import annotations

import functools
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from ingest.files import FilePatterns, FolderListing, find, origin_of
from ingest.formats import ReadOptions
from ingest.pipeline.distributed import WorkerSettings, write_files_on_cluster
from ingest.pipeline.writer import Progress, WriteOutcome, write_files
from ingest.plan import SyncPlan, make_plan
from ingest.report import SyncReport
from rag.cluster import RaySettings
from rag.encoders.embeddings import Encoder, open_encoder
from rag.errors import IndexMismatch, IndexMissing, LeftOut, SettingsError
from rag.index.chroma import REBUILD, ChromaServer
from rag.index.lance import import_lancedb
from rag.index.location import IndexLocation, LockCheck, locate_index
from rag.index.manifest import Manifest, require_encoder, require_store
from rag.index.reader import secondary_indexes_of
from rag.index.store import ChunkStore
from rag.index.stores import STORES, Store
from rag.messages import Message
from rag.settings import DEFAULT_ENCODER, Chunking

_FILES_AT_ONCE = 500


def _nothing() -> None:
    """Do nothing before a change."""


def sync(
    corpus: Path | str,
    folder: Path,
    *,
    encoder_name: str | None = None,
    chunking: Chunking | None = None,
    store_name: Store | None = None,
    server: ChromaServer | None = None,
    patterns: FilePatterns | None = None,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    origin: str | None = None,
    before_change: Callable[[], None] = _nothing,
    ray: RaySettings | None = None,
) -> SyncReport:
    """Bring the index in `folder`, or that on `server`, up to date with the documents in `corpus`, a path or a URL.

    `encoder_name`, `chunking` and `store_name` default to those of an existing index, else to the bundled encoder, the
    default sizes and Chroma. Files that `patterns` exclude are removed from the index. `progress(done, total)` counts
    bytes of the files to read. `origin` is the source of the documents if that is not the folder `corpus`; an index of
    another origin that shares no file with this one is refused, as all its files would be removed. `before_change` is
    called before the first change to the index; there is none if all files are as they were. With `ray` the workers of
    a cluster read, encode and write. Raises CorpusError, SettingsError, IndexProblem, ModelUnavailable, ClusterFailed.
    """
    _require_possible(folder, server, store_name, ray)
    began = time.monotonic()
    listing = find(corpus, patterns)
    options, origin = options or ReadOptions(), origin or origin_of(corpus)
    location = locate_index(folder, server)
    with location.lock() as check:
        manifest = _manifest(location, encoder_name, chunking, store_name, before_change)
        name = encoder_name or manifest.encoder_name
        encoder = open_encoder(name)
        require_encoder(manifest, location.where, encoder.identity)
        write = _writer(encoder, name, manifest, options, server, ray)
        with closing(location.store(manifest)) as store:
            plan = make_plan(listing, manifest, store, options)
            _refuse_another_corpus(manifest, origin, plan, folder, server)
            moved, manifest = manifest.corpus != origin, replace(manifest, corpus=origin)
            outcome = WriteOutcome()
            with _until_the_end(progress) as advance:
                if not plan.nothing:
                    before_change()
                    location.save(replace(manifest, complete=False))
                    outcome = write(plan, store, check, advance)
                    manifest = _finish(location, manifest, store, plan, outcome)
                elif moved:
                    location.save(manifest)
                secondary_indexes_of(location, manifest, store, locked=True)
    return _report(listing, plan, outcome, manifest.chunks, time.monotonic() - began)


def _require_possible(
    folder: Path, server: ChromaServer | None, store_name: Store | None, ray: RaySettings | None
) -> None:
    if ray is not None and server is None:
        raise SettingsError("--ray needs a Chroma server, to which all machines write", do="Give it with --chroma-url.")
    if store_name is not None and store_name not in STORES:
        raise SettingsError(
            Message("There is no store {store!r}, only {stores}", store=store_name, stores=", ".join(STORES))
        )
    if store_name == "lancedb" and server is not None:
        raise SettingsError("A Chroma server cannot keep an index in lancedb", do="Leave out --store or --chroma-url.")
    if store_name == "lancedb":
        import_lancedb(folder)  # before a manifest names it


def _report(listing: FolderListing, plan: SyncPlan, outcome: WriteOutcome, chunks: int, seconds: float) -> SyncReport:
    """Return the report: what the plan found and what was written of it."""
    parts = (*plan.failed_parts, *outcome.failed_parts)
    # A store may have a new version of the same content.
    same = {source for source, state in outcome.states.items() if plan.stored.get(source, ())[:3] == state[:3]}
    return SyncReport(
        added=tuple(source for source in outcome.states if source not in plan.stored),
        changed=tuple(source for source in outcome.states if source in plan.stored and source not in same),
        unchanged=tuple(sorted((*plan.unchanged, *same))),
        removed=plan.removed,
        failed=(*plan.failed, *outcome.failed),
        ignored=listing.ignored,
        excluded=listing.excluded,
        chunks=chunks,
        embedded=outcome.embedded,
        seconds=seconds,
        failed_parts=tuple(part for part in parts if part.error != LeftOut.__name__),
        left_out=tuple(part for part in parts if part.error == LeftOut.__name__),
    )


@contextmanager
def _until_the_end(progress: Progress | None) -> Iterator[Progress]:
    """Yield a progress that reaches its total when the block ends: the last file is not the last of the work."""
    totals: list[int] = []

    def advance(done: int, total: int) -> None:
        totals.append(total)
        if progress is not None:
            progress(min(done, max(0, total - 1)), total)

    yield advance
    if totals and progress is not None:
        progress(totals[-1], totals[-1])


def _manifest(
    location: IndexLocation,
    encoder_name: str | None,
    chunking: Chunking | None,
    store_name: Store | None,
    before_change: Callable[[], None],
) -> Manifest:
    """Return the manifest of the index, a new one if there is none. Raises IndexMismatch for other chunks or stores."""
    try:
        manifest = location.load()
    except IndexMissing:
        name = encoder_name or DEFAULT_ENCODER
        manifest = Manifest(
            name, open_encoder(name).identity, chunking or Chunking(), complete=False, store=store_name or "chroma"
        )
        before_change()
        location.save(manifest)
    require_store(manifest, location.where, store_name)
    if chunking is not None and chunking != manifest.chunking:
        raise IndexMismatch(
            Message(
                "The index was built with {chunking}, not {chunking_2}", chunking=manifest.chunking, chunking_2=chunking
            ),
            where=location.where,
            do=REBUILD,
        )
    return manifest


def _writer(
    encoder: Encoder,
    name: str,
    manifest: Manifest,
    options: ReadOptions,
    server: ChromaServer | None,
    ray: RaySettings | None,
) -> Callable[[SyncPlan, ChunkStore, LockCheck, Progress], WriteOutcome]:
    """Return what brings the files of a plan into the store: this process, or with `ray` a cluster."""
    if ray is None or server is None:
        return lambda plan, store, check, progress: write_files(
            plan, store, encoder, manifest.chunking, options, check, progress
        )
    workers = WorkerSettings(server, functools.partial(open_encoder, name), replace(manifest, sources={}), options)
    return functools.partial(write_files_on_cluster, ray, workers)


def _refuse_another_corpus(
    manifest: Manifest, origin: str, plan: SyncPlan, folder: Path, server: ChromaServer | None
) -> None:
    """Raise IndexMismatch if another folder is given and everything in the index would be removed."""
    if manifest.corpus in {"", origin} or not plan.present or plan.present != set(plan.removed):
        return
    where = f"--index {shlex.quote(str(folder))}"
    if server is not None:
        where = f"--chroma-url {shlex.quote(server.url)} --chroma-collection {shlex.quote(server.collection)}"
    raise IndexMismatch(
        Message(
            "The index has {present} files of {corpus}, of which {origin} has none: all would be removed",
            present=len(plan.present),
            corpus=manifest.corpus,
            origin=origin,
        ),
        where=str(server or folder),
        do=Message(
            "Choose another {kind}, or first delete this one: kotae index drop {where}",
            kind="--index" if server is None else "--chroma-collection",
            where=where,
        ),
    )


def _finish(
    location: IndexLocation, manifest: Manifest, store: ChunkStore, plan: SyncPlan, outcome: WriteOutcome
) -> Manifest:
    """Delete the files that must go, then save the manifest as complete.

    A file that failed during this sync has no chunks any more.
    """
    gone = plan.gone
    for start in range(0, len(gone), _FILES_AT_ONCE):
        store.delete(sorted(store.ids_of(gone[start : start + _FILES_AT_ONCE])))
    store.tidy()
    sources = outcome.states.copy() if plan.unchanged else outcome.states
    sources.update((source, plan.stored[source]) for source in plan.unchanged)
    finished = replace(manifest, sources=sources, complete=True)
    location.save(finished)
    return finished
