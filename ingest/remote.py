"""Files of a corpus in an object store: each is read from a copy on this machine, one at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.documents import CorpusFile, fingerprint_of, translate_errors
from ingest.formats import ReadOptions
from rag.storage.object_store import open_store

_COPY = "document"


@dataclass(frozen=True, slots=True)
class RemoteFile(CorpusFile):
    """A file in an object store, `root` being a URL and `size` in bytes; or a copy of it, `root` being a folder.

    `version` is what the store says of the content when it lists it or, of a copy, when it was copied.
    """

    size: int = 0
    version: str = ""


@contextmanager
def local_copy(file: CorpusFile) -> Iterator[CorpusFile]:
    """Yield a file that is on this machine until the block ends: itself, or a copy without its name.

    Raises UnreadableDocument if it cannot be read, CorpusError if its store cannot, and CannotWrite.
    """
    if not isinstance(file, RemoteFile):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="kotae-") as folder:
        with translate_errors(file):
            version = open_store(file.root).copy(str(file.below_root), Path(folder, _COPY))
        yield replace(file, root=folder, below_root=_COPY, version=version)


def version_of(file: CorpusFile, options: ReadOptions) -> str:
    """Return what changes with the content of a file, and with how it is read; "" where that must be read to know."""
    if not isinstance(file, RemoteFile) or not file.version:
        return ""
    return fingerprint_of(file, file.version, options)


def file_size(file: CorpusFile) -> int:
    """Return the size of a file in bytes, 0 if it cannot be had."""
    if isinstance(file, RemoteFile):
        return file.size
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
