"""What was asked on the page and answered, kept in a file (SQLite) until it is deleted there."""

from __future__ import annotations

import json
import os
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rag.errors import CannotWrite, SettingsError
from rag.messages import Message
from rag.storage.disk_errors import translate_os_errors

MOST_ENTRIES: Final = 10_000
MOST_BYTES: Final = 128 * 1024 * 1024
"""The most that is kept, in questions and in bytes of them and their answers; the oldest make room."""
_SECONDS_TO_WAIT: Final = 10.0
"""How long another server may be writing."""
_MARK: Final = 0x6B6F7461  # "kota": SQLite's place for the format of an application
_VERSION: Final = 1
_SCHEMA: Final = f"""
PRAGMA auto_vacuum = FULL;
BEGIN EXCLUSIVE;
CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL, searched TEXT NOT NULL,
    size INTEGER NOT NULL);
PRAGMA application_id = {_MARK};
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_FOUND: Final = "FROM entries WHERE NOT EXISTS (SELECT 1 FROM json_each(?) WHERE instr(searched, value) = 0)"
_COUNT: Final = f"SELECT count(*) {_FOUND}"
_PAGE: Final = f"SELECT id, content {_FOUND} ORDER BY id DESC LIMIT ? OFFSET ?"
_OLDEST: Final = """
DELETE FROM entries WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER latest AS place, sum(size) OVER latest AS total FROM entries
    WINDOW latest AS (ORDER BY id DESC)) WHERE place > 1 AND (place > ? OR total > ?))
"""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A question, its answer, when it was asked (UTC, ISO 8601) and what it took; `id` is 0 until it is kept.

    `sources` have the fields of passages on the page. `settings` are those of the server that are not the same for all.
    """

    question: str
    answer: str
    retrieval: bool
    asked: str
    seconds: float
    sources: Sequence[Mapping[str, Any]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    def content(self) -> dict[str, Any]:
        """Return everything but the id, as it is kept and exported."""
        return {
            "asked": self.asked, "question": self.question, "answer": self.answer, "retrieval": self.retrieval,
            "seconds": self.seconds, "sources": list(self.sources), "settings": dict(self.settings),
        }  # fmt: skip


class History:
    """A file of entries, which several servers may share; it is opened for each of the methods."""

    def __init__(self, path: Path) -> None:
        """Create the file, for its owner alone, or check the one that is there.

        Raises SettingsError for a file that is damaged or something else, which stays as it is, and CannotWrite.
        """
        self.path = path
        with translate_os_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            if path.is_file() and path.stat().st_size == 0:
                path.chmod(0o600)
                with self._connection(checked=False) as connection:
                    connection.executescript(_SCHEMA)
        with self._connection() as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise self._damaged()

    def add(self, entry: HistoryEntry) -> None:
        """Keep an entry; the oldest make room. Raises SettingsError and CannotWrite."""
        content = json.dumps(entry.content(), ensure_ascii=False)
        searched = _searched("\n".join([entry.question, entry.answer, *(str(hit["source"]) for hit in entry.sources)]))
        size = len(content.encode()) + len(searched.encode())
        with self._connection() as connection:
            row = (content, searched, size)
            connection.execute("INSERT INTO entries (content, searched, size) VALUES (?, ?, ?)", row)
            connection.execute(_OLDEST, (MOST_ENTRIES, MOST_BYTES))

    def find(self, words: str = "", *, start: int = 0, most: int = -1) -> tuple[list[HistoryEntry], int]:
        """Return the entries that have all words in question, answer or sources, latest first, and their number."""
        wanted = json.dumps(_searched(words).split())
        with self._connection() as connection:
            count = connection.execute(_COUNT, (wanted,)).fetchone()[0]
            rows = connection.execute(_PAGE, (wanted, most, start)).fetchall()
            return [HistoryEntry(**json.loads(content), id=number) for number, content in rows], count

    def delete(self, number: int | None = None) -> int:
        """Delete an entry, or all, so that the file no longer has their texts; return how many there were."""
        with self._connection() as connection:
            if number is None:
                return connection.execute("DELETE FROM entries").rowcount
            return connection.execute("DELETE FROM entries WHERE id = ?", (number,)).rowcount

    @contextmanager
    def _connection(self, *, checked: bool = True) -> Iterator[sqlite3.Connection]:
        """Open the file for a transaction. Raises SettingsError for one that is no history, and CannotWrite.

        Nothing but SQLite opens the file: closing it elsewhere would release the locks that this process has on it.
        """
        try:
            with translate_os_errors(self.path):
                if not self.path.is_file():
                    raise SettingsError("The history is no file, or no longer there", where=str(self.path))
                address = f"{self.path.absolute().as_uri()}?mode=rw"
                with closing(sqlite3.connect(address, _SECONDS_TO_WAIT, uri=True)) as connection, connection:
                    if checked:
                        self._check_mark(connection)
                    connection.execute("PRAGMA secure_delete = ON")
                    yield connection
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise self._failed(error) from error

    def _check_mark(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0] != _MARK:
            raise self._foreign()
        if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            raise SettingsError("The history was written by another version of kotae", where=str(self.path), do=_OTHER)

    def _failed(self, error: Exception) -> SettingsError | CannotWrite:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # without its extension
        if code == sqlite3.SQLITE_BUSY:
            return SettingsError("Another process is writing to the history", where=str(self.path), do="Try again.")
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
            return CannotWrite(Message("Cannot write: {reason}", reason=Message(str(error))), where=str(self.path))
        return self._foreign() if code == sqlite3.SQLITE_NOTADB else self._damaged()

    def _foreign(self) -> SettingsError:
        return SettingsError("This file is not a history of kotae serve", where=str(self.path), do=_OTHER)

    def _damaged(self) -> SettingsError:
        what = "The history is damaged; it was not changed"
        return SettingsError(what, where=str(self.path), do="Move it away, or choose another file.")


_OTHER: Final = Message("Choose another file for --history.")


def _searched(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
