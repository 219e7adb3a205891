"""Making files and folders appear whole or not at all, also with two makers at once or one killed half-way."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path


def publish_folder(target: Path, make: Callable[[Path], None]) -> Path:
    """Return `target`, made by `make(folder)` unless it is there already.

    One process makes it while others wait; what a killed process left half-made is never seen under `target`
    and is removed by the next maker. Raises what `make` raises, leaving nothing behind.
    """
    if target.is_dir():
        return target
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.parent / f".{target.name}.lock"):
        if target.is_dir():
            return target
        for stale in target.parent.glob(f".{target.name}.making-*"):
            shutil.rmtree(stale, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.making-", dir=target.parent))
        try:
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
    """Write so that readers see the old content or the new, never a part; durable once it returns."""
    write_parts(target, [data])


def write_parts(target: Path, parts: Iterable[bytes]) -> None:
    """Write parts that follow each other as `write_bytes` does, without having all of them at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not a temporary file of the standard library's making: those can be read by their owner only, whatever the umask.
    name = target.parent / f".{target.name}.{secrets.token_hex(8)}"
    try:
        with name.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise
