"""An index opened for reading: manifest, chunk store, what is derived from it, and its encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.chroma import ChromaServer
from rag.derived import Derived, open_derived
from rag.encoder import Encoder, open_encoder
from rag.errors import IndexMissing
from rag.home import IndexHome, home_of
from rag.manifest import Manifest, require
from rag.store import ChunkStore


@dataclass(frozen=True, slots=True)
class Index:
    """Everything retrieval needs."""

    folder: Path
    manifest: Manifest
    encoder: Encoder
    store: ChunkStore
    derived: Derived


def open_index(folder: Path, encoder_name: str | None = None, server: ChromaServer | None = None) -> Index:
    """Open the index in `folder`, or on `server`, with the encoder it remembers, or with `encoder_name` if that is it.

    Raises IndexMissing, IndexMismatch (built with another encoder), IndexDamaged and Server... errors.
    """
    home = home_of(folder, server)
    manifest = home.load()
    if not manifest.sources:
        raise IndexMissing("The index is empty", where=home.where, do="Fill it with: kotae ingest CORPUS")
    encoder = open_encoder(encoder_name or manifest.encoder_name)
    require(manifest, home.where, encoder.identity)
    store = home.store()
    return Index(folder, manifest, encoder, store, derive(home, manifest, store))


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
