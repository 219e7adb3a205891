"""Checksums that detect corrupted files before a library crashes on them."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rag.storage.atomic import write_text
from rag.storage.disk_errors import translate_os_errors
from rag.storage.regular_files import MEBI, read_regular

CHECKSUM_FILE = "seal.json"


class _Seal(NamedTuple):
    """What is stored of a file: its CRC-32, and its size, which earlier versions of kotae did not store."""

    checksum: int | None
    size: int | None


def write_checksums(folder: Path, paths: Iterable[Path], before: Path | None = None) -> None:
    """Store the checksums of files below a folder in that folder; the files are durable before. Raises CannotWrite.

    Files that the folder `before` has too (as hard links) are not read: their checksums are there.
    """
    known = _stored(before) or {} if before else {}
    seals = {}
    with translate_os_errors(folder):
        for path in sorted(paths):
            name = path.relative_to(folder).as_posix()
            shared = before is not None and name in known and _same_file(before / name, path)
            seals[name] = _Seal(known[name].checksum if shared else _durable_checksum(path), path.stat().st_size)
    write_text(folder / CHECKSUM_FILE, json.dumps(seals))


def find_corrupted(folder: Path, *, touched: bool = False) -> str | None:
    """Return the first file that differs from its stored checksum, relative to the folder, or None.

    Where the checksums are missing or cannot be read, that is the name of their own file. Every file is read, or with
    `touched` only those that were written after the checksums; the size of every file is compared.
    """
    seals = _stored(folder)
    if seals is None:
        return CHECKSUM_FILE
    try:
        sealed = (folder / CHECKSUM_FILE).stat().st_mtime_ns if touched else None
    except OSError:
        return CHECKSUM_FILE
    return next((name for name, seal in seals.items() if _differs(folder / name, seal, sealed)), None)


def _stored(folder: Path) -> dict[str, _Seal] | None:
    try:
        stored = dict(json.loads(read_regular(folder / CHECKSUM_FILE, 64 * MEBI)))
        return {name: _Seal(*seal) if isinstance(seal, list) else _Seal(seal, None) for name, seal in stored.items()}
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _differs(path: Path, seal: _Seal, sealed: int | None) -> bool:
    """Return whether a file is of another size than when it was sealed, or was written since and has other content."""
    try:
        now = path.stat()
    except OSError:
        return True
    if seal.size not in (None, now.st_size):
        return True
    # Not only newer ones: clocks of file systems are coarse.
    return (sealed is None or now.st_mtime_ns >= sealed) and _checksum(path) != seal.checksum


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _checksum(path: Path) -> int | None:
    """Return the CRC-32 of a file (about a second a gigabyte), or None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return _crc(file)
    except OSError:
        return None


def _durable_checksum(path: Path) -> int:
    """Return the CRC-32 of a file, which is on the disk itself then: the seal must not outlast what it vouches for."""
    with path.open("rb+") as file:  # Windows makes durable only what is open for writing
        os.fsync(file.fileno())
        return _crc(file)


def _crc(file: BinaryIO) -> int:
    crc = 0
    while part := file.read(1 << 20):
        crc = zlib.crc32(part, crc)
    return crc
