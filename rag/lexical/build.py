"""Build the lexical index: BM25 in bm25s's file format, and the terms of every chunk for the next build.

Memory grows only with the vocabulary and by 32 bytes per chunk: terms are spooled to disk, and the matrix is made for a
range of terms at a time. The same chunks give the same bytes, whatever the index held before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.lexical.columns import DATA, INDICES, INDPTR, VOCABULARY
from rag.lexical.terms import english_words, grams
from rag.records import Chunk, Language
from rag.text.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS = "ids.npy"
WORDS, GRAMS, ENGLISH = "words", "grams", "english"
_TERMS, _LENGTHS = "terms.npy", "lengths.npy"
# Lower than is usual for long texts: a chunk is a few sentences, where a second mention adds little.
K1, B = 0.9, 0.4
_SETTINGS = "params.index.json"
# What bm25s needs to open the files, so that others can: nothing here reads it.
_BM25S = {
    "k1": K1, "b": B, "delta": 0.5, "method": "lucene", "idf_method": "lucene",
    "dtype": "float32", "int_dtype": "int32", "backend": "numpy",
}  # fmt: skip
_BLOCK = 500
_RANGE = 250_000

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
    """Write the index of one language's chunks, given their sorted ids: a folder per field, or nothing without terms.

    Terms of chunks that the index in `before` has are copied from there; `chunks_of` gives the other chunks.
    """
    import numpy as np

    old_ids = np.load(before / IDS, mmap_mode="r") if before is not None and (before / IDS).exists() else ids[:0]
    spools = [_Spool(folder / name, cut, before / name if before else None) for name, cut in fields.items()]
    for start in range(0, len(ids), _BLOCK):
        block = ids[start : start + _BLOCK]
        old_rows = _rows(old_ids, block)
        new = [chunk_id.decode() for chunk_id in block[old_rows < 0]]
        chunks = chunks_of(new) if new else {}
        texts = iter([f"{chunks[new_id].title}\n{chunks[new_id].text}" if new_id in chunks else "" for new_id in new])
        rows = [next(texts) if row < 0 else row for row in old_rows.tolist()]
        for spool in spools:
            spool.add(rows)
    written = [spool.finish() for spool in spools]
    if any(written):
        np.save(folder / IDS, ids)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _rows(known: NDArray[np.bytes_], ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the row of each of `ids` in the sorted `known`, -1 for missing ones."""
    import numpy as np

    if not len(known):
        return np.full(len(ids), -1)
    rows = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[rows] == ids, rows, -1)


class _Spool:
    """One field: spools the terms of chunks in order of id to disk, then turns them into bm25s's files.

    terms.raw has the vocabulary number of every term, pairs.raw (term, chunk, frequency), all int32.
    """

    def __init__(self, folder: Path, cut: Terms, before: Path | None) -> None:
        import numpy as np

        folder.mkdir(parents=True)
        self._folder = folder
        self._cut = cut
        self._vocabulary: dict[str, int] = {}
        self._lengths: list[NDArray[np.int32]] = []
        self._frequency: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._chunks = self._pairs = 0
        self._old_terms: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._old_ends: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        if before is not None and before.is_dir():
            self._vocabulary = json.loads((before / VOCABULARY).read_text(encoding="utf-8"))
            self._old_terms = np.load(before / _TERMS, mmap_mode="r")
            self._old_ends = np.cumsum(np.load(before / _LENGTHS), dtype=np.int64)

    def add(self, rows: Sequence[str | int]) -> None:
        """Add chunks: the text of a new one, the row of one that the older index has."""
        import numpy as np

        terms = [self._cut_new(row) if isinstance(row, str) else self._old(row) for row in rows]
        lengths = np.array([len(chunk_terms) for chunk_terms in terms], dtype=np.int32)
        flat = np.concatenate(terms).astype(np.int32)
        chunk = np.repeat(np.arange(self._chunks, self._chunks + len(rows), dtype=np.int64), lengths)
        keys, times = np.unique(chunk << 32 | flat, return_counts=True)
        term = keys & 0xFFFFFFFF
        with (self._folder / "terms.raw").open("ab") as spooled, (self._folder / "pairs.raw").open("ab") as paired:
            flat.tofile(spooled)
            np.stack([term, keys >> 32, times], axis=1).astype(np.int32).tofile(paired)
        counts = np.bincount(term, minlength=len(self._vocabulary)).astype(np.int64)
        counts[: len(self._frequency)] += self._frequency
        self._frequency = counts
        self._lengths.append(lengths)
        self._chunks += len(rows)
        self._pairs += len(keys)

    def _cut_new(self, text: str) -> NDArray[np.int32]:
        import numpy as np

        vocabulary = self._vocabulary
        return np.array([vocabulary.setdefault(term, len(vocabulary)) for term in self._cut(text)], dtype=np.int32)

    def _old(self, row: int) -> NDArray[np.int32]:
        if not len(self._old_ends):  # the older index had no term in this field
            return self._old_terms
        return self._old_terms[self._old_ends[row - 1] if row else 0 : self._old_ends[row]]

    def finish(self) -> bool:
        """Write the field and return True, or remove it if it has no term."""
        import numpy as np

        if not self._pairs:
            shutil.rmtree(self._folder)
            return False
        _write_matrix(self._folder, self._vocabulary, np.concatenate(self._lengths), self._frequency, self._pairs)
        return True


def _write_matrix(
    folder: Path,
    vocabulary: dict[str, int],
    lengths: NDArray[np.int32],
    counts: NDArray[np.int64],
    total: int,
) -> None:
    """Turn the spooled terms into the index: the sorted vocabulary in use, and bm25s's matrix of scores.

    `lengths`: terms per chunk, shape (chunks,); `counts`: chunks per term, shape (vocabulary,); `total`: their sum.
    BM25 as in Lucene (bm25s's default): a term adds log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + K1 * (1 - B + B *
    length / mean length)) to a chunk's score (Kamphuis et al. 2020, "Which BM25 do you mean?").
    """
    import numpy as np

    used = sorted(word for word, number in vocabulary.items() if counts[number])
    rank = np.zeros(len(vocabulary), dtype=np.int32)
    rank[[vocabulary[word] for word in used]] = np.arange(len(used), dtype=np.int32)
    frequency = counts[[vocabulary[word] for word in used]]
    (folder / VOCABULARY).write_text(
        json.dumps({word: number for number, word in enumerate(used)}, ensure_ascii=False), encoding="utf-8"
    )
    np.save(folder / _LENGTHS, lengths)
    spooled = _raw(folder / "terms.raw", 1)
    _write_array(folder / _TERMS, int(lengths.sum()), "<i4", (rank[block[:, 0]] for block in spooled))
    starts = np.concatenate([[0], np.cumsum(frequency)])
    np.save(folder / INDPTR, starts)
    idf = np.log(1 + (len(lengths) - frequency + 0.5) / (frequency + 0.5))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    with (folder / DATA).open("wb") as data, (folder / INDICES).open("wb") as indices:
        _header(data, total, "<f4")
        _header(indices, total, "<i4")
        for pairs in _by_term(folder, rank, starts):
            term, chunk, times = pairs[:, 0], pairs[:, 1], pairs[:, 2]
            scores = (idf[term] * times / (times + norm[chunk])).astype(np.float32)
            scores.tofile(data)
            chunk.astype(np.int32).tofile(indices)
    (folder / _SETTINGS).write_text(json.dumps(_BM25S | {"num_docs": len(lengths)}), encoding="utf-8")
    for path in folder.glob("*.raw"):
        path.unlink()


def _by_term(folder: Path, rank: NDArray[np.int32], starts: NDArray[np.int64]) -> Iterator[NDArray[np.int32]]:
    """Yield the pairs by term, then chunk, about _RANGE of them at a time; each range goes through a file."""
    import numpy as np

    targets = np.arange(0, starts[-1], _RANGE)[1:]
    edges = np.unique(np.searchsorted(starts, targets))
    parts = [folder / f"range{i}.raw" for i in range(len(edges) + 1)]
    for block in _raw(folder / "pairs.raw", 3):
        block[:, 0] = rank[block[:, 0]]
        part = np.searchsorted(edges, block[:, 0], side="right")
        for i in np.unique(part):
            with parts[i].open("ab") as file:
                block[part == i].tofile(file)
    for path in parts:
        if path.exists():
            pairs = np.fromfile(path, dtype=np.int32).reshape(-1, 3)
            yield pairs[np.argsort(pairs[:, 0], kind="stable")]


def _raw(path: Path, columns: int) -> Iterator[NDArray[np.int32]]:
    import numpy as np

    with path.open("rb") as file:
        while len(block := np.fromfile(file, dtype=np.int32, count=columns * 100_000)):
            yield block.reshape(-1, columns)


def _header(file: Any, length: int, kind: str) -> None:
    import numpy as np

    write_header: Any = np.lib.format.write_array_header_1_0
    write_header(file, {"descr": kind, "fortran_order": False, "shape": (length,)})


def _write_array(path: Path, length: int, kind: str, blocks: Iterable[NDArray[np.int32]]) -> None:
    with path.open("wb") as file:
        _header(file, length, kind)
        for block in blocks:
            block.astype(kind).tofile(file)
