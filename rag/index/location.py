"""Location of an index, in a folder or on a Chroma server: its manifest, chunks, secondary indexes and write lock.

An index on disk is a folder with `manifest.json`, `chroma/` or `lancedb/`, and `derived/` (the secondary indexes). An
index on a Chroma server is a collection, so that several machines can use it: the collection's metadata has the header
of the manifest, one more collection per language has the chunks (see `rag.index.store`), the completion markers of the
chunks say which files there are, and each machine keeps the secondary indexes in its own cache.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from rag.index.chroma import (
    REBUILD,
    ChromaConnection,
    ChromaServer,
    collection_configuration,
    open_embedded,
    open_server,
)
from rag.index.lance import open_lance
from rag.index.manifest import BUILD, MAX_BYTES, Manifest, parse_manifest, read_manifest, write_manifest
from rag.index.server_lock import server_lock
from rag.index.store import ChunkStore
from rag.index.stores import STORES
from rag.index.table import table_name
from rag.records import LANGUAGES
from rag.settings import cache_dir
from rag.storage.checksums import CHECKSUM_FILE, find_corrupted, write_checksums
from rag.storage.disk_errors import translate_os_errors
from rag.storage.locks import LOCK_FILE, folder_lock
from rag.storage.regular_files import read_regular

_FILE, _KEY = "manifest.json", "kotae_manifest"

LockCheck = Callable[[], None]
"""Raises IndexBusy once the lock is lost."""


class IndexLocation(ABC):
    """The location of one index. `where` names it in messages."""

    where: str

    @abstractmethod
    def load(self) -> Manifest:
        """Return the manifest. Raises IndexMissing, IndexDamaged and IndexMismatch (another format)."""

    @abstractmethod
    def save(self, manifest: Manifest) -> None:
        """Replace the manifest atomically."""

    @abstractmethod
    def version_token(self) -> str:
        """Return a token that changes before the first step of every write. Cheap."""

    def close(self) -> None:  # noqa: B027
        """Close the connection that `version_token` keeps open."""

    @abstractmethod
    def store(self, manifest: Manifest) -> ChunkStore:
        """Open the chunks, in the store that the manifest names."""

    @abstractmethod
    def secondary_folder(self) -> Path:
        """Return the folder of the secondary indexes."""

    @abstractmethod
    def lock(self) -> Any:
        """Lock the index for writing; a context manager that yields a LockCheck. Raises IndexBusy."""

    @abstractmethod
    def drop(self) -> None:
        """Delete the index and nothing else. Raises IndexMissing and IndexBusy."""


def locate_index(folder: Path, server: ChromaServer | None = None) -> IndexLocation:
    """Return the location of the index on `server`, or in `folder` if there is no server."""
    return LocalIndex(folder) if server is None else ServerIndex(server)


class LocalIndex(IndexLocation):
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self._folder = folder

    def load(self) -> Manifest:
        """Read `manifest.json`."""
        return read_manifest(self._folder / _FILE, self.where)

    def save(self, manifest: Manifest) -> None:
        """Write `manifest.json`; durable on return."""
        if not manifest.complete:
            with translate_os_errors(self._folder):
                (self._folder / manifest.store / CHECKSUM_FILE).unlink(missing_ok=True)
        write_manifest(self._folder / _FILE, manifest)

    def version_token(self) -> str:
        """Return the identity of the file `manifest.json`, which every save replaces."""
        try:
            manifest = (self._folder / _FILE).stat()
        except OSError:
            return ""
        return f"{manifest.st_ino} {manifest.st_mtime_ns} {manifest.st_size}"

    def store(self, manifest: Manifest) -> ChunkStore:
        """Open the store in this process. Raises IndexDamaged for corrupted files, on which Chroma would crash."""
        folder = self._folder / manifest.store
        if (folder / CHECKSUM_FILE).exists() and (name := find_corrupted(folder)):
            what = "The vectors of the index are damaged: a file has changed since the last ingest"
            raise IndexDamaged(what, where=str(folder / name), do=REBUILD)
        if manifest.store == "lancedb":
            return ChunkStore(open_lance(folder))
        return ChunkStore(open_embedded(folder, self.version_token()))

    def secondary_folder(self) -> Path:
        """Return the subfolder `derived`."""
        return self._folder / "derived"

    @contextmanager
    def lock(self) -> Iterator[LockCheck]:
        """Lock the folder. Raises IndexBusy if another process has it, IndexMismatch if kotae did not make it."""
        if self._exists():
            self._require_ours()
        with folder_lock(
            self._folder,
            IndexBusy(
                "Another process is writing to this index", where=self.where, do="Wait for it to end, then try again."
            ),
        ):
            yield _never_lost
            self._write_checksums()

    def _exists(self) -> bool:
        return any((self._folder / name).exists() for name in (_FILE, *STORES))

    def _write_checksums(self) -> None:
        """Write checksums of the vectors of a complete index, except for files that Chroma may still change."""
        folders = {name: self._folder / name for name in STORES}
        unsealed = [name for name, path in folders.items() if path.exists() and not (path / CHECKSUM_FILE).exists()]
        if unsealed and (manifest := self.load()).complete and manifest.store in unsealed:
            folder = folders[manifest.store]
            last = "*/index_metadata.*" if manifest.store == "chroma" else "*/_versions"
            saved = (path.parent for path in folder.glob(last))
            write_checksums(folder, (path for part in saved for path in part.rglob("*") if path.is_file()))

    def _require_ours(self) -> None:
        """Raise IndexMismatch unless kotae made the folder, which its lock file or the manifest proves."""
        ours = (self._folder / LOCK_FILE).exists()
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            ours = ours or "encoder_name" in json.loads(read_regular(self._folder / _FILE, MAX_BYTES))
        if not ours:
            raise IndexMismatch(
                "The files in this folder were not made by kotae", where=self.where, do="Choose another folder."
            )

    def drop(self) -> None:
        """Remove manifest, chunks, secondary indexes and lock file; other files in the folder stay."""
        if not self._exists():
            raise IndexMissing("There is no index to drop", where=self.where)
        with self.lock():
            (self._folder / _FILE).unlink(missing_ok=True)
            for name in STORES:
                shutil.rmtree(self._folder / name, ignore_errors=True)
            shutil.rmtree(self.secondary_folder(), ignore_errors=True)
            (self._folder / LOCK_FILE).unlink(missing_ok=True)


class ServerIndex(IndexLocation):
    """An index on a Chroma server: a collection with the manifest's header, and one per language with chunks."""

    def __init__(self, server: ChromaServer) -> None:
        self.where = str(server)
        self._server = server
        self._watch: ChromaConnection | None = None

    def load(self) -> Manifest:
        """Read the header from the collection, and the files from this machine's cache or the completion markers."""
        with closing(open_server(self._server)) as chroma:
            collection = self._collection(chroma)
            header = _header(collection.metadata)
            if header is None:
                raise self._not_ours()
            manifest = parse_manifest(collection.metadata[_KEY], self.where)
            cached = self._cache(str(collection.id)) / _FILE
            if manifest.complete and cached.is_file():
                complete = read_manifest(cached, self.where)
                if complete.corpus_digest == header.get("digest"):
                    return replace(complete, corpus=manifest.corpus)
            return replace(manifest, sources=ChunkStore(chroma, self._server.collection).completed_files())

    def save(self, manifest: Manifest) -> None:
        """Write the header to the collection, and a complete manifest also to this machine's cache."""
        header = {_KEY: json.dumps({**manifest.header, "digest": manifest.corpus_digest}, ensure_ascii=False)}
        with closing(open_server(self._server)) as chroma:
            with chroma.errors():
                collection = chroma.client.get_or_create_collection(
                    self._server.collection,
                    configuration=collection_configuration(),
                    metadata=header,
                    embedding_function=None,
                )
                if collection.metadata != header:
                    collection.modify(metadata=header)
            if manifest.complete:
                write_manifest(self._cache(str(collection.id)) / _FILE, manifest)

    def version_token(self) -> str:
        """Return the collection's id and header without the folder of the documents."""
        if self._watch is None:
            self._watch = open_server(self._server)
        collection = self._watch.find(self._server.collection)
        if collection is None:
            return ""
        header = {**(_header(collection.metadata) or {}), "corpus": None}  # each machine may have its own copy
        return f"{collection.id} {json.dumps(header, sort_keys=True)}"

    def close(self) -> None:
        """Close the connection."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def store(self, manifest: Manifest) -> ChunkStore:
        """Open the collections of the chunks."""
        return ChunkStore(open_server(self._server), self._server.collection)

    def secondary_folder(self) -> Path:
        """Return a folder in this machine's cache, named after the id of the collection."""
        with closing(open_server(self._server)) as chroma:
            return self._cache(str(self._collection(chroma).id)) / "derived"

    @contextmanager
    def lock(self) -> Iterator[LockCheck]:
        """Lock the index for this process among all machines, waiting for others."""
        name = f"{self._server.collection}.writing"
        with closing(open_server(self._server)) as chroma, server_lock(chroma, name) as check:
            yield check

    def drop(self) -> None:
        """Delete the collections and their files in this machine's cache."""
        with closing(open_server(self._server)) as chroma:
            collection = self._collection(chroma)
            if _header(collection.metadata) is None:
                raise self._not_ours()
            with self.lock():
                for language in LANGUAGES:
                    chroma.delete(table_name(self._server.collection, language))
                chroma.delete(self._server.collection)  # last: it names the others
            shutil.rmtree(self._cache(str(collection.id)), ignore_errors=True)

    def _collection(self, chroma: ChromaConnection) -> Any:
        collection = chroma.find(self._server.collection)
        if collection is None:
            raise IndexMissing("There is no index", where=self.where, do=BUILD)
        return collection

    def _not_ours(self) -> IndexMismatch:
        return IndexMismatch("This collection was not made by kotae", where=self.where, do="Choose another one.")

    @staticmethod
    def _cache(identity: str) -> Path:
        return cache_dir() / "servers" / identity


def _never_lost() -> None:
    """Pass: the operating system keeps a file lock while its process lives."""


def _header(metadata: Any) -> dict[str, Any] | None:
    try:
        header = json.loads((metadata or {}).get(_KEY, "null"))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None
