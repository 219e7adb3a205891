"""Write files and folders atomically, also with concurrent writers or one killed half-way."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.storage.disk_errors import translate_os_errors

_LETTERS = 16
_MAKING = ".making-"
_STALE_SECONDS = 3600.0
"""Age from which a half-written file is taken for the remains of a killed process."""


def atomic_directory(target: Path, make: Callable[[Path], None]) -> Path:
    """Create the folder `target` with `make(folder)` unless it exists, and return it.

    One process makes it while others wait. A half-made folder of a killed process never appears as `target`; the next
    process removes it. Its files and their names are durable before it appears. Raises whatever `make` raises, leaving
    nothing behind, and CannotWrite.
    """
    if target.is_dir():
        return target
    with translate_os_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        return _make_once(target, make)


def remove_half_made(parent: Path) -> None:
    """Remove folders in `parent` that killed processes left half-made, under whatever name they were to appear."""
    from filelock import FileLock

    for stale in parent.glob(f".*{_MAKING}*"):
        name, _, _ = stale.name.rpartition(_MAKING)
        with contextlib.suppress(OSError), FileLock(parent / f"{name}.lock", timeout=0):  # or it is being made
            shutil.rmtree(stale, ignore_errors=True)


def _make_once(target: Path, make: Callable[[Path], None]) -> Path:
    from filelock import FileLock

    with FileLock(target.parent / f".{target.name}.lock"):
        if target.is_dir():
            return target
        for stale in target.parent.glob(f".{target.name}{_MAKING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        # Not from the tempfile module: what that makes only its owner can read, whatever the umask.
        folder = target.parent / f".{target.name}{_MAKING}{secrets.token_hex(_LETTERS // 2)}"
        folder.mkdir()
        try:
            with translate_os_errors(target):  # before the clean-up, while the disk is as full as it was
                make(folder)
                _make_durable(folder)
            os.replace(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return target


def _make_durable(folder: Path) -> None:
    for path, _, names in os.walk(folder):
        for name in (*names, ""):
            with contextlib.suppress(OSError):  # neither Windows nor every file system can do this
                descriptor = os.open(os.path.join(path, name), os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text as `write_bytes` does."""
    write_bytes(target, text.encode("utf-8"))


def write_bytes(target: Path, data: bytes) -> None:
    """Replace a file so that readers see the old content or the new, never a part; durable on return.

    Raises CannotWrite.
    """
    atomic_write(target, [data])


def atomic_write(target: Path, parts: Iterable[bytes]) -> None:
    """Write consecutive parts as `write_bytes` does, without holding all of them in memory."""
    with translate_os_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target)
        _replace(target, parts)


def _replace(target: Path, parts: Iterable[bytes]) -> None:
    temporary = target.parent / f".{target.name}.{secrets.token_hex(_LETTERS // 2)}"
    try:
        with temporary.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_stale(target: Path) -> None:
    """Remove half-written copies of this file that killed processes left."""
    now = time.time()
    for path in target.parent.iterdir():
        name, _, end = path.name.removeprefix(".").rpartition(".")
        if name == target.name and path.name.startswith(".") and len(end) == _LETTERS and end.isalnum():
            try:
                if abs(now - path.stat().st_mtime) > _STALE_SECONDS:
                    path.unlink()
            except OSError:
                continue  # another process removed it
