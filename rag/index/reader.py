"""An index opened for reading: manifest, encoder, chunk store and secondary indexes.

Another process may ingest while an index is open, and a read would then mix two versions: Chroma keeps the old vectors
in memory and reads the new texts. Reads are therefore wrapped in `with index.unchanged()`, which raises IndexChanged if
the index has changed since it was opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.encoders.embeddings import Encoder, open_encoder
from rag.errors import IndexChanged, IndexDamaged, IndexMissing
from rag.index.chroma import ChromaServer
from rag.index.location import IndexLocation, locate_index
from rag.index.manifest import Manifest, require_encoder
from rag.index.passages import Passages
from rag.index.secondary import SecondaryIndexes, open_secondary_indexes
from rag.index.store import ChunkStore


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that retrieval needs. `version_token` is that of the location when the index was opened."""

    folder: Path
    manifest: Manifest
    encoder: Encoder
    store: ChunkStore
    secondary: SecondaryIndexes
    location: IndexLocation
    version_token: str
    passages: Passages

    @property
    def changed(self) -> bool:
        """True if an ingest has begun since the index was opened."""
        return self.location.version_token() != self.version_token

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Raise IndexChanged, instead of any other error, if the index has changed by the end of the block."""
        try:
            yield
        except Exception as error:
            if self.changed:
                raise _index_changed(self.location) from error
            raise
        if self.changed:
            raise _index_changed(self.location)

    def require_complete(self) -> None:
        """Raise IndexChanged if an ingest is running or was interrupted."""
        if not self.manifest.complete:
            raise IndexChanged(
                "An ingest into this index is still running, or was interrupted",
                where=self.location.where,
                do="Wait for it to end, or run the same `kotae ingest` again.",
            )

    def close(self) -> None:
        """Close files and connections."""
        self.store.close()
        self.location.close()


def _index_changed(location: IndexLocation) -> IndexChanged:
    return IndexChanged(
        "The index has changed since it was opened: another process has ingested, or is still ingesting",
        where=location.where,
        do="Open it again: run the same command again, or call open_index again in Python.",
    )


def open_index(folder: Path, encoder_name: str | None = None, server: ChromaServer | None = None) -> Index:
    """Open the index in `folder` or on `server`, by default with the encoder that it was built with.

    Raises IndexMissing, IndexMismatch (`encoder_name` is another encoder), IndexDamaged, IndexChanged (its files were
    replaced meanwhile) and Server... errors.
    """
    location = locate_index(folder, server)
    state = location.version_token()  # before anything is read, so that later changes are noticed
    manifest = location.load()
    if not manifest.sources:
        raise IndexMissing("The index is empty", where=location.where, do="Run: kotae ingest CORPUS")
    encoder = open_encoder(encoder_name or manifest.encoder_name)
    require_encoder(manifest, location.where, encoder.identity)
    store = location.store(manifest)
    try:
        secondary = secondary_indexes_of(location, manifest, store)
    except (OSError, IndexDamaged) as error:
        if location.version_token() != state:
            raise _index_changed(location) from error
        raise
    return Index(folder, manifest, encoder, store, secondary, location, state, Passages(store))


def secondary_indexes_of(
    location: IndexLocation, manifest: Manifest, store: ChunkStore, *, locked: bool = False
) -> SecondaryIndexes:
    """Return the secondary indexes of a store, building them if they are missing or of another corpus.

    Those built during a sync, or after an interrupted one, are never kept as those of the complete corpus: unless this
    process has `locked` the index, the manifest is read once more at the end.
    """

    def complete() -> bool:
        if locked:
            return manifest.complete
        now = location.load()
        return now.complete and now.corpus_digest == manifest.corpus_digest

    return open_secondary_indexes(location.secondary_folder(), manifest.corpus_digest, store, complete)


def drop_index(folder: Path, server: ChromaServer | None = None) -> None:
    """Delete the index in `folder` or on `server` and nothing else. Raises IndexMissing and IndexBusy."""
    locate_index(folder, server).drop()
