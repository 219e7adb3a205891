"""Store of chunks and vectors in Chroma, one collection per language, with the completion markers of files.

Retrieval searches the chunks of one language. Among 100,000 chunks Chroma takes a second with a filter and two
milliseconds without. A file may have chunks in both collections; its first chunk, which carries the completion marker
(see `rag.index.metadata`), is in one of them. Chunk ids depend on the language, so none is in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from rag.errors import IndexMismatch
from rag.index.chroma import ChromaConnection, collection_configuration
from rag.index.manifest import SourceState
from rag.index.metadata import (
    COMPLETED,
    StoredChunk,
    StoredFile,
    chunk_metadata,
    marker_metadata,
    read_chunks,
    read_marker,
)
from rag.messages import Message
from rag.records import LANGUAGES, Chunk, Language
from rag.settings import COLLECTION

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import GetResult
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

_PAGE_OF_IDS, _PAGE, _PAGE_OF_VECTORS = 10_000, 2000, 500
"""Chunks per request, by their size in memory: Chroma turns a vector into a list of Python numbers."""


def collection_name(name: str, language: Language) -> str:
    """Return the name of the collection with the chunks of one language in the index called `name`."""
    return f"{name}.{language}"


class ChunkStore:
    """Chunks and vectors (cosine) on disk or on a server. Thread-safe."""

    def __init__(self, chroma: ChromaConnection, name: str = COLLECTION) -> None:
        """Open or create the collections. Raises IndexDamaged, IndexMismatch (not ours) and Server... errors."""
        self._chroma = chroma
        self._collections = {language: _open_collection(chroma, name, language) for language in LANGUAGES}
        with chroma.errors():
            self.batch_limit = int(chroma.client.get_max_batch_size())

    def close(self) -> None:
        """Close files and connections."""
        self._chroma.close()

    def count(self, languages: Sequence[Language] = LANGUAGES) -> int:
        """Return the number of chunks."""
        with self._chroma.errors():
            return sum(int(self._collections[language].count()) for language in languages)

    def upsert(self, chunks: Sequence[StoredChunk], vectors: NDArray[np.float32]) -> None:
        """Write chunks with their vectors, replacing those with the same id; completion markers come last."""
        order = sorted(range(len(chunks)), key=lambda i: (chunks[i].marker is not None, chunks[i].chunk.language))
        for batch in self._batches([chunks[i] for i in order], vectors.shape[1]):
            rows, order = order[: len(batch)], order[len(batch) :]
            with self._chroma.errors():
                self._collections[batch[0].chunk.language].upsert(
                    ids=[stored.chunk.id for stored in batch],
                    embeddings=vectors[rows],
                    documents=[stored.chunk.text for stored in batch],
                    metadatas=[chunk_metadata(stored) for stored in batch],
                )

    def update_metadata(self, chunks: Sequence[StoredChunk]) -> None:
        """Replace the metadata of existing chunks, but not their texts and vectors."""
        self._update({stored.chunk.id: chunk_metadata(stored) for stored in chunks})

    def set_markers(self, markers: Mapping[str, SourceState | None]) -> None:
        """Set the completion markers of first chunks, by id; None removes a marker."""
        self._update({chunk_id: marker_metadata(marker) for chunk_id, marker in markers.items()})

    def delete(self, ids: Sequence[str]) -> None:
        """Delete the chunks with these ids; unknown ids are ignored."""
        for collection, page in self._lookup(ids, [], self.batch_limit):
            with self._chroma.errors():
                collection.delete(ids=page["ids"])

    def inventory(self) -> dict[str, StoredFile]:
        """Return the stored files by source; reads the metadata of every chunk."""
        files: dict[str, StoredFile] = {}
        for page in self._pages(["metadatas"]):
            for metadata in page["metadatas"] or ():
                source, marker = str(metadata["file"]), read_marker(metadata)
                file = files.get(source, StoredFile(0, None))
                files[source] = StoredFile(file.chunks + 1, marker or file.marker)
        return files

    def languages(self) -> dict[str, dict[Language, int]]:
        """Return each file's number of chunks in each language; reads the metadata of every chunk."""
        files: dict[str, dict[Language, int]] = {}
        for page in self._pages(["metadatas"]):
            for metadata in page["metadatas"] or ():
                counts = files.setdefault(str(metadata["file"]), {})
                language = cast("Language", metadata["lang"])
                counts[language] = counts.get(language, 0) + 1
        return files

    def sources(self) -> set[str]:
        """Return the sources of all documents; reads the metadata of every chunk."""
        pages = self._pages(["metadatas"])
        return {str(metadata["source"]) for page in pages for metadata in page["metadatas"] or ()}

    def completed_files(self) -> dict[str, SourceState]:
        """Return the completion markers by source; reads the metadata of first chunks only."""
        files = {}
        for page in self._pages(["metadatas"], COMPLETED):
            for metadata in page["metadatas"] or ():
                if marker := read_marker(metadata):
                    files[str(metadata["file"])] = marker
        return files

    def ids_of(self, files: Sequence[str]) -> dict[str, str]:
        """Return the ids of all chunks of these files, each with the source of its file."""
        return {chunk_id.decode(): file for file, ids in self.packed_ids(files) for chunk_id in ids}

    def packed_ids(self, files: Sequence[str]) -> Iterator[tuple[str, NDArray[np.bytes_]]]:
        """Yield the same page by page: a file and some of its ids, shape (n,), 32 bytes each."""
        import numpy as np

        if len(files) == 1:
            for page in self._pages([], {"file": files[0]}):
                yield files[0], np.array(page["ids"], dtype="S32")
        elif files:
            for page in self._pages(["metadatas"], {"file": {"$in": list(files)}}):
                ids: dict[str, list[str]] = {}
                for chunk_id, metadata in zip(page["ids"], page["metadatas"] or (), strict=True):
                    ids.setdefault(str(metadata["file"]), []).append(chunk_id)
                yield from ((file, np.array(page_ids, dtype="S32")) for file, page_ids in ids.items())

    def marked_chunks(self, files: Sequence[str]) -> list[str]:
        """Return the ids of the chunks that have the completion markers of these files."""
        where = {"$and": [{"file": {"$in": list(files)}}, COMPLETED]}
        return [chunk_id for page in self._pages([], where) for chunk_id in page["ids"]] if files else []

    def stored_chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return the chunks with these ids, with file and marker; unknown ids are left out."""
        pages = self._lookup(ids, ["metadatas", "documents"], _PAGE)
        return {stored.chunk.id: stored for _, page in pages for stored in read_chunks(page)}

    def ids(self, language: Language) -> NDArray[np.bytes_]:
        """Return the ids of all chunks of a language, sorted, shape (n,), 32 bytes each."""
        import numpy as np

        pages = [np.array(page["ids"], dtype="S32") for page in self._pages([], languages=[language])]
        return np.unique(np.concatenate(pages)) if pages else np.zeros(0, dtype="S32")

    def chunks(self) -> Iterator[Chunk]:
        """Yield every chunk in the store's order, reading page by page."""
        for page in self._pages(["metadatas", "documents"]):
            yield from (stored.chunk for stored in read_chunks(page))

    def fetch(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks with these ids; unknown ids are left out."""
        return {chunk_id: stored.chunk for chunk_id, stored in self.stored_chunks(ids).items()}

    def fetch_with_vectors(self, ids: Sequence[str]) -> tuple[dict[str, Chunk], dict[str, NDArray[np.float32]]]:
        """Return the chunks with these ids and their vectors, by id; unknown ids are left out."""
        chunks: dict[str, Chunk] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        for _, page in self._lookup(ids, ["metadatas", "documents", "embeddings"], _PAGE_OF_VECTORS):
            chunks |= {stored.chunk.id: stored.chunk for stored in read_chunks(page)}
            vectors |= _vectors(page)
        return chunks, vectors

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of the chunks with these ids; unknown ids are left out."""
        vectors: dict[str, NDArray[np.float32]] = {}
        for _, page in self._lookup(ids, ["embeddings"], _PAGE_OF_VECTORS):
            vectors |= _vectors(page)
        return vectors

    def nearest(self, vectors: NDArray[np.float32], count: int, language: Language) -> list[dict[str, float]]:
        """Return for each row the ids of the `count` nearest chunks of a language with their cosines, nearest first."""
        with self._chroma.errors():
            result = self._collections[language].query(
                query_embeddings=cast("Any", list(vectors)), n_results=count, include=["distances"]
            )
        rows = zip(result["ids"], result["distances"] or (), strict=True)
        return [
            {chunk_id: 1.0 - float(d) for chunk_id, d in zip(ids, distances, strict=True)} for ids, distances in rows
        ]

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """Return the cosines of a vector with the chunks of these ids."""
        return {chunk_id: float(vector @ row) for chunk_id, row in self.vectors(ids).items()}

    def vectorstore(self, encoder: Embeddings, language: Language) -> Any:
        """Return the collection of a language as a `langchain_chroma.Chroma`, for LangChain users."""
        from langchain_chroma import Chroma as LangChainChroma

        return LangChainChroma(self._collections[language].name, encoder, client=self._chroma.client)

    def _update(self, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        for collection, page in self._lookup(list(metadata), [], self.batch_limit):
            with self._chroma.errors():
                collection.update(ids=page["ids"], metadatas=[metadata[chunk_id] for chunk_id in page["ids"]])

    def _lookup(self, ids: Sequence[str], include: list[Any], size: int) -> Iterator[tuple[Collection, GetResult]]:
        """Yield each collection with the chunks that it has of these ids, `size` ids at a time."""
        for start in range(0, len(ids), size):
            missing = list(ids[start : start + size])
            for collection in self._collections.values():
                if not missing:
                    break
                with self._chroma.errors():
                    page = collection.get(ids=missing, include=include)
                if page["ids"]:
                    yield collection, page
                    present = set(page["ids"])
                    missing = [chunk_id for chunk_id in missing if chunk_id not in present]

    def _batches(self, chunks: Sequence[StoredChunk], dimensions: int) -> Iterator[Sequence[StoredChunk]]:
        """Yield the chunks in batches that one request can carry, each of one language."""
        limit, start, size = self._chroma.request_bytes, 0, 0
        for end, stored in enumerate(chunks):
            chunk_bytes = dimensions * 6 + 4 * len(stored.chunk.text) + 1000
            full = end - start == self.batch_limit or (limit is not None and size + chunk_bytes > limit)
            if end > start and (full or stored.chunk.language != chunks[start].chunk.language):
                yield chunks[start:end]
                start, size = end, 0
            size += chunk_bytes
        if start < len(chunks):
            yield chunks[start:]

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
    return {chunk_id: np.asarray(row, np.float32) for chunk_id, row in zip(page["ids"], rows, strict=True)}


def _open_collection(chroma: ChromaConnection, name: str, language: Language) -> Collection:
    owner = {"kotae_part_of": name}
    with chroma.errors():
        collection = chroma.client.get_or_create_collection(
            collection_name(name, language),
            configuration=collection_configuration(),
            metadata=owner,
            embedding_function=None,
        )
    if collection.metadata != owner:
        raise IndexMismatch(
            Message("The collection {collection} was not made by kotae for this index", collection=collection.name),
            where=chroma.where,
            do="Choose another --chroma-collection.",
        )
    return collection
