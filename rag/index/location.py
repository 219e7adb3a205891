"""Location of an index, in a folder or on a Chroma server: its manifest, chunks, secondary indexes and write lock.

An index on disk is a folder with `manifest.json`, `chroma/` and `derived/` (the secondary indexes). An index on a
Chroma server is a collection, so that several machines can use it: the collection's metadata has the header of the
manifest, one more collection per language has the chunks (see `rag.index.store`), the completion markers of the chunks
say which files there are, and each machine keeps the secondary indexes in its own cache.
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
from rag.index.manifest import Manifest, parse_manifest
from rag.index.server_lock import server_lock
from rag.index.store import ChunkStore, collection_name
from rag.messages import Message, reason_of
from rag.records import LANGUAGES
from rag.settings import cache_dir
from rag.storage.atomic import atomic_write
from rag.storage.checksums import CHECKSUM_FILE, find_corrupted, write_checksums
from rag.storage.disk_errors import translate_os_errors
from rag.storage.locks import LOCK_FILE, folder_lock
from rag.storage.regular_files import MEBI, read_regular

_FILE, _KEY, _MAX_MANIFEST = "manifest.json", "kotae_manifest", 1024 * MEBI

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
    def store(self) -> ChunkStore:
        """Open the chunks."""

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
        self._chroma = folder / "chroma"

    def load(self) -> Manifest:
        """Read `manifest.json`."""
        return _read_file(self._folder / _FILE, self.where)

    def save(self, manifest: Manifest) -> None:
        """Write `manifest.json`; durable on return."""
        if not manifest.complete:
            with translate_os_errors(self._chroma):
                (self._chroma / CHECKSUM_FILE).unlink(missing_ok=True)
        _write_file(self._folder / _FILE, manifest)

    def version_token(self) -> str:
        """Return the identity of the file `manifest.json`, which every save replaces."""
        try:
            manifest = (self._folder / _FILE).stat()
        except OSError:
            return ""
        return f"{manifest.st_ino} {manifest.st_mtime_ns} {manifest.st_size}"

    def store(self) -> ChunkStore:
        """Open Chroma in this process. Raises IndexDamaged for corrupted vectors, on which Chroma would crash."""
        if (self._chroma / CHECKSUM_FILE).exists() and (name := find_corrupted(self._chroma)):
            what = "The vectors of the index are damaged: a file has changed since the last ingest"
            raise IndexDamaged(what, where=str(self._chroma / name), do=REBUILD)
        return ChunkStore(open_embedded(self._chroma, self.version_token()))

    def secondary_folder(self) -> Path:
        """Return the subfolder `derived`."""
        return self._folder / "derived"

    @contextmanager
    def lock(self) -> Iterator[LockCheck]:
        """Lock the folder. Raises IndexBusy if another process has it, IndexMismatch if kotae did not make it."""
        if (self._folder / _FILE).exists() or self._chroma.exists():
            self._require_ours()
        with folder_lock(
            self._folder,
            IndexBusy(
                "Another process is writing to this index", where=self.where, do="Wait for it to end, then try again."
            ),
        ):
            yield _never_lost
            self._write_checksums()

    def _write_checksums(self) -> None:
        """Write checksums of the vectors of a complete index, except for files that Chroma may still change."""
        if not (self._chroma / CHECKSUM_FILE).exists() and self._chroma.exists() and self.load().complete:
            saved = (path.parent for path in self._chroma.glob("*/index_metadata.*"))
            write_checksums(self._chroma, (path for folder in saved for path in folder.iterdir()))

    def _require_ours(self) -> None:
        """Raise IndexMismatch unless kotae made the folder, which its lock file or the manifest proves."""
        ours = (self._folder / LOCK_FILE).exists()
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            ours = ours or "encoder_name" in json.loads(read_regular(self._folder / _FILE, _MAX_MANIFEST))
        if not ours:
            raise IndexMismatch(
                "The files in this folder were not made by kotae", where=self.where, do="Choose another folder."
            )

    def drop(self) -> None:
        """Remove manifest, chunks, secondary indexes and lock file; other files in the folder stay."""
        if not (self._folder / _FILE).exists() and not self._chroma.exists():
            raise IndexMissing("There is no index to drop", where=self.where)
        with self.lock():
            (self._folder / _FILE).unlink(missing_ok=True)
            for subfolder in (self._chroma, self.secondary_folder()):
                shutil.rmtree(subfolder, ignore_errors=True)
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
                complete = _read_file(cached, self.where)
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
                _write_file(self._cache(str(collection.id)) / _FILE, manifest)

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

    def store(self) -> ChunkStore:
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
                    chroma.delete(collection_name(self._server.collection, language))
                chroma.delete(self._server.collection)  # last: it names the others
            shutil.rmtree(self._cache(str(collection.id)), ignore_errors=True)

    def _collection(self, chroma: ChromaConnection) -> Any:
        collection = chroma.find(self._server.collection)
        if collection is None:
            raise IndexMissing("There is no index", where=self.where, do=_BUILD)
        return collection

    def _not_ours(self) -> IndexMismatch:
        return IndexMismatch("This collection was not made by kotae", where=self.where, do="Choose another one.")

    @staticmethod
    def _cache(identity: str) -> Path:
        return cache_dir() / "servers" / identity


_BUILD = "Build it with: kotae ingest CORPUS"


def _never_lost() -> None:
    """Pass: the operating system keeps a file lock while its process lives."""


def _header(metadata: Any) -> dict[str, Any] | None:
    try:
        header = json.loads((metadata or {}).get(_KEY, "null"))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _read_file(path: Path, where: str) -> Manifest:
    try:
        return parse_manifest(read_regular(path, _MAX_MANIFEST), str(path))
    except FileNotFoundError as error:
        raise IndexMissing("There is no index", where=where, do=_BUILD) from error
    except OSError as error:
        what = Message("The manifest of the index cannot be read: {error}", error=reason_of(error))
        raise IndexDamaged(what, where=str(path), do=REBUILD) from error


def _write_file(path: Path, manifest: Manifest) -> None:
    """Write a manifest with one line per source, line by line, since there may be very many."""

    def lines() -> Iterator[str]:
        yield json.dumps(manifest.header, ensure_ascii=False).removesuffix("}") + ', "sources": {'
        for number, (source, state) in enumerate(manifest.sources.items()):
            yield f"{',' if number else ''}\n{json.dumps(source, ensure_ascii=False)}: {json.dumps(state)}"
        yield "\n}}\n"

    atomic_write(path, (line.encode("utf-8") for line in lines()))
