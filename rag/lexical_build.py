"""Writing the lexical index: BM25 in bm25s's own files, and the words of every chunk for the next index to read.

Memory does not grow with the corpus, but for its vocabulary and 32 bytes a chunk: words go to disk as they come, and
the matrix is made a range of words at a time. The same chunks give the same bytes, whatever was there before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.language import words
from rag.records import LANGUAGES, Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS, PEAKS = "ids.npy", "peaks.npy"
_WORDS, _LENGTHS, _VOCABULARY = "words.npy", "lengths.npy", "vocab.index.json"
_DATA, _INDICES, _INDPTR = "data.csc.index.npy", "indices.csc.index.npy", "indptr.csc.index.npy"
K1, B = 1.5, 0.75
_BLOCK = 2000
_RANGE = 2_000_000

WordsOf = Callable[[Sequence[str]], Mapping[str, list[str]]]


def write_lexical(folder: Path, chunks: Iterable[Chunk]) -> None:
    """Write the lexical index of these chunks, of both languages; a language without any word has none."""
    held = list(chunks)
    for language in LANGUAGES:
        mine = {chunk.id: chunk for chunk in held if chunk.language == language}

        def said(ids: Sequence[str], mine: dict[str, Chunk] = mine) -> Mapping[str, list[str]]:
            return {one: words_of(mine[one]) for one in ids}

        write_leg(folder / language, id_array(mine), said)


def words_of(chunk: Chunk) -> list[str]:
    """What a chunk is found by: the words of its title and text."""
    return words(f"{chunk.title}\n{chunk.text}", chunk.language)


def id_array(ids: Iterable[str]) -> NDArray[np.bytes_]:
    """Chunk ids, sorted, shape (n,), 32 bytes each."""
    import numpy as np

    found = np.array([one.encode("ascii") for one in ids], dtype="S32")
    found.sort()
    return found


def write_leg(folder: Path, ids: NDArray[np.bytes_], words_of_new: WordsOf, before: Path | None = None) -> None:
    """Write the index of one language's chunks, given their sorted ids; without any word, write none.

    The words of chunks that the index in `before` has are taken from there; `words_of_new` gives those of others.
    """
    old = _Old(before) if before is not None and before.is_dir() else None
    vocabulary: dict[str, int] = dict(old.vocabulary) if old else {}
    folder.mkdir(parents=True)
    counted = _spool(folder, ids, vocabulary, words_of_new, old)
    if not counted.pairs:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        return
    _write_matrix(folder, ids, vocabulary, counted)


class _Old:
    """An index that is there already, read for the words of its chunks."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self.vocabulary: dict[str, int] = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        self._ids = np.load(folder / IDS, mmap_mode="r")
        self._words = np.load(folder / _WORDS, mmap_mode="r")
        self._ends = np.cumsum(np.load(folder / _LENGTHS), dtype=np.int64)

    def words(self, ids: NDArray[np.bytes_]) -> dict[int, NDArray[np.int32]]:
        """By place in `ids`, the words of those that are here, as places in the vocabulary."""
        import numpy as np

        at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        here = np.flatnonzero(self._ids[at] == ids)
        ends = self._ends[at]
        starts = np.where(at > 0, self._ends[at - 1], 0)
        return {int(i): np.asarray(self._words[starts[i] : ends[i]]) for i in here}


@dataclass(frozen=True, slots=True)
class _Counted:
    """`lengths`: words a chunk, shape (chunks,); `frequency`: chunks a word, shape (words,); `pairs`: their sum."""

    lengths: NDArray[np.int32]
    frequency: NDArray[np.int64]
    pairs: int


def _spool(
    folder: Path, ids: NDArray[np.bytes_], vocabulary: dict[str, int], words_of_new: WordsOf, old: _Old | None
) -> _Counted:
    """Write words.raw (place in the vocabulary of each word said) and pairs.raw (word, chunk, times), int32 both."""
    import numpy as np

    lengths = np.zeros(len(ids), dtype=np.int32)
    frequency = np.zeros(0, dtype=np.int64)
    pairs = 0
    with (folder / "words.raw").open("wb") as said, (folder / "pairs.raw").open("wb") as paired:
        for start in range(0, len(ids), _BLOCK):
            rows = _block(ids[start : start + _BLOCK], vocabulary, words_of_new, old)
            block_lengths = np.array([len(row) for row in rows], dtype=np.int32)
            lengths[start : start + len(rows)] = block_lengths
            flat = np.concatenate(rows).astype(np.int32)
            flat.tofile(said)
            chunk = np.repeat(np.arange(start, start + len(rows), dtype=np.int64), block_lengths)
            keys, times = np.unique(chunk << 32 | flat, return_counts=True)
            word = keys & 0xFFFFFFFF
            np.stack([word, keys >> 32, times], axis=1).astype(np.int32).tofile(paired)
            counts = np.bincount(word, minlength=len(vocabulary))
            counts[: len(frequency)] += frequency
            frequency = counts
            pairs += len(keys)
    return _Counted(lengths, frequency, pairs)


def _block(
    ids: NDArray[np.bytes_], vocabulary: dict[str, int], words_of_new: WordsOf, old: _Old | None
) -> list[NDArray[np.int32]]:
    import numpy as np

    known = old.words(ids) if old else {}
    new = {i: one.decode() for i, one in enumerate(ids) if i not in known}
    said = words_of_new(list(new.values())) if new else {}
    rows = []
    for i in range(len(ids)):
        if i in known:
            rows.append(known[i])
        else:
            places = [vocabulary.setdefault(word, len(vocabulary)) for word in said.get(new[i], [])]
            rows.append(np.array(places, dtype=np.int32))
    return rows


def _write_matrix(folder: Path, ids: NDArray[np.bytes_], vocabulary: dict[str, int], counted: _Counted) -> None:
    """Turn what was spooled into the index: words that are used, in their own order, and bm25s's matrix of scores.

    BM25 as in Lucene (bm25s's default): a word adds log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + K1 * (1 - B + B *
    length / mean length)) to a chunk's score (Kamphuis et al. 2020, "Which BM25 do you mean?").
    """
    import bm25s
    import numpy as np

    used = sorted(word for word, place in vocabulary.items() if counted.frequency[place])
    rank = np.zeros(len(vocabulary), dtype=np.int32)
    rank[[vocabulary[word] for word in used]] = np.arange(len(used), dtype=np.int32)
    frequency = counted.frequency[[vocabulary[word] for word in used]]
    (folder / _VOCABULARY).write_text(
        json.dumps({word: place for place, word in enumerate(used)}, ensure_ascii=False), encoding="utf-8"
    )
    np.save(folder / IDS, ids)
    np.save(folder / _LENGTHS, counted.lengths)
    said = _raw(folder / "words.raw", 1)
    _write_array(folder / _WORDS, int(counted.lengths.sum()), "<i4", (rank[block[:, 0]] for block in said))
    starts = np.concatenate([[0], np.cumsum(frequency)])
    np.save(folder / _INDPTR, starts)
    idf = np.log(1 + (len(ids) - frequency + 0.5) / (frequency + 0.5))
    norm = K1 * (1 - B + B * counted.lengths / counted.lengths.mean())
    peaks = np.zeros(len(used), dtype=np.float32)

    with (folder / _DATA).open("wb") as data, (folder / _INDICES).open("wb") as indices:
        _header(data, counted.pairs, "<f4")
        _header(indices, counted.pairs, "<i4")
        for pairs in _by_word(folder, rank, starts):
            word, chunk, times = pairs[:, 0], pairs[:, 1], pairs[:, 2]
            scores = (idf[word] * times / (times + norm[chunk])).astype(np.float32)
            first = np.flatnonzero(np.diff(word, prepend=-1))
            peaks[word[first]] = np.maximum.reduceat(scores, first)
            scores.tofile(data)
            chunk.astype(np.int32).tofile(indices)
    np.save(folder / PEAKS, peaks)
    index = bm25s.BM25(k1=K1, b=B)
    settings = {name: getattr(index, name) for name in ("k1", "b", "delta", "method", "idf_method", "dtype")}
    settings |= {"int_dtype": index.int_dtype, "backend": index.backend, "num_docs": len(ids)}
    (folder / "params.index.json").write_text(json.dumps(settings), encoding="utf-8")
    for path in folder.glob("*.raw"):
        path.unlink()


def _by_word(folder: Path, rank: NDArray[np.int32], starts: NDArray[np.int64]) -> Iterator[NDArray[np.int32]]:
    """The pairs in order of word, then chunk, some _RANGE of them at a time; each range goes through a file."""
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
        while len(block := np.fromfile(file, dtype=np.int32, count=columns * 500_000)):
            yield block.reshape(-1, columns)


def _header(file: Any, length: int, kind: str) -> None:
    import numpy as np

    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": (length,)})


def _write_array(path: Path, length: int, kind: str, blocks: Iterable[NDArray[np.int32]]) -> None:
    with path.open("wb") as file:
        _header(file, length, kind)
        for block in blocks:
            block.astype(kind).tofile(file)
