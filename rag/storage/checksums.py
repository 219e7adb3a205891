"""Checksums that detect corrupted files before a library crashes on them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from rag.storage.atomic import write_text
from rag.storage.regular_files import MEBI, read_regular

CHECKSUM_FILE = "seal.json"


def write_checksums(folder: Path, paths: Iterable[Path]) -> None:
    """Store the checksums of files below a folder in that folder. Raises CannotWrite."""
    sums = {path.relative_to(folder).as_posix(): _checksum(path) for path in sorted(paths)}
    write_text(folder / CHECKSUM_FILE, json.dumps(sums))


def find_corrupted(folder: Path) -> str | None:
    """Return the first file that differs from its stored checksum, relative to the folder, or None. Reads every file.

    Where the checksums are missing or cannot be read, that is the name of their own file.
    """
    try:
        sums = dict(json.loads(read_regular(folder / CHECKSUM_FILE, 64 * MEBI)))
    except (OSError, ValueError, TypeError, RecursionError):
        return CHECKSUM_FILE
    return next((name for name, known in sums.items() if _checksum(folder / name) != known), None)


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
