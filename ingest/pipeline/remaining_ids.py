"""Ids in the index that have not been seen in the new version of a file: a large table has very many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RemainingIds:
    """A set of ids that only shrinks, 33 bytes for each id."""

    def __init__(self, ids: Sequence[NDArray[np.bytes_]]) -> None:
        """Take arrays of ids, shape (n,), 32 bytes each."""
        import numpy as np

        self._ids = np.unique(np.concatenate(ids)) if ids else np.zeros(0, dtype="S32")
        self._present = np.ones(len(self._ids), dtype=bool)

    def __contains__(self, chunk_id: str) -> bool:
        at = self._find(chunk_id)
        return at is not None and bool(self._present[at])

    def discard(self, chunk_id: str) -> None:
        """Remove an id, if it is in the set."""
        if (at := self._find(chunk_id)) is not None:
            self._present[at] = False

    def ids(self) -> list[str]:
        """Return the ids in the set, sorted."""
        return [chunk_id.decode() for chunk_id in self._ids[self._present]]

    def _find(self, chunk_id: str) -> int | None:
        import numpy as np

        wanted = chunk_id.encode()
        at = int(np.searchsorted(self._ids, np.bytes_(wanted)))
        return at if at < len(self._ids) and self._ids[at] == wanted else None
