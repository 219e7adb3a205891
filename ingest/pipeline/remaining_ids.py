"""Which chunks of a file the index holds that the file has not given again so far: a large table has very many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Left:
    """A set of ids that only gets smaller, 33 bytes for each."""

    def __init__(self, ids: Sequence[NDArray[np.bytes_]]) -> None:
        """Take arrays of ids, shape (n,), 32 bytes each."""
        import numpy as np

        self._ids = np.unique(np.concatenate(ids)) if ids else np.zeros(0, dtype="S32")
        self._there = np.ones(len(self._ids), dtype=bool)

    def __contains__(self, chunk_id: str) -> bool:
        at = self._at(chunk_id)
        return at is not None and bool(self._there[at])

    def discard(self, chunk_id: str) -> None:
        """Take this one out, if it is there."""
        if (at := self._at(chunk_id)) is not None:
            self._there[at] = False

    def ids(self) -> list[str]:
        """Those that are there, sorted."""
        return [one.decode() for one in self._ids[self._there]]

    def _at(self, chunk_id: str) -> int | None:
        import numpy as np

        wanted = chunk_id.encode()
        at = int(np.searchsorted(self._ids, np.bytes_(wanted)))
        return at if at < len(self._ids) and self._ids[at] == wanted else None
