"""Bring the lexical index of a language up to date: a new segment for new chunks, a mark for each that is gone.

What an index finds, and every score, depends on its chunks alone, not on the segments they are in (see
`rag.lexical.segment`). Memory grows by 32 bytes a chunk for the ids, and by a few more for rows that are merged.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.lexical.merge import merge_segments, segments_to_merge
from rag.lexical.segment import DELETED, FieldWriter, encoded, segments_of, write_ids
from rag.lexical.terms import english_words, grams
from rag.records import Chunk, Language
from rag.text.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS, GRAMS, ENGLISH = "words", "grams", "english"
_BLOCK = 500
_POSTINGS = 2_000_000
"""Postings of a field after which a segment is written: so many are in memory."""

ChunksOf = Callable[[Sequence[str]], Mapping[str, Chunk]]
Terms = Callable[[str], list[str]]
Fields = Mapping[str, Terms]


def fields_of(language: Language) -> Fields:
    """Return the fields of a language's index: their names, and functions that cut a text into terms."""
    fields: dict[str, Terms] = {WORDS: lambda text: words(text, language), GRAMS: lambda text: grams(text, language)}
    if language == "ja":  # of English chunks, WORDS are the English words
        fields[ENGLISH] = english_words
    return fields


def write_language_index(
    folder: Path, ids: NDArray[np.bytes_], chunks_of: ChunksOf, fields: Fields, before: Path | None = None
) -> None:
    """Write the index of one language's chunks, given their sorted ids; nothing, if there are none.

    Segments of the index in `before` are shared; `chunks_of` gives the chunks that it does not have.
    """
    import numpy as np

    known = np.zeros(len(ids), dtype=bool)
    number = 0
    for segment in segments_of(before) if before is not None else []:
        number = int(segment.folder.name)
        rows = _rows(ids, segment.ids)
        alive = rows >= 0 if segment.alive is None else (rows >= 0) & segment.alive
        known[rows[alive]] = True
        if alive.any():
            _share(segment.folder, folder / segment.folder.name, np.flatnonzero(~alive))
    new = ids[~known]
    for builder in _built(new, chunks_of, fields):
        number += 1
        builder.write(folder / _name(number))
        number = _merge_all(folder, number)
    _merge_all(folder, number)


def _name(number: int) -> str:
    return f"{number:09}"


def _merge_all(folder: Path, number: int) -> int:
    """Merge segments as long as any should be; return the last number in use, `number` so far."""
    while merged := segments_to_merge(segments_of(folder)):
        number += 1
        merge_segments(merged, folder / _name(number))
        gone = [segment.folder for segment in merged]
        del merged  # Windows and NFS do not remove folders of files that are still mapped
        for old in gone:
            shutil.rmtree(old)
    return number


def _rows(known: NDArray[np.bytes_], ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the row of each of `ids` in the sorted `known`, -1 for missing ones."""
    import numpy as np

    if not len(known):
        return np.full(len(ids), -1)
    rows = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[rows] == ids, rows, -1)


def _share(segment: Path, target: Path, deleted: NDArray[np.int64]) -> None:
    """Let another folder have the files of a segment, and its own list of deleted rows."""
    for path in segment.rglob("*"):
        copy = target / path.relative_to(segment)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.name != DELETED:
            try:
                os.link(path, copy)
            except OSError:  # not every file system has hard links
                shutil.copy2(path, copy)
    if len(deleted):
        deleted.astype("<i4").tofile(target / DELETED)


def _built(ids: NDArray[np.bytes_], chunks_of: ChunksOf, fields: Fields) -> Iterator[_SegmentBuilder]:
    """Yield builders with all of the chunks, each as soon as it is full."""
    builder = _SegmentBuilder(fields)
    for start in range(0, len(ids), _BLOCK):
        block = ids[start : start + _BLOCK]
        wanted = [chunk_id.decode() for chunk_id in block]
        chunks = chunks_of(wanted)
        builder.add(block, [f"{chunks[own].title}\n{chunks[own].text}" if own in chunks else "" for own in wanted])
        if builder.full:
            yield builder
            builder = _SegmentBuilder(fields)
    if builder.ids:
        yield builder


class _SegmentBuilder:
    """The terms of some chunks, in memory until they are written as a segment."""

    def __init__(self, fields: Fields) -> None:
        self.ids: list[NDArray[np.bytes_]] = []
        self._fields = {name: _FieldBuilder(cut) for name, cut in fields.items()}

    @property
    def full(self) -> bool:
        """True once it should be written."""
        return any(field.postings >= _POSTINGS for field in self._fields.values())

    def add(self, ids: NDArray[np.bytes_], texts: Sequence[str]) -> None:
        """Add chunks."""
        self.ids.append(ids)
        for field in self._fields.values():
            field.add(texts)

    def write(self, folder: Path) -> None:
        """Write the segment."""
        import numpy as np

        write_ids(folder, np.concatenate(self.ids))
        for name, field in self._fields.items():
            field.write(folder / name)


class _FieldBuilder:
    """One field: of every posting the term's number, the chunk's row and the frequency."""

    def __init__(self, cut: Terms) -> None:
        self._cut = cut
        self._vocabulary: dict[str, int] = {}
        self._lengths: list[NDArray[np.int32]] = []
        self._parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]] = []
        self._chunks = self.postings = 0

    def add(self, texts: Sequence[str]) -> None:
        import numpy as np

        vocabulary = self._vocabulary
        terms = [[vocabulary.setdefault(term, len(vocabulary)) for term in self._cut(text)] for text in texts]
        lengths = np.array([len(numbers) for numbers in terms], dtype=np.int32)
        flat = np.fromiter((number for numbers in terms for number in numbers), np.int64, int(lengths.sum()))
        row = np.repeat(np.arange(self._chunks, self._chunks + len(texts), dtype=np.int64), lengths)
        keys, times = np.unique(row << 32 | flat, return_counts=True)
        self._parts.append(((keys & 0xFFFFFFFF).astype("i4"), (keys >> 32).astype("i4"), times.astype("i4")))
        self._lengths.append(lengths)
        self._chunks += len(texts)
        self.postings += len(keys)

    def write(self, folder: Path) -> None:
        import numpy as np

        used = sorted(self._vocabulary)
        rank = np.zeros(len(used), dtype=np.int32)
        rank[[self._vocabulary[term] for term in used]] = np.arange(len(used), dtype=np.int32)
        term, rows, times = (np.concatenate(parts) for parts in zip(*self._parts, strict=True))
        term = rank[term]
        order = np.argsort(term, kind="stable")
        lengths = np.concatenate(self._lengths)
        both, kinds = np.unique(times.astype(np.int64) << 32 | lengths[rows], return_inverse=True)
        with FieldWriter(folder, np.stack([both >> 32, both & 0xFFFFFFFF], axis=1).astype(np.int32)) as writer:
            if used:
                counts = np.bincount(term, minlength=len(used))
                writer.add(list(map(encoded, used)), counts, rows[order], kinds[order])
            writer.finish([lengths])
