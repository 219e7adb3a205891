"""Segments of the lexical index: the terms of some chunks, in files that never change and are memory-mapped.

A segment's folder has `ids.bin` (the ids of its chunks; a chunk's row is its place there), `order.bin` (the rows in the
order of their ids) and `deleted.bin` (rows of chunks that the index no longer has: the one file that the next version
of the index does not share). A folder per field has the terms, sorted, with where each ends (`terms.bin`, `ends.bin`),
their first letters (`heads.bin`, 8 bytes as a number, which is found sooner) and where their postings begin
(`starts.bin`); the postings (`rows.bin`, and `kinds.bin`); the kinds of postings (`frequencies.bin`: how often the term
is in the chunk, and how many terms that has; far fewer than postings, and all that scores depend on); and the number of
terms of each chunk (`lengths.bin`).
"""

from __future__ import annotations

import bisect
import functools
import mmap
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS, DELETED = "ids.bin", "deleted.bin"
_ORDER = "order.bin"
_TERMS, _ENDS, _HEADS, _STARTS, _ROWS, _KINDS, _FREQUENCIES, _LENGTHS = (
    f"{name}.bin" for name in ("terms", "ends", "heads", "starts", "rows", "kinds", "frequencies", "lengths")
)
_HEAD = 8
_SMALL_KINDS: Final = 1 << 16
_FOUND = 4096
"""Terms per field and segment whose places are remembered."""
_MAPPED: Final = 1 << 18
"""Bytes above which a file is mapped; a smaller one is read. Before Python 3.13 each mapping keeps a descriptor."""


class Postings:
    """A field of a segment: the chunks that have each term, and how often."""

    def __init__(self, folder: Path) -> None:
        """Map the files of a field."""
        self._terms: NDArray[np.uint8] = _mapped(folder / _TERMS, "u1")
        self._ends: NDArray[np.int64] = _mapped(folder / _ENDS, "<i8")
        self._heads: NDArray[np.uint64] = _mapped(folder / _HEADS, "<u8")
        self.starts: NDArray[np.int64] = _mapped(folder / _STARTS, "<i8")
        self.rows: NDArray[np.int32] = _mapped(folder / _ROWS, "<i4")
        frequencies: NDArray[np.int32] = _mapped(folder / _FREQUENCIES, "<i4")
        self.frequencies = frequencies.reshape(-1, 2)
        self.kinds: NDArray[np.unsignedinteger[Any]] = _mapped(folder / _KINDS, _kind_of(len(self.frequencies)))
        self.lengths: NDArray[np.int32] = _mapped(folder / _LENGTHS, "<i4")
        # Not of a method of this object: a cycle would keep the files mapped until garbage is collected.
        find = functools.partial(_find, self._terms, self._ends, self._heads, self.starts)
        self.find = functools.lru_cache(_FOUND)(find)

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self._ends)

    def term(self, number: int) -> bytes:
        """Return a term in UTF-8."""
        return _term(self._terms, self._ends, number)

    def may_have(self, heads: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return of which of these first letters (see `head`) there is a term."""
        import numpy as np

        at = np.minimum(np.searchsorted(self._heads, heads), len(self) - 1)
        return self._heads[at] == heads if len(self) else np.zeros(len(heads), dtype=bool)


def _term(terms: NDArray[np.uint8], ends: NDArray[np.int64], number: int) -> bytes:
    return terms[ends[number - 1] if number else 0 : ends[number]].tobytes()


def _find(
    terms: NDArray[np.uint8],
    ends: NDArray[np.int64],
    heads: NDArray[np.uint64],
    starts: NDArray[np.int64],
    term: str,
) -> slice:
    """Return where the postings of a term are; nowhere, if no chunk has it."""
    import numpy as np

    wanted = encoded(term)
    letters = head(wanted)
    first, end = np.searchsorted(heads, np.array([letters, letters + 1], dtype=np.uint64)).tolist()
    term_at = functools.partial(_term, terms, ends)
    number = bisect.bisect_left(range(end), wanted, first, key=term_at)
    if number == end or term_at(number) != wanted:
        return slice(0, 0)
    return slice(int(starts[number]), int(starts[number + 1]))


class Segment:
    """Some chunks of one language."""

    def __init__(self, folder: Path) -> None:
        """Map the files of a segment; those of its fields when they are asked for."""
        import numpy as np

        self.folder = folder
        self.ids: NDArray[np.bytes_] = _mapped(folder / IDS, "S32")
        self._order: NDArray[np.int64] = _mapped(folder / _ORDER, "<i8")
        self.alive: NDArray[np.bool_] | None = None  # of every row; None: all are
        if (folder / DELETED).exists():
            self.alive = np.ones(len(self.ids), dtype=bool)
            self.alive[np.fromfile(folder / DELETED, "<i4")] = False
        self.chunks = len(self.ids) if self.alive is None else int(self.alive.sum())
        self.postings = functools.cache(lambda field: Postings(folder / field))

    def fields(self) -> list[str]:
        """Return the names of the fields."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def open_fields(self) -> None:
        """Map the files of all fields now."""
        for name in self.fields():
            self.postings(name)

    def rows_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Return the row of each id, -1 for those that this segment does not have."""
        import numpy as np

        at = np.minimum(np.searchsorted(self.ids, ids, sorter=self._order), len(self.ids) - 1)
        rows = self._order[at]
        held = self.ids[rows] == ids
        return np.where(held if self.alive is None else held & self.alive[rows], rows, -1)


class FieldWriter:
    """Writes a field term by term, in their order, holding none of them; a context manager."""

    def __init__(self, folder: Path, frequencies: NDArray[np.int32]) -> None:
        """Make the folder and its files, given the kinds of postings: frequency and length, shape (kinds, 2)."""
        folder.mkdir(parents=True)
        frequencies.astype("<i4").tofile(folder / _FREQUENCIES)
        self._kind = _kind_of(len(frequencies))
        self._folder = folder
        self._files = ExitStack()
        self._terms, self._ends, self._heads, self._starts, self._rows, self._kinds = (
            self._files.enter_context((folder / name).open("wb"))
            for name in (_TERMS, _ENDS, _HEADS, _STARTS, _ROWS, _KINDS)
        )
        self._letters = self._postings = 0
        self._starts.write(bytes(8))

    def add(
        self,
        terms: Sequence[bytes],
        counts: NDArray[np.int64],
        rows: NDArray[np.integer[Any]],
        kinds: NDArray[np.integer[Any]],
    ) -> None:
        """Add terms with the number of postings of each, and these, term by term, each term's rows ascending."""
        import numpy as np

        ends = self._letters + np.cumsum([len(term) for term in terms], dtype="<i8")
        starts = self._postings + np.cumsum(counts, dtype="<i8")
        self._letters, self._postings = int(ends[-1]), int(starts[-1])
        self._terms.write(b"".join(terms))
        ends.tofile(self._ends)
        np.array([head(term) for term in terms], dtype="<u8").tofile(self._heads)
        starts.tofile(self._starts)
        rows.astype("<i4").tofile(self._rows)
        kinds.astype(self._kind).tofile(self._kinds)

    def finish(self, lengths: Iterable[NDArray[np.int32]]) -> None:
        """Add the number of terms of every chunk."""
        with (self._folder / _LENGTHS).open("wb") as file:
            for part in lengths:
                part.astype("<i4").tofile(file)

    def __enter__(self) -> FieldWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files."""
        self._files.close()


def write_ids(folder: Path, ids: NDArray[np.bytes_]) -> None:
    """Write the ids of a segment's chunks, in the order of their rows."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    ids.astype("S32").tofile(folder / IDS)
    np.argsort(ids, kind="stable").astype("<i8").tofile(folder / _ORDER)


def segments_of(folder: Path) -> list[Segment]:
    """Open the segments in a folder, oldest first; none if there is no such folder."""
    return [Segment(path) for path in sorted(folder.iterdir())] if folder.is_dir() else []


def encoded(term: str) -> bytes:
    """Return a term as it is stored."""
    return term.encode("utf-8", "surrogatepass")


def _kind_of(kinds: int) -> str:
    return "<u2" if kinds <= _SMALL_KINDS else "<u4"


def head(term: bytes) -> int:
    """Return the first letters of a term as a number, in the order of the terms."""
    return int.from_bytes(term[:_HEAD].ljust(_HEAD, b"\0"), "big")


def _mapped(path: Path, kind: str) -> Any:
    """Return a file as a plain array (the class memmap is slow to index): read if it is small, else mapped."""
    import numpy as np

    if path.stat().st_size <= _MAPPED:
        return np.fromfile(path, dtype=kind)
    with path.open("rb") as file:
        can = sys.version_info >= (3, 13) and sys.platform != "win32"
        untracked: dict[str, Any] = {"trackfd": False} if can else {}
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ, **untracked), dtype=kind)
