"""An index on disk, opened for reading: manifest, chunk store, what is derived from it, and its encoder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.derived import Derived, open_derived
from rag.encoder import Encoder, open_encoder
from rag.errors import IndexBusy, IndexMissing
from rag.manifest import FILE, Manifest, load_manifest, require
from rag.store import ChunkStore


@dataclass(frozen=True, slots=True)
class Index:
    """Everything retrieval needs."""

    folder: Path
    manifest: Manifest
    encoder: Encoder
    store: ChunkStore
    derived: Derived


def open_index(folder: Path, encoder_name: str | None = None) -> Index:
    """Open the index in `folder` with the encoder it remembers, or with `encoder_name` if that is the same one.

    Raises IndexMissing, IndexMismatch (built with another encoder) and IndexDamaged.
    """
    manifest = load_manifest(folder)
    if not manifest.sources:
        raise IndexMissing("The index is empty", where=str(folder), do="Fill it with: kotae ingest CORPUS")
    encoder = open_encoder(encoder_name or manifest.encoder_name)
    require(manifest, folder, encoder.identity)
    store = ChunkStore(store_folder(folder))
    return Index(folder, manifest, encoder, store, derive(folder, manifest, store))


def derive(folder: Path, manifest: Manifest, store: ChunkStore) -> Derived:
    """What goes with the store, derived from it where it is missing or of another corpus."""
    return open_derived(folder / "derived", manifest.corpus_digest, store)


def store_folder(folder: Path) -> Path:
    """Where in an index Chroma keeps its files."""
    return folder / "chroma"


def drop_index(folder: Path) -> None:
    """Delete the index in `folder`, and only what belongs to it. Raises IndexMissing and IndexBusy."""
    import shutil

    if not (folder / FILE).exists() and not store_folder(folder).exists():
        raise IndexMissing("There is no index to drop", where=str(folder))
    with writing(folder):
        (folder / FILE).unlink(missing_ok=True)
        for part in (store_folder(folder), folder / "derived"):
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index for writing. Raises IndexBusy where another process does."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".writing.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            "Another process is writing to this index", where=str(folder), do="Wait for it to end, then try again."
        ) from error
    try:
        yield
    finally:
        lock.release()
