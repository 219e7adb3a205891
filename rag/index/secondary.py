"""What is derived from the chunk store and kept beside it: the lexical index, and the centroid of each language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index.store import ChunkStore
from rag.lexical.build import fields_of, write_leg
from rag.lexical.search import LexicalIndex
from rag.progress import notice
from rag.records import LANGUAGES, Language
from rag.storage.atomic import atomic_directory
from rag.storage.checksums import find_corrupted, write_checksums
from rag.storage.disk_errors import translate_os_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Raised whenever what is derived changes (tokenising, say), so that what an older kotae made is made anew.
VERSION = 4
SAMPLE = 4096
"""A centroid is the mean of at most so many chunks. Ids are hashes, so the first by id are a random sample; where
cosines scatter by 0.03 its own error is 0.0005."""
_VECTORS = 500
_INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Derived:
    """`centroids` are the mean vectors of the chunks of each language that the corpus has, shape (dimensions,)."""

    lexical: LexicalIndex
    centroids: Mapping[Language, NDArray[np.float32]]


class _NotWhole(Exception):
    """The store is not, or no longer, that of the corpus."""


def open_derived(root: Path, digest: str, store: ChunkStore, whole: Callable[[], bool] = lambda: True) -> Derived:
    """What is derived from the chunks of the corpus that `digest` names, made unless it is there.

    `whole` tells whether the store still holds just that corpus; where it does not, what is made is used this once and
    made anew by the next. What is damaged on disk is made anew as well. Chunks that an older corpus had too are not cut
    into words again. What belongs to other corpora is removed in the end.
    """
    name = f"{digest[:16]}-{VERSION}"
    _remove_damaged(root / name)

    def make(folder: Path) -> None:
        _write(folder, store, _latest(root))
        write_checksums(folder, (path for path in folder.rglob("*") if path.is_file()))
        if not whole():
            raise _NotWhole

    try:
        folder = atomic_directory(root / name, make)
    except _NotWhole:
        shutil.rmtree(root / _INTERRUPTED, ignore_errors=True)
        folder = atomic_directory(root / _INTERRUPTED, lambda made: _write(made, store, _latest(root)))
        return Derived(LexicalIndex(folder), _centroids(folder))
    for other in root.iterdir():
        if other.is_dir() and other.name != name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return Derived(LexicalIndex(folder), _centroids(folder))


def _latest(root: Path) -> Path | None:
    """The newest undamaged folder of this version, whose words can be used again."""
    found = sorted(root.glob(f"[!.]*-{VERSION}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return next((folder for folder in found if find_corrupted(folder) is None), None)


def _remove_damaged(folder: Path) -> None:
    if folder.is_dir() and find_corrupted(folder):
        notice(f"What is derived from the index is damaged and is made anew ({folder})")
        with translate_os_errors(folder):
            shutil.rmtree(folder)


def _write(folder: Path, store: ChunkStore, before: Path | None) -> None:
    """Write both legs of the lexical index and the centroids."""
    means = {}
    for language in LANGUAGES:
        ids = store.ids(language)
        write_leg(folder / language, ids, store.fetch, fields_of(language), before / language if before else None)
        if len(ids):
            means[language] = _mean(store, [one.decode() for one in ids[:SAMPLE]]).tolist()
    (folder / "centroids.json").write_text(json.dumps(means), encoding="utf-8")


def _mean(store: ChunkStore, ids: Sequence[str]) -> NDArray[np.float64]:
    """The mean vector of these chunks, of which some may have gone meanwhile; summed a few at a time."""
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

    stored = json.loads((folder / "centroids.json").read_text(encoding="utf-8"))
    return {language: np.asarray(stored[language], dtype=np.float32) for language in LANGUAGES if language in stored}
