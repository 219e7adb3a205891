"""The folder of documents that the page adds to and removes from."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ingest.documents import CorpusFile
from ingest.files import find
from ingest.formats import READERS
from kotae.web.index_view import Catalogue, IndexedFile, file_id, sorted_files
from kotae.web.spelling import spelled
from kotae.web.uploads import document_path
from rag.errors import EmptyCorpus, RequestError, SettingsError
from rag.messages import Message, reason_of
from rag.storage.disk_errors import translate_os_errors

FILE_BYTES = 256 * 1024 * 1024
"""The largest file that the page adds."""
MOST_FILES = 10_000
"""The most files that the page adds to."""
_ARRIVING = ".kotae-arriving-"


class Library:
    """A folder of documents. Clients name its files by id, and new ones by their paths below it."""

    def __init__(self, folder: Path, index: Path) -> None:
        """Make the folder if there is none, and remove what half-sent files left.

        Raises SettingsError if there can be none, or if `index` is where documents are read.
        """
        self.folder = folder
        self._lock = threading.Lock()
        self._count: int | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"{_ARRIVING}*"):
                left.unlink()
        except OSError as error:
            raise SettingsError(
                Message("The folder of documents cannot be used: {error}", error=reason_of(error)),
                where=str(folder),
                do="Choose another --library.",
            ) from error
        below = index.resolve()
        if folder.resolve() == below or _is_read(folder.resolve(), below) or _is_read(below, folder.resolve()):
            raise SettingsError(
                "The folder of documents and that of the index are inside one another",
                where=str(folder),
                do="Choose another --library or --index.",
            )

    @property
    def kinds(self) -> tuple[str, ...]:
        """The endings of the files that the page adds."""
        return tuple(READERS)

    def files(self) -> tuple[CorpusFile, ...]:
        """Return the files that an ingest reads, by source. Raises CorpusError, also if the folder cannot be listed."""
        try:
            return find(self.folder).files
        except EmptyCorpus:
            return ()

    def with_unread(self, catalogue: Catalogue) -> Catalogue:
        """Add the files that the index does not have, without chunks. Raises CorpusError."""
        indexed = {file.source for file in catalogue.files}
        unread = [
            IndexedFile(file_id(file.source), file.source, {}) for file in self.files() if file.source not in indexed
        ]
        return replace(catalogue, files=sorted_files([*catalogue.files, *unread]))

    @contextmanager
    def adding(self, given: str) -> Iterator[BinaryIO]:
        """Yield a file to write a document to, which is in the library at the end of the block, replacing an older one.

        If the block raises, nothing is added. Raises RequestError for a path that cannot be, CorpusError, CannotWrite.
        """
        path = document_path(given)
        if os.path.splitext(path)[1].lower() not in READERS:
            raise RequestError(
                "kotae does not read this kind of file",
                where=path,
                do=Message("kotae reads files that end in {readers}.", readers=", ".join(READERS)),
                status=415,
            )
        if self._count is None:
            self._count = len(self.files())
        if self._count >= MOST_FILES:
            raise RequestError(
                Message("The library has {most:,} files, which is all that the page adds", most=MOST_FILES),
                where=path,
                do="Use `kotae ingest` for more.",
                status=413,
            )
        arriving = self.folder / f"{_ARRIVING}{secrets.token_hex(8)}"
        try:
            with translate_os_errors(self.folder):
                with arriving.open("xb") as file:
                    yield file
                with self._lock:
                    os.replace(arriving, self._place(path))
                    self._count += 1
        finally:
            arriving.unlink(missing_ok=True)

    def remove(self, ids: Collection[str]) -> int:
        """Delete files, and the folders that become empty; return how many. Unknown ids are ignored.

        Raises CorpusError and CannotWrite.
        """
        wanted = [file for file in self.files() if file_id(file.source) in ids]
        root = self.folder.resolve()
        with self._lock, translate_os_errors(self.folder):
            for file in wanted:
                file.path.unlink(missing_ok=True)
                for parent in file.path.parents:
                    if parent.resolve() == root or any(parent.iterdir()):
                        break
                    parent.rmdir()
            self._count = None
        return len(wanted)

    def _place(self, path: str) -> Path:
        """Return the path of a file to write, in folders that are made for it. Raises RequestError.

        A file or folder that is there in another spelling of the same name (NFC, NFD) is taken.
        """
        here = self.folder
        *folders, name = path.split("/")
        for part in folders:
            here = spelled(here, part) or here / part
            if here.is_symlink() or (here.exists() and not here.is_dir()):
                raise RequestError("A folder of this path is a link or a file in the library", where=path, status=409)
            here.mkdir(exist_ok=True)
        target = spelled(here, name) or here / name
        if target.is_symlink() or target.is_dir():
            raise RequestError("A link or a folder of this name is in the library", where=path, status=409)
        return target


def _is_read(folder: Path, path: Path) -> bool:
    """Tell whether an ingest of a folder reads what is at this path: it passes over hidden folders."""
    return path.is_relative_to(folder) and not any(part.startswith(".") for part in path.relative_to(folder).parts)
