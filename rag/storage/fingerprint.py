"""What tells a changed file of a corpus: its content, and how it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

EDITIONS: Mapping[str, tuple[str, ...]] = {".pdf": ("2",), ".csv": ("2",), ".xlsx": ("2",)}
"""By ending, of readers that give another text than they did: files of theirs that an index holds are read anew."""


def fingerprint(sha256: str, suffix: str, columns: Sequence[str] = ()) -> str:
    """A hash of a file's content (`sha256`), the columns that are read of it, and the edition of its reader.

    `suffix` is its ending, such as ".pdf". Where there are neither columns nor editions, it is `sha256` itself.
    """
    how = (*columns, *EDITIONS.get(suffix.lower(), ()))
    return hashlib.sha256("\0".join((sha256, *how)).encode()).hexdigest() if how else sha256
