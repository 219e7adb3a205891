"""Where in a file each id stands: of a table with very many rows, too many to keep in memory."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from rag.storage.disk_errors import translate_os_errors


class Places:
    """Ids and their places, in a temporary database that keeps 8 MiB in memory and the rest in an unnamed file."""

    def __init__(self) -> None:
        self._ids: sqlite3.Connection | None = None

    def first(self, fragment: str, place: str) -> str:
        """The place where this id was first said to be, which is `place` for one that is new. Raises CannotWrite."""
        with translate_os_errors(Path(tempfile.gettempdir())):
            if self._ids is None:
                self._ids = _database()
            if self._ids.execute("INSERT OR IGNORE INTO ids VALUES (?, ?)", (fragment, place)).rowcount:
                return place
            return str(self._ids.execute("SELECT place FROM ids WHERE fragment = ?", (fragment,)).fetchone()[0])

    def close(self) -> None:
        """Forget them."""
        if self._ids is not None:
            self._ids.close()


def _database() -> sqlite3.Connection:
    made = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    made.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;"
        "CREATE TABLE ids (fragment TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID"
    )
    return made
