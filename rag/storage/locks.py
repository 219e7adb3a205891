"""One writer at a time to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import KotaeError
from rag.storage.disk_errors import writing

LOCK = ".writing.lock"
"""The file by which a folder is held for writing; it stays there."""


@contextmanager
def held(folder: Path, busy: KotaeError) -> Iterator[None]:
    """Hold a folder, which is made, for writing: one process at a time, until it ends. Raises `busy`, CannotWrite."""
    from filelock import FileLock, Timeout

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise busy from error
    try:
        yield
    finally:
        lock.release()
