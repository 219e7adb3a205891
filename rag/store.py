"""The chunks and their vectors in Chroma."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rag.errors import IndexDamaged
from rag.manifest import REBUILD
from rag.records import LANGUAGES, Chunk, Language

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.types import GetResult
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

COLLECTION = "kotae"
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class StoredSource:
    """What Chroma holds of one file: the file hashes its chunks carry, and their ids."""

    file_hashes: frozenset[str]
    expected: int
    ids: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every chunk of one version of the file is there, and no other."""
        return len(self.file_hashes) == 1 and len(self.ids) == self.expected


class ChunkStore:
    """A Chroma collection of chunks, cosine, on disk in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Open or make it. Raises IndexDamaged."""
        import chromadb
        from chromadb.config import Settings

        with _damage_named(folder):
            settings = Settings(anonymized_telemetry=False)
            self._client = chromadb.PersistentClient(str(folder), settings=settings)
            self._collection = self._client.get_or_create_collection(
                COLLECTION,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
                embedding_function=None,
            )
        self._folder = folder
        self.batch_limit = int(self._client.get_max_batch_size())

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()  # type: ignore[attr-defined]

    def count(self) -> int:
        """How many chunks there are."""
        return int(self._collection.count())

    def upsert(
        self, chunks: Sequence[Chunk], vectors: NDArray[np.float32], *, file: str, file_hash: str, total: int
    ) -> None:
        """Write chunks of one file, each with its vector, replacing those of the same id.

        `total` is how many chunks the file has in all, so that a half-written one can be told.
        """
        for start in range(0, len(chunks), self.batch_limit):
            part = slice(start, start + self.batch_limit)
            with _damage_named(self._folder):
                self._collection.upsert(
                    ids=[chunk.id for chunk in chunks[part]],
                    embeddings=vectors[part],
                    documents=[chunk.text for chunk in chunks[part]],
                    metadatas=[_metadata(chunk, file, file_hash, total) for chunk in chunks[part]],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the chunks with these ids; unknown ones are passed over."""
        for start in range(0, len(ids), self.batch_limit):
            with _damage_named(self._folder):
                self._collection.delete(ids=list(ids[start : start + self.batch_limit]))

    def inventory(self) -> dict[str, StoredSource]:
        """What is stored of each file, by its source; reads the metadata of every chunk."""
        ids: dict[str, list[str]] = {}
        hashes: dict[str, set[str]] = {}
        expected: dict[str, int] = {}
        for page in self._pages(["metadatas"]):
            for chunk_id, metadata in zip(page["ids"], page["metadatas"] or (), strict=True):
                source = str(metadata["file"])
                ids.setdefault(source, []).append(chunk_id)
                hashes.setdefault(source, set()).add(str(metadata["file_sha256"]))
                expected[source] = cast("int", metadata["file_chunks"])
        return {s: StoredSource(frozenset(hashes[s]), expected[s], tuple(ids[s])) for s in ids}

    def ids_of(self, file: str) -> tuple[str, ...]:
        """The ids of all chunks of one file."""
        with _damage_named(self._folder):
            return tuple(self._collection.get(where={"file": file}, include=[])["ids"])

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk, page by page, in the store's order."""
        for page in self._pages(["metadatas", "documents"]):
            yield from _chunks(page)

    def fetch(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks with these ids; unknown ones are left out."""
        if not ids:
            return {}
        with _damage_named(self._folder):
            found = self._collection.get(ids=list(ids), include=["metadatas", "documents"])
        return {chunk.id: chunk for chunk in _chunks(found)}

    def nearest(self, vector: NDArray[np.float32], count: int, language: Language) -> dict[str, float]:
        """The ids of the `count` chunks of a language nearest to a vector, nearest first, each with its cosine."""
        return self._cosines(vector, count, where={"lang": language})

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosines of a vector with the chunks of these ids."""
        return self._cosines(vector, len(ids), ids=list(ids)) if ids else {}

    def means(self) -> dict[Language, NDArray[np.float32]]:
        """The mean vector of the chunks of each language, shape (dimensions,)."""
        import numpy as np

        sums: dict[Language, NDArray[np.float64]] = {}
        counts: dict[Language, int] = {}
        for page in self._pages(["metadatas", "embeddings"]):
            vectors = np.asarray(page["embeddings"], dtype=np.float64)
            languages = np.asarray([metadata["lang"] for metadata in page["metadatas"] or ()])
            for language in LANGUAGES:
                mine = vectors[languages == language]
                if len(mine):
                    sums[language] = sums.get(language, np.zeros(vectors.shape[1])) + mine.sum(axis=0)
                    counts[language] = counts.get(language, 0) + len(mine)
        return {language: (sums[language] / counts[language]).astype(np.float32) for language in sums}

    def vectorstore(self, encoder: Embeddings) -> Any:
        """The same collection as a `langchain_chroma.Chroma`, for LangChain users."""
        from langchain_chroma import Chroma

        return Chroma(COLLECTION, encoder, client=self._client)

    def _cosines(
        self, vector: NDArray[np.float32], count: int, *, ids: list[str] | None = None, where: Any = None
    ) -> dict[str, float]:
        with _damage_named(self._folder):
            found = self._collection.query(
                query_embeddings=cast("Any", [vector]), n_results=count, ids=ids, where=where, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return {chunk_id: 1.0 - float(d) for chunk_id, d in zip(found["ids"][0], distances, strict=True)}

    def _pages(self, include: list[Any]) -> Iterator[GetResult]:
        offset = 0
        while True:
            with _damage_named(self._folder):
                page = self._collection.get(limit=_PAGE, offset=offset, include=include)
            if not page["ids"]:
                return
            yield page
            offset += len(page["ids"])


@contextmanager
def _damage_named(folder: Path) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, sqlite3.DatabaseError, OSError) as error:
        raise IndexDamaged(f"Chroma cannot use the index: {error}", where=str(folder), do=REBUILD) from error


def _metadata(chunk: Chunk, file: str, file_hash: str, total: int) -> Mapping[str, str | int]:
    return {
        "file": file,
        "source": chunk.source,
        "title": chunk.title,
        "lang": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        "file_sha256": file_hash,
        "file_chunks": total,
    }


def _chunks(page: GetResult) -> Iterator[Chunk]:
    for chunk_id, text, metadata in zip(page["ids"], page["documents"] or (), page["metadatas"] or (), strict=True):
        yield Chunk(
            id=chunk_id,
            text=text,
            title=str(metadata["title"]),
            source=str(metadata["source"]),
            language=cast("Language", metadata["lang"]),
            start=cast("int", metadata["start"]),
            end=cast("int", metadata["end"]),
            position=cast("int", metadata["position"]),
        )
