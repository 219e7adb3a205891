"""The chunks and their vectors in Chroma, a collection for each language, and which files are whole there.

Retrieval asks for the nearest chunks of one language. Among 100,000 chunks Chroma takes a second where it has to filter
and two milliseconds where it has not. A file may have chunks in both collections; its head (see
`rag.index.metadata`) is in one of them. The id of a chunk is made of its language too, so none is ever in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from rag.errors import IndexMismatch
from rag.index.chroma import Chroma, configuration
from rag.index.manifest import SourceState
from rag.index.metadata import HEADS, Entry, StoredFile, metadata_of, metadata_of_mark, read_entries, read_mark
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


def part_name(name: str, language: Language) -> str:
    """The name of the collection that has the chunks of a language of the index called `name`."""
    return f"{name}.{language}"


class ChunkStore:
    """Collections of chunks, cosine, on disk or on a server. May be used by several threads at once."""

    def __init__(self, chroma: Chroma, name: str = COLLECTION) -> None:
        """Open or make them. Raises IndexDamaged, IndexMismatch (made by somebody else), and Server... errors."""
        self._chroma = chroma
        self._collections = {language: _part(chroma, name, language) for language in LANGUAGES}
        with chroma.errors():
            self.batch_limit = int(chroma.client.get_max_batch_size())

    def close(self) -> None:
        """Let go of files and connections."""
        self._chroma.close()

    def count(self, languages: Sequence[Language] = LANGUAGES) -> int:
        """How many chunks there are."""
        with self._chroma.errors():
            return sum(int(self._collections[language].count()) for language in languages)

    def upsert(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Write chunks, each with its vector, replacing those of the same id; marked heads come last."""
        order = sorted(range(len(entries)), key=lambda i: (entries[i].mark is not None, entries[i].chunk.language))
        for part in self._parts([entries[i] for i in order], vectors.shape[1]):
            rows, order = order[: len(part)], order[len(part) :]
            with self._chroma.errors():
                self._collections[part[0].chunk.language].upsert(
                    ids=[entry.chunk.id for entry in part],
                    embeddings=vectors[rows],
                    documents=[entry.chunk.text for entry in part],
                    metadatas=[metadata_of(entry) for entry in part],
                )

    def describe(self, entries: Sequence[Entry]) -> None:
        """Write anew what is said of chunks that are there, but not their texts and vectors."""
        self._update({entry.chunk.id: metadata_of(entry) for entry in entries})

    def mark(self, heads: Mapping[str, SourceState | None]) -> None:
        """Mark the heads of whole files, by id; None takes a mark away."""
        self._update({head: metadata_of_mark(mark) for head, mark in heads.items()})

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the chunks with these ids; unknown ones are passed over."""
        for collection, page in self._held(ids, [], self.batch_limit):
            with self._chroma.errors():
                collection.delete(ids=page["ids"])

    def inventory(self) -> dict[str, StoredFile]:
        """What is stored of each file, by source; reads the metadata of every chunk."""
        found: dict[str, StoredFile] = {}
        for page in self._pages(["metadatas"]):
            for metadata in page["metadatas"] or ():
                file, mark = str(metadata["file"]), read_mark(metadata)
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
        for page in self._pages(["metadatas"], HEADS):
            for metadata in page["metadatas"] or ():
                if mark := read_mark(metadata):
                    found[str(metadata["file"])] = mark
        return found

    def ids_of(self, files: Sequence[str]) -> dict[str, str]:
        """The ids of all chunks of these files, each with the source of its file."""
        return {one.decode(): file for file, ids in self.packed_ids_of(files) for one in ids}

    def packed_ids_of(self, files: Sequence[str]) -> Iterator[tuple[str, NDArray[np.bytes_]]]:
        """The same by file, page by page: some ids of a file, shape (n,), 32 bytes each."""
        import numpy as np

        if len(files) == 1:
            for page in self._pages([], {"file": files[0]}):
                yield files[0], np.array(page["ids"], dtype="S32")
        elif files:
            for page in self._pages(["metadatas"], {"file": {"$in": list(files)}}):
                ids: dict[str, list[str]] = {}
                for chunk_id, metadata in zip(page["ids"], page["metadatas"] or (), strict=True):
                    ids.setdefault(str(metadata["file"]), []).append(chunk_id)
                yield from ((file, np.array(some, dtype="S32")) for file, some in ids.items())

    def heads_of(self, files: Sequence[str]) -> list[str]:
        """The ids of the marked heads of these files."""
        where = {"$and": [{"file": {"$in": list(files)}}, HEADS]}
        return [one for page in self._pages([], where) for one in page["ids"]] if files else []

    def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """The chunks with these ids, with file and mark; unknown ids are left out."""
        pages = self._held(ids, ["metadatas", "documents"], _PAGE)
        return {entry.chunk.id: entry for _, page in pages for entry in read_entries(page)}

    def ids(self, language: Language) -> NDArray[np.bytes_]:
        """The ids of all chunks of a language, sorted, shape (n,), 32 bytes each."""
        import numpy as np

        pages = [np.array(page["ids"], dtype="S32") for page in self._pages([], languages=[language])]
        return np.unique(np.concatenate(pages)) if pages else np.zeros(0, dtype="S32")

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk, page by page, in the store's order."""
        for page in self._pages(["metadatas", "documents"]):
            yield from (entry.chunk for entry in read_entries(page))

    def fetch(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks with these ids; unknown ones are left out."""
        return {chunk_id: entry.chunk for chunk_id, entry in self.entries(ids).items()}

    def fetch_with_vectors(self, ids: Sequence[str]) -> tuple[dict[str, Chunk], dict[str, NDArray[np.float32]]]:
        """The chunks with these ids and their vectors, by id; unknown ids are left out."""
        chunks: dict[str, Chunk] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        for _, page in self._held(ids, ["metadatas", "documents", "embeddings"], _PAGE_OF_VECTORS):
            chunks |= {entry.chunk.id: entry.chunk for entry in read_entries(page)}
            vectors |= _vectors(page)
        return chunks, vectors

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of the chunks with these ids; unknown ones are left out."""
        found: dict[str, NDArray[np.float32]] = {}
        for _, page in self._held(ids, ["embeddings"], _PAGE_OF_VECTORS):
            found |= _vectors(page)
        return found

    def nearest(self, vector: NDArray[np.float32], count: int, language: Language) -> dict[str, float]:
        """The ids of the `count` chunks of a language nearest to a vector, nearest first, each with its cosine."""
        with self._chroma.errors():
            found = self._collections[language].query(
                query_embeddings=cast("Any", [vector]), n_results=count, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return {chunk_id: 1.0 - float(d) for chunk_id, d in zip(found["ids"][0], distances, strict=True)}

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosines of a vector with the chunks of these ids."""
        return {chunk_id: float(vector @ row) for chunk_id, row in self.vectors(ids).items()}

    def vectorstore(self, encoder: Embeddings, language: Language) -> Any:
        """The collection of a language as a `langchain_chroma.Chroma`, for LangChain users."""
        from langchain_chroma import Chroma as LangChainChroma

        return LangChainChroma(self._collections[language].name, encoder, client=self._chroma.client)

    def _update(self, said: Mapping[str, Mapping[str, Any]]) -> None:
        for collection, page in self._held(list(said), [], self.batch_limit):
            with self._chroma.errors():
                collection.update(ids=page["ids"], metadatas=[said[one] for one in page["ids"]])

    def _held(self, ids: Sequence[str], include: list[Any], size: int) -> Iterator[tuple[Collection, GetResult]]:
        """What each collection has of these ids, `size` of them at a time."""
        for start in range(0, len(ids), size):
            left = list(ids[start : start + size])
            for collection in self._collections.values():
                if not left:
                    break
                with self._chroma.errors():
                    page = collection.get(ids=left, include=include)
                if page["ids"]:
                    yield collection, page
                    found = set(page["ids"])
                    left = [one for one in left if one not in found]

    def _parts(self, entries: Sequence[Entry], dimensions: int) -> Iterator[Sequence[Entry]]:
        """Entries in parts that one request can carry, each of one language."""
        limit, start, size = self._chroma.request_bytes, 0, 0
        for end, entry in enumerate(entries):
            one = dimensions * 6 + 4 * len(entry.chunk.text) + 1000
            full = end - start == self.batch_limit or (limit is not None and size + one > limit)
            if end > start and (full or entry.chunk.language != entries[start].chunk.language):
                yield entries[start:end]
                start, size = end, 0
            size += one
        if start < len(entries):
            yield entries[start:]

    def _pages(
        self, include: list[Any], where: Any = None, languages: Sequence[Language] = LANGUAGES
    ) -> Iterator[GetResult]:
        size = _PAGE if include else _PAGE_OF_IDS
        for language in languages:
            offset = 0
            while True:
                with self._chroma.errors():
                    page = self._collections[language].get(limit=size, offset=offset, include=include, where=where)
                if page["ids"]:
                    yield page
                if len(page["ids"]) < size:
                    break
                offset += size


def _vectors(page: GetResult) -> dict[str, NDArray[np.float32]]:
    import numpy as np

    rows = cast("Any", page["embeddings"])
    return {one: np.asarray(row, np.float32) for one, row in zip(page["ids"], rows, strict=True)}


def _part(chroma: Chroma, name: str, language: Language) -> Collection:
    said = {"kotae_part_of": name}
    with chroma.errors():
        collection = chroma.client.get_or_create_collection(
            part_name(name, language), configuration=configuration(), metadata=said, embedding_function=None
        )
    if collection.metadata != said:
        raise IndexMismatch(
            f"The collection {collection.name} was not made by kotae for this index",
            where=chroma.where,
            do="Name another one.",
        )
    return collection
