"""Makes an index say what a folder says: new files added, changed ones replaced, deleted ones removed.

Killed at any point, the next run repairs it, and encodes no chunk again that was written: new chunks are written before
old ones are deleted, and a file is marked as whole (see `rag.index.store`) after both. The manifest says `complete:
false` from before the first change until after the last one.
"""

from __future__ import annotations

import os
import shlex
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ingest.files import Selection, find
from ingest.formats import ReadOptions
from ingest.pipeline.writer import Outcome, Progress, write_files
from ingest.plan import Plan, make_plan
from ingest.report import SyncReport
from rag.encoders.embeddings import open_encoder
from rag.errors import IndexMismatch, IndexMissing
from rag.index.chroma import REBUILD, ChromaServer
from rag.index.location import IndexLocation, locate_index
from rag.index.manifest import Manifest, require_encoder
from rag.index.reader import secondary_indexes_of
from rag.index.store import ChunkStore
from rag.settings import DEFAULT_ENCODER, Chunking

_FILES_AT_ONCE = 500


def sync(
    corpus: Path,
    folder: Path,
    *,
    encoder_name: str | None = None,
    chunking: Chunking | None = None,
    server: ChromaServer | None = None,
    selection: Selection | None = None,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    origin: str | None = None,
) -> SyncReport:
    """Bring the index in `folder`, or that on `server`, up to date with the documents in `corpus`.

    `encoder_name` and `chunking` default to those of an index that is there, else to the bundled encoder and the
    default sizes. What `selection` leaves out goes from the index too. `progress(done, total)` counts bytes of files to
    read. `origin` names where the documents come from, where that is not the folder `corpus` itself; an index of
    another origin none of whose files are here is refused, as all of them would go. Raises CorpusError, EmptyCorpus,
    SettingsError, IndexMismatch, IndexBusy, IndexDamaged, ModelUnavailable and Server... errors.
    """
    began = time.monotonic()
    found = find(corpus, selection)
    options = options or ReadOptions()
    origin = origin or os.fsencode(corpus.resolve()).decode("utf-8", "backslashreplace")
    location = locate_index(folder, server)
    with location.lock() as check:
        manifest = _manifest(location, encoder_name, chunking)
        encoder = open_encoder(encoder_name or manifest.encoder_name)
        require_encoder(manifest, location.where, encoder.identity)
        with closing(location.store()) as store:
            plan = make_plan(found, manifest, store, options)
            _refuse_another_corpus(manifest, origin, plan, folder, server)
            moved, manifest = manifest.corpus != origin, replace(manifest, corpus=origin)
            outcome = Outcome()
            if not plan.nothing:
                location.save(replace(manifest, complete=False))
                outcome = write_files(plan, store, encoder, manifest.chunking, options, check, progress)
                manifest = _finish(location, manifest, store, plan, outcome)
            elif moved:
                location.save(manifest)
            secondary_indexes_of(location, manifest, store, locked=True)
    return SyncReport(
        added=tuple(source for source in outcome.states if source not in plan.stored),
        changed=tuple(source for source in outcome.states if source in plan.stored),
        unchanged=plan.unchanged,
        removed=plan.removed,
        failed=(*plan.failed, *outcome.failed),
        ignored=found.ignored,
        excluded=found.excluded,
        chunks=manifest.chunks,
        embedded=outcome.embedded,
        seconds=time.monotonic() - began,
        failed_parts=(*plan.failed_parts, *outcome.failed_parts),
    )


def _manifest(location: IndexLocation, encoder_name: str | None, chunking: Chunking | None) -> Manifest:
    """The manifest of the index that is there, or of one made now. Raises IndexMismatch for another chunking."""
    try:
        manifest = location.load()
    except IndexMissing:
        name = encoder_name or DEFAULT_ENCODER
        manifest = Manifest(name, open_encoder(name).identity, chunking or Chunking(), complete=False)
        location.save(manifest)
    if chunking is not None and chunking != manifest.chunking:
        raise IndexMismatch(
            f"The index was built with {manifest.chunking}, not {chunking}", where=location.where, do=REBUILD
        )
    return manifest


def _refuse_another_corpus(
    manifest: Manifest, origin: str, plan: Plan, folder: Path, server: ChromaServer | None
) -> None:
    """Raise IndexMismatch where everything in the index would go because another folder is given."""
    if manifest.corpus in {"", origin} or not plan.present or plan.present != set(plan.removed):
        return
    place = f"--index {shlex.quote(str(folder))}"
    if server is not None:
        place = f"--chroma-url {shlex.quote(server.url)} --chroma-collection {shlex.quote(server.collection)}"
    raise IndexMismatch(
        f"The index holds the {len(plan.present)} files of {manifest.corpus}, of which {origin} has none: all would go",
        where=str(server or folder),
        do=f"Give another {'--index' if server is None else '--chroma-collection'}, "
        f"or first delete this one: kotae index drop {place}",
    )


def _finish(location: IndexLocation, manifest: Manifest, store: ChunkStore, plan: Plan, outcome: Outcome) -> Manifest:
    """Delete the files that the index still has and should not, then the manifest: complete.

    A file that failed while it was worked on has lost its chunks there.
    """
    gone = plan.gone
    for start in range(0, len(gone), _FILES_AT_ONCE):
        store.delete(sorted(store.ids_of(gone[start : start + _FILES_AT_ONCE])))
    sources = outcome.states.copy() if plan.unchanged else outcome.states
    sources.update((source, plan.stored[source]) for source in plan.unchanged)
    finished = replace(manifest, sources=sources, complete=True)
    location.save(finished)
    return finished
