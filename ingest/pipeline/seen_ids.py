"""The ids of a file's documents and where each first occurred: a large table has too many to keep in memory."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from rag.storage.disk_errors import translate_os_errors


class SeenIds:
    """Ids and their positions, in a temporary database that keeps 8 MiB in memory and the rest in an unnamed file."""

    def __init__(self) -> None:
        self._ids: sqlite3.Connection | None = None

    def first(self, fragment: str, position: str) -> str:
        """Return the position where this id first occurred: `position` for a new id. Raises CannotWrite."""
        with translate_os_errors(Path(tempfile.gettempdir())):
            if self._ids is None:
                self._ids = _database()
            if self._ids.execute("INSERT OR IGNORE INTO ids VALUES (?, ?)", (fragment, position)).rowcount:
                return position
            return str(self._ids.execute("SELECT place FROM ids WHERE fragment = ?", (fragment,)).fetchone()[0])

    def close(self) -> None:
        """Discard the ids."""
        if self._ids is not None:
            self._ids.close()


def _database() -> sqlite3.Connection:
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;"
        "CREATE TABLE ids (fragment TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID"
    )
    return connection
