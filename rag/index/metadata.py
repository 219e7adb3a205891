"""Metadata stored with each chunk, and the completion marker of its file.

Every chunk has the source of its document and that of its file (one file can hold many documents). Once all chunks of a
file are stored and those of an older version are deleted, its first chunk gets a completion marker: the fingerprint of
the file, its number of chunks and, from an object store, its version there. A file without one is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from rag.index.manifest import SourceState
from rag.index.table import Metadata, Rows
from rag.records import Chunk, Language

_MARKER, _VERSION = ("file_sha256", "file_chunks", "file_failures"), "file_version"
KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("source", "file", "title", "lang"), "string"),
    **dict.fromkeys(("start", "end", "position"), "int64"),
    **dict(zip((*_MARKER, _VERSION), ("string", "int64", "int64", "string"), strict=True)),
}
"""All keys, and the Arrow types of their values."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file: its number of chunks, and its completion marker if there is one."""

    chunks: int
    marker: SourceState | None

    @property
    def complete(self) -> bool:
        """True if the store has every chunk of one version of the file and no other."""
        return self.marker is not None and self.marker.chunks == self.chunks


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk, the source of its file, and the file's completion marker if this chunk carries it."""

    chunk: Chunk
    file: str
    marker: SourceState | None = None


def chunk_metadata(stored: StoredChunk) -> Metadata:
    """Return the metadata of a chunk."""
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


def marker_metadata(marker: SourceState | None) -> Metadata:
    """Return the metadata of a completion marker; None deletes its keys."""
    if marker is None:
        return dict.fromkeys((*_MARKER, _VERSION))
    return {**dict(zip(_MARKER, marker[:3], strict=True)), _VERSION: marker.version or None}


def read_marker(metadata: Metadata) -> SourceState | None:
    """Return the completion marker in a chunk's metadata."""
    values = [metadata.get(key) for key in _MARKER]
    sha256, chunks, failures = cast("Any", values)
    return None if None in values else SourceState(sha256, chunks, failures, cast("str", metadata.get(_VERSION) or ""))


def read_chunks(rows: Rows) -> Iterator[StoredChunk]:
    """Yield the chunks of rows with texts and metadata."""
    for chunk_id, text, metadata in zip(rows.ids, rows.texts, rows.metadata, strict=True):
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
