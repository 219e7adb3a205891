"""Where an index lives: its chunks, its manifest, what is derived from them, and who may write to it.

An index on disk is a folder: `manifest.json`, `chroma/`, `derived/`. An index on a Chroma server is a collection, so
that several machines can use it: the head of the manifest is in the collection's metadata, the chunks are in one
collection a language beside it (see `rag.index.store`), the files are known by the marks of their chunks, and each
machine keeps in its own cache what it derives from them.
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
from rag.index.chroma import REBUILD, Chroma, ChromaServer, configuration, open_embedded, open_server
from rag.index.manifest import Manifest, SourceState, read_manifest
from rag.index.server_lock import lease
from rag.index.store import ChunkStore, part_name
from rag.records import LANGUAGES
from rag.settings import cache_dir
from rag.storage.atomic import atomic_write
from rag.storage.checksums import CHECKSUM_FILE, find_corrupted, write_checksums
from rag.storage.disk_errors import translate_os_errors
from rag.storage.locks import LOCK_FILE, folder_lock

_FILE = "manifest.json"
_KEY = "kotae_manifest"

Check = Callable[[], None]


class IndexHome(ABC):
    """A place for one index. `where` names it in messages."""

    where: str

    @abstractmethod
    def load(self) -> Manifest:
        """The manifest. Raises IndexMissing, IndexDamaged and IndexMismatch (another format)."""

    @abstractmethod
    def save(self, manifest: Manifest) -> None:
        """Replace the manifest, atomically."""

    @abstractmethod
    def state(self) -> str:
        """Another text after every change of the index, from before its first step; cheap to ask again and again."""

    def close(self) -> None:  # noqa: B027
        """Let go of what `state` keeps open."""

    @abstractmethod
    def store(self) -> ChunkStore:
        """Open the chunks."""

    @abstractmethod
    def derived(self) -> Path:
        """The folder for what is derived from the chunks."""

    @abstractmethod
    def writing(self) -> Any:
        """Hold the index for writing, as a context; it gives a check that raises IndexBusy where the hold was lost."""

    @abstractmethod
    def drop(self) -> None:
        """Delete the index, and only what belongs to it. Raises IndexMissing and IndexBusy."""


def home_of(folder: Path, server: ChromaServer | None = None) -> IndexHome:
    """The home of the index in `folder`, or of that on `server`, for which the folder has no meaning."""
    return FolderHome(folder) if server is None else ServerHome(server)


class FolderHome(IndexHome):
    """An index on disk."""

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self._folder = folder
        self._chroma = folder / "chroma"

    def load(self) -> Manifest:
        """Read `manifest.json`."""
        return _read_file(self._folder / _FILE, self.where)

    def save(self, manifest: Manifest) -> None:
        """Write `manifest.json`; durable once it returns."""
        if not manifest.complete:
            with translate_os_errors(self._chroma):
                (self._chroma / CHECKSUM_FILE).unlink(missing_ok=True)
        _write_file(self._folder / _FILE, manifest)

    def state(self) -> str:
        """Which file `manifest.json` is: every save puts another in its place."""
        try:
            found = (self._folder / _FILE).stat()
        except OSError:
            return ""
        return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"

    def store(self) -> ChunkStore:
        """Chroma in this process. Damaged vectors, over which Chroma would fall, are refused first."""
        if (self._chroma / CHECKSUM_FILE).exists() and (name := find_corrupted(self._chroma)):
            what = "The vectors of the index are damaged: a file is not what the last ingest left"
            raise IndexDamaged(what, where=str(self._chroma / name), do=REBUILD)
        return ChunkStore(open_embedded(self._chroma, self.state()))

    def derived(self) -> Path:
        """Beside the chunks."""
        return self._folder / "derived"

    @contextmanager
    def writing(self) -> Iterator[Check]:
        """One process at a time; raises IndexBusy where another one writes, IndexMismatch where kotae made nothing."""
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
        """Seal the vectors of a whole index. Chroma changes the files again of those it has not yet saved for good."""
        if not (self._chroma / CHECKSUM_FILE).exists() and self._chroma.exists() and self.load().complete:
            saved = (path.parent for path in self._chroma.glob("*/index_metadata.*"))
            write_checksums(self._chroma, (path for folder in saved for path in folder.iterdir()))

    def _require_ours(self) -> None:
        """Raise IndexMismatch unless kotae made what is here: it leaves its lock, or its manifest says so."""
        ours = (self._folder / LOCK_FILE).exists()
        with contextlib.suppress(OSError, ValueError, TypeError):
            ours = ours or "encoder_name" in json.loads((self._folder / _FILE).read_text(encoding="utf-8"))
        if not ours:
            raise IndexMismatch(
                "What is in this folder was not made by kotae", where=self.where, do="Name another one."
            )

    def drop(self) -> None:
        """Remove manifest, chunks, derived data and lock; other files in the folder stay."""
        if not (self._folder / _FILE).exists() and not self._chroma.exists():
            raise IndexMissing("There is no index to drop", where=self.where)
        with self.writing():
            (self._folder / _FILE).unlink(missing_ok=True)
            for part in ("chroma", "derived"):
                shutil.rmtree(self._folder / part, ignore_errors=True)
            (self._folder / LOCK_FILE).unlink(missing_ok=True)


class ServerHome(IndexHome):
    """An index that is a collection on a Chroma server, with others beside it."""

    def __init__(self, server: ChromaServer) -> None:
        self.where = str(server)
        self._server = server
        self._watch: Chroma | None = None

    def load(self) -> Manifest:
        """Read the head from the collection, and the files from this machine's cache or from the marks."""
        with closing(open_server(self._server)) as chroma:
            collection = self._collection(chroma)
            head = _head(collection.metadata)
            if head is None:
                raise IndexMismatch("This collection was not made by kotae", where=self.where, do="Name another one.")
            cached = self._cache(str(collection.id)) / _FILE
            if head.get("complete") and cached.is_file():
                manifest = _read_file(cached, self.where)
                if manifest.corpus_digest == head.get("digest"):
                    return replace(manifest, corpus=head.get("corpus", ""))
            return read_manifest(head, ChunkStore(chroma, self._server.collection).marks(), self.where)

    def save(self, manifest: Manifest) -> None:
        """Write the head to the collection, which is made; the whole, where it is complete, to this machine's cache."""
        head = {_KEY: json.dumps({**manifest.head, "digest": manifest.corpus_digest}, ensure_ascii=False)}
        with closing(open_server(self._server)) as chroma:
            with chroma.errors():
                collection = chroma.client.get_or_create_collection(
                    self._server.collection, configuration=configuration(), metadata=head, embedding_function=None
                )
                if collection.metadata != head:
                    collection.modify(metadata=head)
            if manifest.complete:
                _write_file(self._cache(str(collection.id)) / _FILE, manifest)

    def state(self) -> str:
        """What the collection says of itself, but for where the documents were."""
        if self._watch is None:
            self._watch = open_server(self._server)
        found = self._watch.find(self._server.collection)
        if found is None:
            return ""
        head = {**(_head(found.metadata) or {}), "corpus": None}  # each machine may have its copy of the documents
        return f"{found.id} {json.dumps(head, sort_keys=True)}"

    def close(self) -> None:
        """Let go of the connection."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def store(self) -> ChunkStore:
        """The collections beside that of the manifest."""
        return ChunkStore(open_server(self._server), self._server.collection)

    def derived(self) -> Path:
        """In this machine's cache, by the identity of the collection."""
        with closing(open_server(self._server)) as chroma:
            return self._cache(str(self._collection(chroma).id)) / "derived"

    @contextmanager
    def writing(self) -> Iterator[Check]:
        """One process of all machines at a time; others wait."""
        with closing(open_server(self._server)) as chroma, lease(chroma, f"{self._server.collection}.writing") as check:
            yield check

    def drop(self) -> None:
        """Delete the collections, and what this machine's cache holds of them."""
        with closing(open_server(self._server)) as chroma:
            found = self._collection(chroma)
            if _head(found.metadata) is None:
                raise IndexMismatch("This collection was not made by kotae", where=self.where, do="Name another one.")
            with self.writing():
                for language in LANGUAGES:
                    chroma.delete(part_name(self._server.collection, language))
                chroma.delete(self._server.collection)  # last: it says what the others are
            shutil.rmtree(self._cache(str(found.id)), ignore_errors=True)

    def _collection(self, chroma: Chroma) -> Any:
        found = chroma.find(self._server.collection)
        if found is None:
            raise IndexMissing("There is no index", where=self.where, do=_BUILD)
        return found

    @staticmethod
    def _cache(identity: str) -> Path:
        return cache_dir() / "servers" / identity


_BUILD = "Build it with: kotae ingest CORPUS"


def _never_lost() -> None:
    """A lock of the operating system is not lost while its process lives."""


def _head(metadata: Any) -> dict[str, Any] | None:
    try:
        head = json.loads((metadata or {}).get(_KEY, "null"))
    except ValueError:
        return None
    return head if isinstance(head, dict) else None


def _read_file(path: Path, where: str) -> Manifest:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        sources = stored.pop("sources", {}) if isinstance(stored, dict) else {}
        states = {source: SourceState(*state) for source, state in sources.items()}
    except FileNotFoundError as error:
        raise IndexMissing("There is no index", where=where, do=_BUILD) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexDamaged("The manifest of the index cannot be read", where=str(path), do=REBUILD) from error
    return read_manifest(stored, states, where)


def _write_file(path: Path, manifest: Manifest) -> None:
    """One line a source, written as they come: there may be very many."""

    def lines() -> Iterator[str]:
        yield json.dumps(manifest.head, ensure_ascii=False).removesuffix("}") + ', "sources": {'
        for place, (source, one) in enumerate(manifest.sources.items()):
            state = json.dumps([one.sha256, one.chunks, one.failures])
            yield f"{',' if place else ''}\n{json.dumps(source, ensure_ascii=False)}: {state}"
        yield "\n}}\n"

    atomic_write(path, (line.encode("utf-8") for line in lines()))
