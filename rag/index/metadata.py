"""What Chroma holds of a chunk beside its text and vector, as records: its place, its file, and the mark of that file.

Every chunk carries the source of its document and that of its file (one file can hold many documents). The first chunk
of a file is its head: once all the others are there, and those of an older version are gone, the head is marked with
the hash of the file and how many chunks it has. A file without such a mark is not whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rag.index.manifest import SourceState
from rag.records import Chunk, Language

if TYPE_CHECKING:
    from chromadb.api.types import GetResult

_MARK = ("file_sha256", "file_chunks", "file_failures")
HEADS = {"file_chunks": {"$gt": 0}}
"""The condition, in Chroma's terms, that holds for marked heads."""


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


def metadata_of(entry: Entry) -> Mapping[str, str | int | None]:
    """What is said of a chunk."""
    chunk = entry.chunk
    return {
        "source": chunk.source,
        "file": entry.file,
        "title": chunk.title,
        "lang": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        **metadata_of_mark(entry.mark),
    }


def metadata_of_mark(mark: SourceState | None) -> Mapping[str, str | int | None]:
    """What is said of a head; None takes a key away."""
    values = (None, None, None) if mark is None else (mark.sha256, mark.chunks, mark.failures)
    return dict(zip(_MARK, values, strict=True))


def read_mark(metadata: Mapping[str, Any]) -> SourceState | None:
    """The mark in what is said of a chunk."""
    values = [metadata.get(key) for key in _MARK]
    return None if None in values else SourceState(*cast("Any", values))


def read_entries(page: GetResult) -> Iterator[Entry]:
    """The chunks that Chroma gave, with texts and metadata."""
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
        yield Entry(chunk, str(metadata["file"]), read_mark(metadata))
