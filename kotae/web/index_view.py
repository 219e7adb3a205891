"""The index as pages and questions see it: opened once, and anew when another process has changed it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import InstanceOf

from rag.errors import IndexChanged, IndexDamaged, IndexProblem, RequestError
from rag.factory import IndexSettings
from rag.index.location import home_of
from rag.index.reader import Index, open_index
from rag.records import Chunk, Language
from rag.retrieval.reranker import open_reranker
from rag.retrieval.retriever import HybridRetriever, document_of

Seen = TypeVar("Seen")
CHUNKS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class File:
    """A file of the index; `id` is what clients name it by. `languages` counts its chunks."""

    id: str
    source: str
    languages: Mapping[Language, int]

    @property
    def chunks(self) -> int:
        """How many chunks it has."""
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every file of the index, by source; `complete` is False while an ingest is under way or was interrupted."""

    where: str
    encoder: str
    complete: bool
    files: tuple[File, ...]

    @property
    def languages(self) -> dict[Language, int]:
        """How many chunks there are of each language."""
        counts: dict[Language, int] = {}
        for file in self.files:
            for language, count in file.languages.items():
                counts[language] = counts.get(language, 0) + count
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some of the chunks of a file, in order; pages count from 1."""

    file: File
    chunks: tuple[Chunk, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a chunk stands: the id of its file, and the page there."""

    file: str
    page: int


class Library:
    """One index, for several threads. Nothing that a client says is used as a path: files and chunks go by id."""

    def __init__(self, settings: IndexSettings) -> None:
        self.settings = settings
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._catalogue: Catalogue | None = None

    def use(self, look: Callable[[Index], Seen]) -> Seen:
        """What `look` sees in the index as it is now. Raises IndexProblem.

        An open Chroma loses track when another process writes to its folder, so the index is opened anew then, once.
        """
        with self._lock:
            try:
                return self._look(look)
            except (IndexChanged, IndexDamaged):
                self.close()
                return self._look(look)

    def close(self) -> None:
        """Let go of the index; the next use opens it anew."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = self._catalogue = None

    def problem(self) -> IndexProblem | None:
        """Why there is nothing to open, as far as can be told without opening it."""
        try:
            home_of(self.settings.folder, self.settings.server).load()
        except IndexProblem as error:
            return error
        return None

    def catalogue(self) -> Catalogue:
        """What the index holds. Raises IndexProblem."""
        return self.use(self._list)

    def leaf(self, file_id: str, page: int) -> Leaf:
        """A page of a file's chunks, the last one where there are not so many. Raises RequestError, IndexProblem."""

        def look(index: Index) -> Leaf:
            file = self._file(index, file_id)
            chunks = _in_order(index, file.source)
            pages = max(1, -(-len(chunks) // CHUNKS_A_PAGE))
            shown = min(max(page, 1), pages)
            return Leaf(file, tuple(chunks[(shown - 1) * CHUNKS_A_PAGE : shown * CHUNKS_A_PAGE]), shown, pages)

        return self.use(look)

    def spot(self, chunk_id: str) -> Spot:
        """Where the chunk of this id stands. Raises RequestError, IndexProblem."""

        def look(index: Index) -> Spot:
            entry = index.store.entries([chunk_id]).get(chunk_id)
            if entry is None:
                raise RequestError("The index has no such passage (any more)", status=404)
            ids = [chunk.id for chunk in _in_order(index, entry.file)]
            return Spot(_id_of(entry.file), ids.index(chunk_id) // CHUNKS_A_PAGE + 1)

        return self.use(look)

    def _look(self, look: Callable[[Index], Seen]) -> Seen:
        settings = self.settings
        if self._index is None or self._index.changed:
            self.close()
            self._index = open_index(settings.folder, settings.encoder, settings.server)
        with self._index.unchanged():
            return look(self._index)

    def _list(self, index: Index) -> Catalogue:
        if self._catalogue is None:
            where = home_of(self.settings.folder, self.settings.server).where
            files = tuple(File(_id_of(source), source, counts) for source, counts in index.store.languages().items())
            by_name = tuple(sorted(files, key=lambda file: _natural(file.source)))
            self._catalogue = Catalogue(where, str(index.manifest.encoder), index.manifest.complete, by_name)
        return self._catalogue

    def _file(self, index: Index, file_id: str) -> File:
        for file in self._list(index).files:
            if file.id == file_id:
                return file
        raise RequestError("The index has no such document (any more)", status=404)


class LibraryRetriever(BaseRetriever):
    """Searches the index of a library as it is at that moment."""

    library: InstanceOf[Library]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        settings = self.library.settings
        reranker = open_reranker(settings.reranker) if settings.reranker else None

        def look(index: Index) -> list[Document]:
            found = HybridRetriever(index=index, k=settings.top_k, reranker=reranker).search(query)
            return [document_of(hit) for hit in found]

        return self.library.use(look)


def _id_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:20]


def _in_order(index: Index, file: str) -> list[Chunk]:
    """The chunks of a file, by document (pages and rows by number) and position."""
    chunks = index.store.fetch(list(index.store.ids_of([file])))
    return sorted(chunks.values(), key=lambda chunk: (_natural(chunk.source), chunk.position))


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """A key that puts page 2 before page 10."""
    parts = re.split(r"(\d+)", text)
    return [(at % 2 == 1, int(part) if at % 2 else 0, part) for at, part in enumerate(parts)]
