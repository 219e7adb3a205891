"""Fingerprint of a corpus file, which changes with its content and with how it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

READER_VERSIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((".txt", ".md", ".jsonl", ".pptx", ".eml"), ("2",)),
    **dict.fromkeys((".html", ".htm", ".docx"), ("3",)),
    **dict.fromkeys((".pdf", ".csv"), ("4",)),
    ".xlsx": ("5",),
}
"""Versions of readers whose output has changed, by file suffix; indexed files of these kinds are read again."""


def fingerprint(sha256: str, suffix: str, columns: Sequence[str] = ()) -> str:
    """Return a hash of a file's content (`sha256`), the columns read from it, and the version of its reader.

    `suffix` is like ".pdf". Without columns and without a reader version, the result is `sha256` itself.
    """
    reading = (*columns, *READER_VERSIONS.get(suffix.lower(), ()))
    return hashlib.sha256("\0".join((sha256, *reading)).encode()).hexdigest() if reading else sha256
