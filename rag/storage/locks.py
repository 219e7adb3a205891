"""Lock a folder so that one process at a time writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import KotaeError
from rag.storage.disk_errors import translate_os_errors

LOCK_FILE = ".writing.lock"
"""Name of the lock file; it stays in the folder."""


@contextmanager
def folder_lock(folder: Path, busy: KotaeError) -> Iterator[None]:
    """Lock a folder for writing, creating it if needed. Raises `busy` if another process has it, and CannotWrite."""
    from filelock import FileLock, Timeout

    with translate_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise busy from error
    try:
        yield
    finally:
        lock.release()
