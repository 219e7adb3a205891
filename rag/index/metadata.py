"""Metadata stored with each chunk in Chroma, and the completion marker of its file.

Every chunk has the source of its document and that of its file (one file can hold many documents). Once all chunks of a
file are stored and those of an older version are deleted, its first chunk gets a completion marker: the fingerprint of
the file and its number of chunks. A file without one is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rag.index.manifest import SourceState
from rag.records import Chunk, Language

if TYPE_CHECKING:
    from chromadb.api.types import GetResult

_MARKER = ("file_sha256", "file_chunks", "file_failures")
COMPLETED = {"file_chunks": {"$gt": 0}}
"""Chroma's condition for chunks with a completion marker."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in Chroma: its number of chunks, and its completion marker if there is one."""

    chunks: int
    marker: SourceState | None

    @property
    def complete(self) -> bool:
        """True if Chroma has every chunk of one version of the file and no other."""
        return self.marker is not None and self.marker.chunks == self.chunks


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk, the source of its file, and the file's completion marker if this chunk carries it."""

    chunk: Chunk
    file: str
    marker: SourceState | None = None


def chunk_metadata(stored: StoredChunk) -> Mapping[str, str | int | None]:
    """Return the Chroma metadata of a chunk."""
    chunk = stored.chunk
    return {
        "source": chunk.source,
        "file": stored.file,
        "title": chunk.title,
        "lang": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        **marker_metadata(stored.marker),
    }


def marker_metadata(marker: SourceState | None) -> Mapping[str, str | int | None]:
    """Return the Chroma metadata of a completion marker; None deletes its keys."""
    return dict(zip(_MARKER, marker or (None, None, None), strict=True))


def read_marker(metadata: Mapping[str, Any]) -> SourceState | None:
    """Return the completion marker in a chunk's metadata."""
    values = [metadata.get(key) for key in _MARKER]
    return None if None in values else SourceState(*cast("Any", values))


def read_chunks(page: GetResult) -> Iterator[StoredChunk]:
    """Yield the chunks in a result of Chroma that has texts and metadata."""
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
        yield StoredChunk(chunk, str(metadata["file"]), read_marker(metadata))
