"""What an index holds, as plain values that can be compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.index import store_folder
from rag.manifest import Manifest, load_manifest
from rag.store import ChunkStore


@dataclass(frozen=True)
class Snapshot:
    """Chunks by id: text and metadata; their vectors; the manifest; what the derived folder says of them."""

    chunks: dict[str, tuple[str, dict[str, Any]]]
    vectors: dict[str, list[float]]
    manifest: Manifest
    lexical_ids: list[str]
    derived: tuple[str, ...]


def snapshot(folder: Path) -> Snapshot:
    """Read it from the disk, from Chroma itself."""
    store = ChunkStore(store_folder(folder))
    try:
        held = store._collection.get(include=["documents", "metadatas", "embeddings"])
    finally:
        store.close()
    rows = zip(held["ids"], held["documents"], held["metadatas"], held["embeddings"], strict=True)
    chunks, vectors = {}, {}
    for chunk_id, text, metadata, vector in rows:
        chunks[chunk_id] = (text, dict(metadata))
        vectors[chunk_id] = [float(value) for value in vector]
    lexical = [one for path in sorted(folder.glob("derived/*/*/ids.json")) for one in json.loads(path.read_text())]
    derived = tuple(sorted(path.name for path in folder.glob("derived/[!.]*")))
    return Snapshot(chunks, vectors, load_manifest(folder), sorted(lexical), derived)


def assert_same_index(one: Path, other: Path) -> None:
    """Ids, texts, metadata, manifest and lexical index are equal; vectors up to the rounding of another batch."""
    left, right = snapshot(one), snapshot(other)
    assert left.chunks == right.chunks
    assert left.manifest == right.manifest
    assert left.manifest.complete
    assert left.lexical_ids == right.lexical_ids == sorted(left.chunks)
    assert left.derived == right.derived
    assert len(left.derived) == 1
    for chunk_id, vector in left.vectors.items():
        assert float(np.dot(vector, right.vectors[chunk_id])) > 0.999
