"""Store of chunks and vectors: a table for each language, with the completion markers of files.

Retrieval searches the chunks of one language. Among 100,000 chunks Chroma takes a second with a filter and two
milliseconds without. A file may have chunks in both tables; its first chunk, which carries the completion marker (see
`rag.index.metadata`), is in one of them. Chunk ids depend on the language, so none is in both.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from rag.index.manifest import SourceState
from rag.index.metadata import StoredChunk, StoredFile, chunk_metadata, marker_metadata, read_chunks, read_marker
from rag.index.table import ALL, ChunkTable, Column, Metadata, Rows, TableConnection, Where
from rag.records import LANGUAGES, Chunk, Language
from rag.settings import COLLECTION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ChunkStore:
    """Chunks and vectors (cosine) on disk or on a server. Thread-safe."""

    def __init__(self, connection: TableConnection, name: str = COLLECTION) -> None:
        """Open or create the tables. Raises IndexDamaged, IndexMismatch (not ours) and Server... errors."""
        self._connection = connection
        self.tables: Mapping[Language, ChunkTable] = {
            language: connection.table(name, language) for language in LANGUAGES
        }

    def close(self) -> None:
        """Close files and connections."""
        self._connection.close()

    def count(self, languages: Sequence[Language] = LANGUAGES) -> int:
        """Return the number of chunks."""
        return sum(self.tables[language].count() for language in languages)

    def upsert(self, chunks: Sequence[StoredChunk], vectors: NDArray[np.float32]) -> None:
        """Write chunks with their vectors, replacing those with the same id; completion markers come last."""
        order = sorted(range(len(chunks)), key=lambda i: (chunks[i].marker is not None, chunks[i].chunk.language))
        for language, numbers in itertools.groupby(order, key=lambda i: chunks[i].chunk.language):
            places = list(numbers)
            written = [chunks[i] for i in places]
            self.tables[language].upsert(
                Rows(
                    [stored.chunk.id for stored in written],
                    [stored.chunk.text for stored in written],
                    [chunk_metadata(stored) for stored in written],
                    vectors[places],
                )
            )

    def update_metadata(self, chunks: Sequence[StoredChunk]) -> None:
        """Replace the metadata of existing chunks, but not their texts and vectors."""
        self._update({stored.chunk.id: chunk_metadata(stored) for stored in chunks})

    def set_markers(self, markers: Mapping[str, SourceState | None]) -> None:
        """Set the completion markers of first chunks, by id; None removes a marker."""
        self._update({chunk_id: marker_metadata(marker) for chunk_id, marker in markers.items()})

    def delete(self, ids: Sequence[str]) -> None:
        """Delete the chunks with these ids; unknown ids are ignored."""
        for table, page in self._lookup(ids, []):
            table.delete(page.ids)

    def tidy(self) -> None:
        """Make reads quick after the writes of an ingest."""
        for table in self.tables.values():
            table.tidy()

    def inventory(self) -> dict[str, StoredFile]:
        """Return the stored files by source; reads the metadata of every chunk."""
        files: dict[str, StoredFile] = {}
        for metadata in self._metadata():
            source, marker = str(metadata["file"]), read_marker(metadata)
            file = files.get(source, StoredFile(0, None))
            files[source] = StoredFile(file.chunks + 1, marker or file.marker)
        return files

    def languages(self) -> dict[str, dict[Language, int]]:
        """Return each file's number of chunks in each language; reads the metadata of every chunk."""
        files: dict[str, dict[Language, int]] = {}
        for metadata in self._metadata():
            counts = files.setdefault(str(metadata["file"]), {})
            language = cast("Language", metadata["lang"])
            counts[language] = counts.get(language, 0) + 1
        return files

    def sources(self) -> set[str]:
        """Return the sources of all documents; reads the metadata of every chunk."""
        return {str(metadata["source"]) for metadata in self._metadata()}

    def completed_files(self) -> dict[str, SourceState]:
        """Return the completion markers by source; reads the metadata of first chunks only."""
        markers = ((metadata, read_marker(metadata)) for metadata in self._metadata(Where(completed=True)))
        return {str(metadata["file"]): marker for metadata, marker in markers if marker}

    def ids_of(self, files: Sequence[str]) -> dict[str, str]:
        """Return the ids of all chunks of these files, each with the source of its file."""
        return {chunk_id.decode(): file for file, ids in self.packed_ids(files) for chunk_id in ids}

    def packed_ids(self, files: Sequence[str]) -> Iterator[tuple[str, NDArray[np.bytes_]]]:
        """Yield the same page by page: a file and some of its ids, shape (n,), 32 bytes each."""
        import numpy as np

        if len(files) == 1:
            for page in self._pages([], Where(files)):
                yield files[0], np.array(page.ids, dtype="S32")
        elif files:
            for page in self._pages(["metadata"], Where(files)):
                ids: dict[str, list[str]] = {}
                for chunk_id, metadata in zip(page.ids, page.metadata, strict=True):
                    ids.setdefault(str(metadata["file"]), []).append(chunk_id)
                yield from ((file, np.array(page_ids, dtype="S32")) for file, page_ids in ids.items())

    def marked_chunks(self, files: Sequence[str]) -> list[str]:
        """Return the ids of the chunks that have the completion markers of these files."""
        return (
            [chunk_id for page in self._pages([], Where(files, completed=True)) for chunk_id in page.ids]
            if files
            else []
        )

    def stored_chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return the chunks with these ids, with file and marker; unknown ids are left out."""
        pages = self._lookup(ids, ["metadata", "text"])
        return {stored.chunk.id: stored for _, page in pages for stored in read_chunks(page)}

    def ids(self, language: Language) -> NDArray[np.bytes_]:
        """Return the ids of all chunks of a language, sorted, shape (n,), 32 bytes each."""
        import numpy as np

        pages = [np.array(page.ids, dtype="S32") for page in self.tables[language].pages([], ALL)]
        return np.unique(np.concatenate(pages)) if pages else np.zeros(0, dtype="S32")

    def chunks(self) -> Iterator[Chunk]:
        """Yield every chunk in the store's order, reading page by page."""
        for page in self._pages(["metadata", "text"]):
            yield from (stored.chunk for stored in read_chunks(page))

    def fetch(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks with these ids; unknown ids are left out."""
        return {chunk_id: stored.chunk for chunk_id, stored in self.stored_chunks(ids).items()}

    def fetch_with_vectors(self, ids: Sequence[str]) -> tuple[dict[str, Chunk], dict[str, NDArray[np.float32]]]:
        """Return the chunks with these ids and their vectors, by id; unknown ids are left out."""
        chunks: dict[str, Chunk] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        for _, page in self._lookup(ids, ["metadata", "text", "vector"]):
            chunks |= {stored.chunk.id: stored.chunk for stored in read_chunks(page)}
            vectors |= zip(page.ids, page.vectors, strict=True)
        return chunks, vectors

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of the chunks with these ids; unknown ids are left out."""
        vectors: dict[str, NDArray[np.float32]] = {}
        for _, page in self._lookup(ids, ["vector"]):
            vectors |= zip(page.ids, page.vectors, strict=True)
        return vectors

    def nearest(self, vectors: NDArray[np.float32], count: int, language: Language) -> list[dict[str, float]]:
        """Return for each row the ids of the `count` nearest chunks of a language with their cosines, nearest first."""
        return self.tables[language].nearest(vectors, count)

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """Return the cosines of a vector with the chunks of these ids."""
        return {chunk_id: float(vector @ row) for chunk_id, row in self.vectors(ids).items()}

    def _update(self, metadata: Mapping[str, Metadata]) -> None:
        for table, page in self._lookup(list(metadata), []):
            table.update(page.ids, [metadata[chunk_id] for chunk_id in page.ids])

    def _metadata(self, where: Where = ALL) -> Iterator[Metadata]:
        return (metadata for page in self._pages(["metadata"], where) for metadata in page.metadata)

    def _lookup(self, ids: Sequence[str], columns: Sequence[Column]) -> Iterator[tuple[ChunkTable, Rows]]:
        """Yield each table with the rows that it has of these ids, page by page."""
        for table in self.tables.values():
            present: set[str] = set()
            for page in table.rows(ids, columns):
                if page.ids:
                    yield table, page
                    present.update(page.ids)
            ids = [chunk_id for chunk_id in ids if chunk_id not in present]

    def _pages(self, columns: Sequence[Column], where: Where = ALL) -> Iterator[Rows]:
        for table in self.tables.values():
            yield from table.pages(columns, where)
