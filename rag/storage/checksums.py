"""Check sums of files that others write and read: damage on disk is found before a library falls over it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from rag.storage.atomic import write_text

FILE = "seal.json"


def seal(folder: Path, paths: Iterable[Path]) -> None:
    """Keep in a folder the check sums of files below it. Raises CannotWrite."""
    sums = {path.relative_to(folder).as_posix(): _sum(path) for path in sorted(paths)}
    write_text(folder / FILE, json.dumps(sums))


def damaged(folder: Path) -> str | None:
    """Which file below a folder is not, to the last bit, what it was sealed as; None where all are. Reads all of them.

    Where there is no seal, or it cannot be read, that is its own name.
    """
    try:
        sums = dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return FILE
    return next((name for name, known in sums.items() if _sum(folder / name) != known), None)


def _sum(path: Path) -> int | None:
    """CRC-32, about a second a gigabyte; None for what is not there."""
    total = 0
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                total = zlib.crc32(part, total)
    except OSError:
        return None
    return total
