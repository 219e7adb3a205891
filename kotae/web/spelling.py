"""Find files by their names, which disks spell differently: some compose letters, others take them apart."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def spelled(folder: Path, name: str) -> Path | None:
    """Return the path in `folder` of what has this name up to its Unicode normal form, or None. Raises OSError."""
    for form in (name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
        if os.path.lexists(path := folder / form):  # False for a form that is too long for a name
            return path
    if name.isascii() or not folder.is_dir():
        return None
    wanted = unicodedata.normalize("NFC", name)
    return next((path for path in folder.iterdir() if unicodedata.normalize("NFC", path.name) == wanted), None)
