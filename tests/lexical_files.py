"""A lexical index of a few chunks, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rag.lexical.build import fields_of, write_language_index
from rag.records import LANGUAGES, Chunk


def write_lexical(folder: Path, chunks: Iterable[Chunk]) -> None:
    """Write the lexical index of these chunks, of both languages; a language without any term has none."""
    held = {chunk.id: chunk for chunk in chunks}
    for language in LANGUAGES:
        ids = id_array(chunk.id for chunk in held.values() if chunk.language == language)
        write_language_index(folder / language, ids, lambda some: {one: held[one] for one in some}, fields_of(language))


def id_array(ids: Iterable[str]) -> np.ndarray:
    """Return chunk ids as a sorted array, shape (n,), 32 bytes each."""
    return np.sort(np.array(list(ids), dtype="S32"))
