"""Checksums that detect corrupted files before a library crashes on them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from rag.storage.atomic import write_text
from rag.storage.regular_files import MEBI, read_regular

CHECKSUM_FILE = "seal.json"


def write_checksums(folder: Path, paths: Iterable[Path], before: Path | None = None) -> None:
    """Store the checksums of files below a folder in that folder. Raises CannotWrite.

    Files that the folder `before` has too (as hard links) are not read: their checksums are there.
    """
    known = _stored(before) if before else None
    sums = {}
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        shared = before is not None and known is not None and name in known and _same_file(before / name, path)
        sums[name] = known[name] if known is not None and shared else _checksum(path)
    write_text(folder / CHECKSUM_FILE, json.dumps(sums))


def find_corrupted(folder: Path, *, touched: bool = False) -> str | None:
    """Return the first file that differs from its stored checksum, relative to the folder, or None.

    Where the checksums are missing or cannot be read, that is the name of their own file. Every file is read, or with
    `touched` only those that were written after the checksums.
    """
    sums = _stored(folder)
    if sums is None:
        return CHECKSUM_FILE
    names = (name for name in sums if not touched or _is_newer(folder / name, folder / CHECKSUM_FILE))
    return next((name for name in names if _checksum(folder / name) != sums[name]), None)


def _stored(folder: Path) -> dict[str, int | None] | None:
    try:
        return dict(json.loads(read_regular(folder / CHECKSUM_FILE, 64 * MEBI)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _is_newer(path: Path, than: Path) -> bool:
    try:
        return path.stat().st_mtime_ns >= than.stat().st_mtime_ns  # clocks of file systems are coarse
    except OSError:
        return True


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _checksum(path: Path) -> int | None:
    """Return the CRC-32 of a file (about a second a gigabyte), or None if it cannot be read."""
    crc = 0
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                crc = zlib.crc32(part, crc)
    except OSError:
        return None
    return crc
