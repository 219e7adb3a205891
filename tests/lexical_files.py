"""A lexical index of a few chunks, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rag.lexical.build import fields_of, write_language_index
from rag.lexical.segment import segments_of
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


def lexical_contents(folder: Path) -> dict[str, dict[str, object]]:
    """Return what an index of one language says, whatever its segments: the chunks of every term, their lengths."""
    contents: dict[str, dict[str, object]] = {}
    for segment in segments_of(folder):
        alive = np.ones(len(segment.ids), dtype=bool) if segment.alive is None else segment.alive
        ids = [chunk_id.decode() for chunk_id in segment.ids]
        for field in segment.fields():
            held, postings = contents.setdefault(field, {}), segment.postings(field)
            for row in np.flatnonzero(alive):
                held[ids[row]] = int(postings.lengths[row])
            for number in range(len(postings)):
                where = slice(postings.starts[number], postings.starts[number + 1])
                found = zip(
                    postings.rows[where].tolist(), postings.frequencies[postings.kinds[where], 0].tolist(), strict=True
                )
                if having := {ids[row]: times for row, times in found if alive[row]}:
                    held.setdefault(f"term {postings.term(number).decode()}", {}).update(having)  # type: ignore[attr-defined]
    return contents
