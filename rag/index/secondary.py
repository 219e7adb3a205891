"""Secondary indexes, computed from the chunk store: the lexical index, and the centroid of each language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import IndexDamaged
from rag.index.chroma import REBUILD
from rag.index.store import ChunkStore
from rag.lexical.build import fields_of, write_language_index
from rag.lexical.search import LexicalIndex
from rag.messages import Message
from rag.progress import notice
from rag.records import LANGUAGES, Language
from rag.serialize import from_json
from rag.storage.atomic import atomic_directory, remove_half_made
from rag.storage.checksums import find_corrupted, write_checksums
from rag.storage.descriptors import allow_descriptors
from rag.storage.disk_errors import translate_os_errors
from rag.storage.regular_files import MEBI, read_regular

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Increased whenever the secondary indexes change (tokenising, say), so that older ones are built again.
VERSION = 6
SAMPLE = 4096
"""Maximum chunks that a centroid is the mean of. Ids are hashes, so the first by id are a random sample; with
cosines that scatter by 0.03, its error is 0.0005."""
_VECTORS = 500
_INTERRUPTED = "interrupted"
_CENTROIDS = "centroids.json"


@dataclass(frozen=True, slots=True)
class SecondaryIndexes:
    """The lexical index, and the mean vector of the chunks of each language in the corpus, shape (dimensions,)."""

    lexical: LexicalIndex
    centroids: Mapping[Language, NDArray[np.float32]]


class _Incomplete(Exception):
    """The store does not, or no longer, hold exactly the corpus."""


def open_secondary_indexes(
    root: Path, digest: str, store: ChunkStore, complete: Callable[[], bool] = lambda: True
) -> SecondaryIndexes:
    """Return the secondary indexes of the corpus with this digest, building them if they are missing or corrupted.

    `complete` says if the store still holds exactly that corpus; if not, the result is used once and built again next
    time. What an older corpus shares with it is taken over. Indexes of other corpora are removed at the end, and what
    killed processes left of them.
    """
    allow_descriptors()
    name = f"{digest[:16]}-{VERSION}"
    _remove_corrupted(root / name)

    def make(folder: Path) -> None:
        before = _latest(root)
        _write(folder, store, before)
        write_checksums(folder, (path for path in folder.rglob("*") if path.is_file()), before)
        if not complete():
            raise _Incomplete

    try:
        folder = atomic_directory(root / name, make)
    except _Incomplete:
        shutil.rmtree(root / _INTERRUPTED, ignore_errors=True)
        folder = atomic_directory(root / _INTERRUPTED, lambda made: _write(made, store, _latest(root)))
        return SecondaryIndexes(LexicalIndex(folder), _centroids(folder))
    for other in root.iterdir():
        if other.is_dir() and other.name != name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    remove_half_made(root)
    return SecondaryIndexes(LexicalIndex(folder), _centroids(folder))


def _latest(root: Path) -> Path | None:
    """Return the newest intact folder of this version, whose segments can be used again. Reads all of it."""
    newest_first = sorted(root.glob(f"[!.]*-{VERSION}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return next((folder for folder in newest_first if find_corrupted(folder) is None), None)


def _remove_corrupted(folder: Path) -> None:
    if folder.is_dir() and find_corrupted(folder, touched=True):
        notice(Message("The lexical index is damaged and is being rebuilt ({folder})", folder=folder))
        with translate_os_errors(folder):
            shutil.rmtree(folder)


def _write(folder: Path, store: ChunkStore, before: Path | None) -> None:
    """Write the lexical index of each language and the centroids."""
    centroids: dict[Language, list[float]] = {}
    for language in LANGUAGES:
        ids = store.ids(language)
        write_language_index(
            folder / language, ids, store.fetch, fields_of(language), before / language if before else None
        )
        if len(ids):
            centroids[language] = _mean(store, [chunk_id.decode() for chunk_id in ids[:SAMPLE]]).tolist()
    (folder / _CENTROIDS).write_text(json.dumps(centroids), encoding="utf-8")


def _mean(store: ChunkStore, ids: Sequence[str]) -> NDArray[np.float64]:
    """Return the mean vector of these chunks, some of which may have been deleted, reading a few at a time."""
    import numpy as np

    total, count = np.zeros(()), 0
    for start in range(0, len(ids), _VECTORS):
        vectors = store.vectors(ids[start : start + _VECTORS])
        for chunk_id in sorted(vectors):
            total = total + vectors[chunk_id].astype("float64")
        count += len(vectors)
    return total / max(1, count)


def _centroids(folder: Path) -> Mapping[Language, NDArray[np.float32]]:
    import numpy as np

    path = folder / _CENTROIDS

    def damaged(fault: str) -> IndexDamaged:
        return IndexDamaged(
            Message("The centroids of the index cannot be read: {fault}", fault=fault), where=str(path), do=REBUILD
        )

    stored = from_json(dict[Language, list[float]], read_regular(path, MEBI), error=damaged)
    return {language: np.asarray(stored[language], dtype=np.float32) for language in LANGUAGES if language in stored}
