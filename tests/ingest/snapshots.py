"""What an index holds, as plain values that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.index.chroma import ChromaServer
from rag.index.location import locate_index
from rag.index.manifest import Manifest
from rag.index.table import ALL
from rag.records import LANGUAGES
from tests.lexical_files import lexical_contents


@dataclass(frozen=True)
class Snapshot:
    """Chunks by id: text and metadata; their vectors; the manifest; what the lexical index says of each language."""

    chunks: dict[str, tuple[str, dict[str, Any]]]
    vectors: dict[str, list[float]]
    manifest: Manifest
    derived: dict[str, dict[str, dict[str, object]]]


def snapshot(folder: Path, server: ChromaServer | None = None) -> Snapshot:
    """Read it from where it is kept."""
    location = locate_index(folder, server)
    store = location.store(location.load())
    chunks, vectors = {}, {}
    try:
        for language, table in store.tables.items():
            rows = (
                row
                for page in table.pages(["text", "metadata", "vector"], ALL)
                for row in zip(page.ids, page.texts, page.metadata, page.vectors, strict=True)
            )
            for chunk_id, text, metadata, vector in rows:
                assert metadata["lang"] == language
                assert chunk_id not in chunks, "in the collections of two languages"
                chunks[chunk_id] = (text, dict(metadata))
                vectors[chunk_id] = [float(value) for value in vector]
    finally:
        store.close()
    derived = location.secondary_folder()
    (folder_of,) = derived.glob("[!.]*")
    contents = {language: lexical_contents(folder_of / language) for language in LANGUAGES}
    return Snapshot(chunks, vectors, location.load(), contents)


def assert_same_index(one: Path, other: Path | Snapshot, server: ChromaServer | None = None) -> None:
    """Ids, texts, metadata, manifest and lexical index are equal; vectors up to the rounding of another batch.

    `one` is on `server` where that is given; `other` is a folder, or what was read of it before.
    """
    left = snapshot(one, server)
    right = other if isinstance(other, Snapshot) else snapshot(other)
    assert left.chunks == right.chunks
    assert left.manifest == right.manifest
    assert left.manifest.complete
    assert left.manifest.chunks == len(left.chunks)
    assert left.derived == right.derived
    held = {key for fields in left.derived.values() for key in fields.get("words", {}) if " " not in key}
    assert held == set(left.chunks)
    for chunk_id, vector in left.vectors.items():
        assert float(np.dot(vector, right.vectors[chunk_id])) > 0.999
