"""The stored BM25 scores of one field: a column for each term, with the chunks that have it and what it adds there.

The files are bm25s's (a sparse matrix by columns, and the vocabulary as JSON), read here with NumPy alone: importing
bm25s brings in SciPy, which takes a processor second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VOCABULARY: Final = "vocab.index.json"
DATA, INDICES, INDPTR = "data.csc.index.npy", "indices.csc.index.npy", "indptr.csc.index.npy"


class TermColumns:
    """The columns of a field, memory-mapped (as plain arrays: those of the class memmap are slow to index)."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `rag.lexical.build` wrote."""
        import numpy as np

        self._numbers: dict[str, int] = json.loads((folder / VOCABULARY).read_text("utf-8"))
        self._data, self._indices, self._indptr = (
            np.asarray(np.load(folder / name, mmap_mode="r")) for name in (DATA, INDICES, INDPTR)
        )

    def __contains__(self, term: str) -> bool:
        """Return whether any chunk has a term."""
        return term in self._numbers

    def column(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the rows of the chunks that have a term, and its score in each. Raises KeyError."""
        number = self._numbers[term]
        column = slice(int(self._indptr[number]), int(self._indptr[number + 1]))
        return self._indices[column], self._data[column]
