"""The index for pages and questions: opened once, and reopened when another process has changed it."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import InstanceOf

from rag.errors import IndexChanged, IndexDamaged, IndexMissing, IndexProblem, RequestError
from rag.factory import IndexSettings
from rag.index.location import locate_index
from rag.index.reader import Index, open_index
from rag.index.stores import STORES
from rag.records import Chunk, Language
from rag.retrieval.reranker import open_reranker
from rag.retrieval.retriever import HybridRetriever, document_of
from rag.storage.atomic import atomic_directory

Result = TypeVar("Result")
CHUNKS_A_PAGE = 50
_SAMPLED = 12
"""The files that titles are taken from."""
_TITLE = 60
"""The most characters of a title that fits a question."""
_HELD, _DISCARDED = "held", "held.old"
_COPIED = ("manifest.json", *STORES, "derived")


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file of the index, which clients name by `id`. `languages` counts its chunks by language."""

    id: str
    source: str
    languages: Mapping[Language, int]

    @property
    def chunks(self) -> int:
        """The number of its chunks."""
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every file of the index, by source; `complete` is False during an ingest, and after an interrupted one."""

    where: str
    encoder: str
    complete: bool
    files: tuple[IndexedFile, ...]

    @property
    def languages(self) -> dict[Language, int]:
        """The number of chunks in each language."""
        counts: dict[Language, int] = {}
        for file in self.files:
            for language, count in file.languages.items():
                counts[language] = counts.get(language, 0) + count
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Page:
    """Up to CHUNKS_A_PAGE chunks of a file, in order; pages count from 1."""

    file: IndexedFile
    chunks: tuple[Chunk, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Location:
    """The place of a chunk: the id of its file, the page, and its part of the file, such as "page=3", or ""."""

    file: str
    page: int
    part: str


class IndexView:
    """One index, for several threads. Clients name files and chunks by id, never by path.

    With `library` this process ingests too: `hold` keeps answers as they are until `release`, also in a later process.
    """

    def __init__(self, settings: IndexSettings, *, library: bool = False) -> None:
        self.settings = settings
        self._lock = threading.RLock()
        self._library = library
        self._held, self._discarded = settings.folder / _HELD, settings.folder / _DISCARDED
        if library:
            shutil.rmtree(self._discarded, ignore_errors=True)
        self._folder = self._held if library and self._held.is_dir() else settings.folder
        self._index: Index | None = None
        self._catalogue: Catalogue | None = None

    def read(self, query: Callable[[Index], Result]) -> Result:
        """Return the result of `query` on the index as it is now. Raises IndexProblem.

        Chroma reads wrongly once another process has written to its folder; the index is then reopened, once.
        """
        with self._lock:
            try:
                return self._read(query)
            except (IndexChanged, IndexDamaged):
                self.close()
                return self._read(query)

    def close(self) -> None:
        """Close the index; the next use reopens it."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = self._catalogue = None

    def hold(self) -> None:
        """Read a copy of the index as it is now, or that there is none, until `release`; held again, nothing changes.

        Nobody may write to the index meanwhile. Raises CannotWrite.
        """
        with self._lock:
            if self._folder == self._held:
                return
            if self.problem() is None:
                self._discard()
                atomic_directory(self._held, self._copy)
            self.close()
            self._folder = self._held

    def release(self) -> None:
        """Read the index itself again."""
        with self._lock:
            self.close()
            self._folder = self.settings.folder
            self._discard()

    @property
    def holding(self) -> bool:
        """Whether it reads what `hold` kept, as the index itself is behind its documents."""
        return self._folder == self._held

    def problem(self) -> IndexProblem | None:
        """Return why the index cannot be opened, as far as its manifest tells, or None."""
        try:
            locate_index(self._folder, self.settings.server).load()
        except IndexMissing as error:
            return self._missing(error)
        except IndexProblem as error:
            return error
        return None

    def catalogue(self) -> Catalogue:
        """List the files of the index. Raises IndexProblem."""
        return self.read(self._list)

    def titles(self, language: Language, most: int) -> list[str]:
        """Return titles of a few documents spread over the index, first those in this language. Raises IndexProblem."""

        def look(index: Index) -> list[str]:
            sources = sorted(index.manifest.sources)
            titles: dict[str, Language] = {}
            for source in sources[:: max(1, len(sources) // _SAMPLED)][:_SAMPLED]:
                ids = next((ids for _, ids in index.store.packed_ids([source]) if len(ids)), ())
                for chunk in index.store.fetch([chunk_id.decode() for chunk_id in ids[:1]]).values():
                    if 0 < len(title := chunk.title.strip()) <= _TITLE:
                        titles.setdefault(title, chunk.language)
            return sorted(titles, key=lambda title: titles[title] != language)[:most]

        return self.read(look)

    def page(self, file_id: str, page: int) -> Page:
        """Return a page of a file's chunks, at most the last. Raises RequestError and IndexProblem."""

        def cut(index: Index) -> Page:
            file = self._file(index, file_id)
            chunks = _in_order(index, file.source)
            pages = max(1, -(-len(chunks) // CHUNKS_A_PAGE))
            number = min(max(page, 1), pages)
            return Page(file, tuple(chunks[(number - 1) * CHUNKS_A_PAGE : number * CHUNKS_A_PAGE]), number, pages)

        return self.read(cut)

    def locate(self, chunk_id: str) -> Location:
        """Find the page of a chunk. Raises RequestError and IndexProblem."""

        def find(index: Index) -> Location:
            entry = index.store.stored_chunks([chunk_id]).get(chunk_id)
            if entry is None:
                raise RequestError("The index does not contain this passage, or no longer does", status=404)
            ids = [chunk.id for chunk in _in_order(index, entry.file)]
            part = entry.chunk.source[len(entry.file) + 1 :]
            return Location(file_id(entry.file), ids.index(chunk_id) // CHUNKS_A_PAGE + 1, part)

        return self.read(find)

    def origin(self, file_id: str) -> tuple[str, str]:
        """Return the folder that was ingested, "" if it may be on another machine, and the source of a file of it.

        Raises RequestError and IndexProblem.
        """
        folder = self.read(lambda index: index.manifest.corpus) if self.settings.server is None else ""
        return folder, self.read(lambda index: self._file(index, file_id).source)

    def _read(self, query: Callable[[Index], Result]) -> Result:
        settings = self.settings
        if self._index is None or self._index.changed:
            self.close()
            try:
                self._index = open_index(self._folder, settings.encoder, settings.server)
            except IndexMissing as error:
                raise self._missing(error) from error
        with self._index.unchanged():
            return query(self._index)

    def _missing(self, error: IndexMissing) -> IndexMissing:
        if not self._library:
            return error
        what = "There are no documents yet that can be asked about"
        return IndexMissing(what, do="Add some on the page Documents, and wait until they have been read.")

    def _discard(self) -> None:
        """Delete the copy; a later process, which takes what has its name for the index, never finds a part of it."""
        shutil.rmtree(self._discarded, ignore_errors=True)
        with contextlib.suppress(OSError):  # there is none, or a program keeps it open: then all of it stays
            self._held.replace(self._discarded)
        shutil.rmtree(self._discarded, ignore_errors=True)

    def _copy(self, target: Path) -> None:
        for name in _COPIED:
            source = self.settings.folder / name
            if source.is_dir():
                shutil.copytree(source, target / name)
            elif source.exists():
                shutil.copy2(source, target / name)

    def _list(self, index: Index) -> Catalogue:
        if self._catalogue is None:
            where = locate_index(self.settings.folder, self.settings.server).where
            files = [IndexedFile(file_id(source), source, counts) for source, counts in index.store.languages().items()]
            self._catalogue = Catalogue(
                where, str(index.manifest.encoder), index.manifest.complete, sorted_files(files)
            )
        return self._catalogue

    def _file(self, index: Index, file_id: str) -> IndexedFile:
        for file in self._list(index).files:
            if file.id == file_id:
                return file
        raise RequestError("The index does not contain this document, or no longer does", status=404)


class IndexViewRetriever(BaseRetriever):
    """A retriever over the index as it is at the time of each question."""

    view: InstanceOf[IndexView]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        settings = self.view.settings
        reranker = open_reranker(settings.reranker) if settings.reranker else None

        def search(index: Index) -> list[Document]:
            hits = HybridRetriever(index=index, k=settings.top_k, reranker=reranker).search(query)
            return [document_of(hit) for hit in hits]

        return self.view.read(search)


def sorted_files(files: Iterable[IndexedFile]) -> tuple[IndexedFile, ...]:
    """Sort files by source, their numbers as numbers."""
    return tuple(sorted(files, key=lambda file: _natural(file.source)))


def file_id(source: str) -> str:
    """Return the id by which clients name a file."""
    return hashlib.sha256(source.encode()).hexdigest()[:20]


def _in_order(index: Index, file: str) -> list[Chunk]:
    """Return the chunks of a file, by document (pages and rows by number) and position."""
    chunks = index.store.fetch(list(index.store.ids_of([file])))
    return sorted(chunks.values(), key=lambda chunk: (_natural(chunk.source), chunk.position))


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Return a sort key that puts page 2 before page 10."""
    parts = re.split(r"(\d+)", text)
    return [(at % 2 == 1, int(part) if at % 2 else 0, part) for at, part in enumerate(parts)]
