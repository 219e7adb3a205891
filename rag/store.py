"""The chunks and their vectors in a Chroma collection, and which files are whole there.

Every chunk carries the source of its document and that of its file (one file can hold many documents). The first chunk
of a file is its head: once all the others are there, and those of an older version are gone, the head is marked with
the hash of the file and how many chunks it has. A file without such a mark is not whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rag.chroma import Chroma, configuration
from rag.manifest import SourceState
from rag.records import LANGUAGES, Chunk, Language
from rag.settings import COLLECTION

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import GetResult
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

_PAGE_OF_IDS, _PAGE, _PAGE_OF_VECTORS = 10_000, 2000, 500
"""How many chunks are asked for at once, by what of them: of a vector Chroma makes a list of Python numbers."""
_MARK = ("file_sha256", "file_chunks", "file_failures")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What Chroma holds of one file: how many chunks, and the mark of its head if there is one."""

    chunks: int
    mark: SourceState | None

    @property
    def whole(self) -> bool:
        """Whether every chunk of one version of the file is there, and no other."""
        return self.mark is not None and self.mark.chunks == self.chunks


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk, the source of the file it comes from, and the mark of that file where it is the head of a whole one."""

    chunk: Chunk
    file: str
    mark: SourceState | None = None


class ChunkStore:
    """A collection of chunks, cosine, on disk or on a server. May be used by several threads at once."""

    def __init__(self, chroma: Chroma, name: str = COLLECTION) -> None:
        """Open or make it. Raises IndexDamaged, and Server... errors."""
        self._chroma = chroma
        self._name = name
        with chroma.errors():
            self._collection: Collection = chroma.client.get_or_create_collection(
                name, configuration=configuration(), embedding_function=None
            )
            self.batch_limit = int(chroma.client.get_max_batch_size())
        self._held: tuple[Language, ...] | None = None

    def close(self) -> None:
        """Let go of files and connections."""
        self._chroma.close()

    def count(self) -> int:
        """How many chunks there are."""
        with self._chroma.errors():
            return int(self._collection.count())

    def upsert(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Write chunks, each with its vector, replacing those of the same id; marked heads come last."""
        order = sorted(range(len(entries)), key=lambda i: entries[i].mark is not None)
        for part in self._parts([entries[i] for i in order], vectors.shape[1]):
            rows, order = order[: len(part)], order[len(part) :]
            with self._chroma.errors():
                self._collection.upsert(
                    ids=[entry.chunk.id for entry in part],
                    embeddings=vectors[rows],
                    documents=[entry.chunk.text for entry in part],
                    metadatas=[_metadata(entry) for entry in part],
                )
        self._held = None

    def describe(self, entries: Sequence[Entry]) -> None:
        """Write anew what is said of chunks that are there, but not their texts and vectors."""
        for part in _slices(entries, self.batch_limit):
            with self._chroma.errors():
                self._collection.update(
                    ids=[entry.chunk.id for entry in part], metadatas=[_metadata(entry) for entry in part]
                )

    def mark(self, heads: Mapping[str, SourceState | None]) -> None:
        """Mark the heads of whole files, by id; None takes a mark away."""
        for part in _slices(list(heads.items()), self.batch_limit):
            with self._chroma.errors():
                self._collection.update(ids=[one for one, _ in part], metadatas=[_mark(mark) for _, mark in part])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the chunks with these ids; unknown ones are passed over."""
        for part in _slices(ids, self.batch_limit):
            with self._chroma.errors():
                self._collection.delete(ids=list(part))
        self._held = None

    def inventory(self) -> dict[str, StoredFile]:
        """What is stored of each file, by source; reads the metadata of every chunk."""
        found: dict[str, StoredFile] = {}
        for page in self._pages(["metadatas"]):
            for metadata in page["metadatas"] or ():
                file, mark = str(metadata["file"]), _read_mark(metadata)
                held = found.get(file, StoredFile(0, None))
                found[file] = replace(held, chunks=held.chunks + 1, mark=mark or held.mark)
        return found

    def languages(self) -> dict[str, dict[Language, int]]:
        """How many chunks of each language each file has, by source; reads the metadata of every chunk."""
        found: dict[str, dict[Language, int]] = {}
        for page in self._pages(["metadatas"]):
            for metadata in page["metadatas"] or ():
                counts = found.setdefault(str(metadata["file"]), {})
                language = cast("Language", metadata["lang"])
                counts[language] = counts.get(language, 0) + 1
        return found

    def marks(self) -> dict[str, SourceState]:
        """The marks of whole files, by source; reads the metadata of their heads."""
        found = {}
        for page in self._pages(["metadatas"], where={"file_chunks": {"$gt": 0}}):
            for metadata in page["metadatas"] or ():
                if mark := _read_mark(metadata):
                    found[str(metadata["file"])] = mark
        return found

    def ids_of(self, files: Sequence[str]) -> dict[str, str]:
        """The ids of all chunks of these files, each with the source of its file."""
        if not files:
            return {}
        if len(files) == 1:
            return {one: files[0] for page in self._pages([], where={"file": files[0]}) for one in page["ids"]}
        found: dict[str, str] = {}
        for page in self._pages(["metadatas"], where={"file": {"$in": list(files)}}):
            for chunk_id, metadata in zip(page["ids"], page["metadatas"] or (), strict=True):
                found[chunk_id] = str(metadata["file"])
        return found

    def heads_of(self, files: Sequence[str]) -> list[str]:
        """The ids of the marked heads of these files."""
        where = {"$and": [{"file": {"$in": list(files)}}, {"file_chunks": {"$gt": 0}}]}
        return [one for page in self._pages([], where=where) for one in page["ids"]] if files else []

    def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """The chunks with these ids, with file and mark; unknown ids are left out."""
        found: dict[str, Entry] = {}
        for part in _slices(ids, _PAGE):
            with self._chroma.errors():
                page = self._collection.get(ids=list(part), include=["metadatas", "documents"])
            found |= {entry.chunk.id: entry for entry in _entries(page)}
        return found

    def ids(self, language: Language) -> NDArray[np.bytes_]:
        """The ids of all chunks of a language, sorted, shape (n,), 32 bytes each."""
        import numpy as np

        pages = [np.array(page["ids"], dtype="S32") for page in self._pages([], where={"lang": language})]
        return np.unique(np.concatenate(pages)) if pages else np.zeros(0, dtype="S32")

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk, page by page, in the store's order."""
        for page in self._pages(["metadatas", "documents"]):
            yield from (entry.chunk for entry in _entries(page))

    def fetch(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks with these ids; unknown ones are left out."""
        return {chunk_id: entry.chunk for chunk_id, entry in self.entries(ids).items()}

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of the chunks with these ids; unknown ones are left out."""
        import numpy as np

        found: dict[str, NDArray[np.float32]] = {}
        for part in _slices(ids, _PAGE_OF_VECTORS):
            with self._chroma.errors():
                page = self._collection.get(ids=list(part), include=["embeddings"])
            rows = page["embeddings"]
            if rows is not None:
                found |= {one: np.asarray(row, np.float32) for one, row in zip(page["ids"], rows, strict=True)}
        return found

    def nearest(self, vector: NDArray[np.float32], count: int, language: Language) -> dict[str, float]:
        """The ids of the `count` chunks of a language nearest to a vector, nearest first, each with its cosine."""
        held = self._languages()
        if language not in held:
            return {}
        # Chroma takes much longer where it has to filter, which is not needed where all is in one language.
        where = cast("Any", {"lang": language}) if len(held) > 1 else None
        with self._chroma.errors():
            found = self._collection.query(
                query_embeddings=cast("Any", [vector]), n_results=count, where=where, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return {chunk_id: 1.0 - float(d) for chunk_id, d in zip(found["ids"][0], distances, strict=True)}

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosines of a vector with the chunks of these ids."""
        return {chunk_id: float(vector @ row) for chunk_id, row in self.vectors(ids).items()}

    def vectorstore(self, encoder: Embeddings) -> Any:
        """The same collection as a `langchain_chroma.Chroma`, for LangChain users."""
        from langchain_chroma import Chroma as LangChainChroma

        return LangChainChroma(self._name, encoder, client=self._chroma.client)

    def _languages(self) -> tuple[Language, ...]:
        if self._held is None:
            with self._chroma.errors():
                self._held = tuple(
                    one for one in LANGUAGES if self._collection.get(where={"lang": one}, limit=1, include=[])["ids"]
                )
        return self._held

    def _parts(self, entries: Sequence[Entry], dimensions: int) -> Iterator[Sequence[Entry]]:
        """Entries in parts that one request can carry."""
        limit, start, size = self._chroma.request_bytes, 0, 0
        for end, entry in enumerate(entries):
            one = dimensions * 6 + 4 * len(entry.chunk.text) + 1000
            if end - start == self.batch_limit or (limit is not None and end > start and size + one > limit):
                yield entries[start:end]
                start, size = end, 0
            size += one
        if start < len(entries):
            yield entries[start:]

    def _pages(self, include: list[Any], where: Any = None) -> Iterator[GetResult]:
        offset, size = 0, _PAGE if include else _PAGE_OF_IDS
        while True:
            with self._chroma.errors():
                page = self._collection.get(limit=size, offset=offset, include=include, where=where)
            if page["ids"]:
                yield page
            if len(page["ids"]) < size:
                return
            offset += size


def _slices(items: Sequence[Any], size: int) -> Iterator[Any]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _metadata(entry: Entry) -> Mapping[str, str | int | None]:
    chunk = entry.chunk
    return {
        "source": chunk.source,
        "file": entry.file,
        "title": chunk.title,
        "lang": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        **_mark(entry.mark),
    }


def _mark(mark: SourceState | None) -> Mapping[str, str | int | None]:
    """None takes a key away."""
    values = (None, None, None) if mark is None else (mark.sha256, mark.chunks, mark.failures)
    return dict(zip(_MARK, values, strict=True))


def _read_mark(metadata: Mapping[str, Any]) -> SourceState | None:
    values = [metadata.get(key) for key in _MARK]
    return None if None in values else SourceState(*cast("Any", values))


def _entries(page: GetResult) -> Iterator[Entry]:
    for chunk_id, text, metadata in zip(page["ids"], page["documents"] or (), page["metadatas"] or (), strict=True):
        chunk = Chunk(
            id=chunk_id,
            text=text,
            title=str(metadata["title"]),
            source=str(metadata["source"]),
            language=cast("Language", metadata["lang"]),
            start=cast("int", metadata["start"]),
            end=cast("int", metadata["end"]),
            position=cast("int", metadata["position"]),
        )
        yield Entry(chunk, str(metadata["file"]), _read_mark(metadata))
