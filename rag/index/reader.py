"""An index opened for reading: manifest, chunk store, what is derived from it, and its encoder.

Another process may ingest while an index is open. What is then read would be of two states at once: Chroma keeps the
vectors of the one in memory, and reads the texts of the other. So what is read is read `with index.unchanged()`, which
raises IndexChanged where the index is no longer that which was opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.encoders.embeddings import Encoder, open_encoder
from rag.errors import IndexChanged, IndexMissing
from rag.index.chroma import ChromaServer
from rag.index.location import IndexHome, home_of
from rag.index.manifest import Manifest, require
from rag.index.secondary import Derived, open_derived
from rag.index.store import ChunkStore


@dataclass(frozen=True, slots=True)
class Index:
    """Everything retrieval needs. `state` is what `home` said of it when it was opened."""

    folder: Path
    manifest: Manifest
    encoder: Encoder
    store: ChunkStore
    derived: Derived
    home: IndexHome
    state: str

    @property
    def changed(self) -> bool:
        """Whether an ingest has begun since the index was opened."""
        return self.home.state() != self.state

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Raise IndexChanged where what was read inside may be of two states, whatever else went wrong over that."""
        try:
            yield
        except Exception as error:
            if self.changed:
                raise self._is_another() from error
            raise
        if self.changed:
            raise self._is_another()

    def require_whole(self) -> None:
        """Raise IndexChanged where an ingest is under way, or was interrupted."""
        if not self.manifest.complete:
            raise IndexChanged(
                "An ingest into this index is under way, or was interrupted",
                where=self.home.where,
                do="Wait for it to end, or run the same `kotae ingest` again.",
            )

    def close(self) -> None:
        """Let go of files and connections."""
        self.store.close()
        self.home.close()

    def _is_another(self) -> IndexChanged:
        return IndexChanged(
            "The index has changed since it was opened: another process has ingested, or is at it",
            where=self.home.where,
            do="Open it again: run the same command again, or from Python open_index.",
        )


def open_index(folder: Path, encoder_name: str | None = None, server: ChromaServer | None = None) -> Index:
    """Open the index in `folder`, or on `server`, with the encoder it remembers, or with `encoder_name` if that is it.

    Raises IndexMissing, IndexMismatch (built with another encoder), IndexDamaged and Server... errors.
    """
    home = home_of(folder, server)
    state = home.state()  # before anything is read: what changes from here on is noticed
    manifest = home.load()
    if not manifest.sources:
        raise IndexMissing("The index is empty", where=home.where, do="Fill it with: kotae ingest CORPUS")
    encoder = open_encoder(encoder_name or manifest.encoder_name)
    require(manifest, home.where, encoder.identity)
    store = home.store()
    return Index(folder, manifest, encoder, store, derive(home, manifest, store), home, state)


def derive(home: IndexHome, manifest: Manifest, store: ChunkStore, *, held: bool = False) -> Derived:
    """What goes with the store, derived from it where it is missing or of another corpus.

    What is derived while a sync is under way, or after one was interrupted, never passes for that of a whole corpus:
    unless this process has `held` the index for writing, that is asked for once more at the end.
    """

    def whole() -> bool:
        if held:
            return manifest.complete
        now = home.load()
        return now.complete and now.corpus_digest == manifest.corpus_digest

    return open_derived(home.derived(), manifest.corpus_digest, store, whole)


def drop_index(folder: Path, server: ChromaServer | None = None) -> None:
    """Delete the index in `folder` or on `server`, and only what belongs to it. Raises IndexMissing and IndexBusy."""
    home_of(folder, server).drop()
