"""Making files and folders appear whole or not at all, also with two makers at once or one killed half-way."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.storage.disk_errors import writing

_LETTERS = 16
_STALE_SECONDS = 3600.0
"""How old a half-written file must be to be taken for one that a killed process left."""


def publish_folder(target: Path, make: Callable[[Path], None]) -> Path:
    """Return `target`, made by `make(folder)` unless it is there already.

    One process makes it while others wait; what a killed process left half-made is never seen under `target`
    and is removed by the next maker. Raises what `make` raises, leaving nothing behind, and CannotWrite.
    """
    if target.is_dir():
        return target
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        return _published(target, make)


def _published(target: Path, make: Callable[[Path], None]) -> Path:
    from filelock import FileLock

    with FileLock(target.parent / f".{target.name}.lock"):
        if target.is_dir():
            return target
        for stale in target.parent.glob(f".{target.name}.making-*"):
            shutil.rmtree(stale, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.making-", dir=target.parent))
        try:
            with writing(target):  # said before what was made is removed, while the disk is as full as it was
                make(folder)
            os.replace(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return target


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text as `write_bytes` does."""
    write_bytes(target, text.encode("utf-8"))


def write_bytes(target: Path, data: bytes) -> None:
    """Write so that readers see the old content or the new, never a part; durable once it returns.

    Raises CannotWrite.
    """
    write_parts(target, [data])


def write_parts(target: Path, parts: Iterable[bytes]) -> None:
    """Write parts that follow each other as `write_bytes` does, without having all of them at once."""
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target)
        _replace(target, parts)


def _replace(target: Path, parts: Iterable[bytes]) -> None:
    # Not a temporary file of the standard library's making: those can be read by their owner only, whatever the umask.
    name = target.parent / f".{target.name}.{secrets.token_hex(_LETTERS // 2)}"
    try:
        with name.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _remove_stale(target: Path) -> None:
    """Remove what killed processes left of this file, half-written."""
    now = time.time()
    for path in target.parent.iterdir():
        name, _, end = path.name.removeprefix(".").rpartition(".")
        if name == target.name and path.name.startswith(".") and len(end) == _LETTERS and end.isalnum():
            try:
                if abs(now - path.stat().st_mtime) > _STALE_SECONDS:
                    path.unlink()
            except OSError:
                continue  # another process was first
