"""Read the documents of a file in a worker, so that no file takes more than its share of time and memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from ingest.documents import CorpusFile, LoadedDocument, documents, failure, open_file
from ingest.formats import ReadOptions
from ingest.formats.pdf.ocr import SECONDS_A_PAGE, has_ocr, max_scans
from ingest.remote import RemoteFile
from rag.errors import UnreadableDocument
from rag.messages import Message, packed, unpacked
from rag.records import Failure
from rag.serialize import from_json, to_jsonable
from rag.worker.limits import LimitExceeded, Limits, TimeExceeded
from rag.worker.pool import run_task

_TASK: Final = "ingest.pipeline.reading:outcomes"
_SECONDS = 60.0
_BYTES_A_SECOND: Final = 1 << 15
"""The slowest that an honest file is read, beyond its first minute."""
_BLOCK: Final = 1 << 16
"""Characters of text that are sent at a time."""
_REMEMBERED: Final = 1000
_FIELDS: Final = tuple(field.name for field in fields(LoadedDocument))
"""They are plain texts and numbers."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A document or a failure, as the worker sends it."""

    document: LoadedDocument | None = None
    failure: Failure | None = None
    message: Any = None


def read_documents(
    file: CorpusFile, stream: BinaryIO, options: ReadOptions, *, first: bool = False
) -> Iterator[LoadedDocument | Failure]:
    """Yield what `ingest.documents.documents` does, read in a worker; with `first` nothing after the first document.

    A file that takes too long, too much memory, or crashes its reader is a Failure like any other. `stream` is the open
    file. Raises CannotWrite.
    """
    limits = Limits(seconds=_seconds(file, stream.seek(0, 2)))
    stream.seek(0)
    key = (file.source, _state(file), options)
    try:
        if key in _exceeded:
            raise _exceeded[key]
        arguments = {"source": file.source, "path": str(file.path), "options": _as_json(options), "first": first}
        for block in run_task(_TASK, arguments, limits):
            for outcome in from_json(list[_Outcome], block, error=UnreadableDocument):
                if outcome.document is not None:
                    yield outcome.document
                elif outcome.failure is not None:
                    yield replace(outcome.failure, message=unpacked(outcome.message))
    except LimitExceeded as error:
        if isinstance(error, TimeExceeded) and len(_exceeded) < _REMEMBERED:
            _exceeded[key] = error
        yield failure(
            file.source,
            UnreadableDocument(
                Message("Reading this file {what}", what=Message.of(error.what)),
                where=file.source,
                do="It may be damaged. If it is not, split it, or save it as text.",
            ),
        )


_exceeded: dict[tuple[str, tuple[object, ...], ReadOptions], TimeExceeded] = {}
"""Files that took too long in this process: each is waited for once."""


def _seconds(file: CorpusFile, size: int) -> float:
    """Return the processor time that a file of so many bytes may take."""
    scans = max_scans(size) if file.suffix == ".pdf" and has_ocr() else 0
    return _SECONDS + size / _BYTES_A_SECOND + scans * SECONDS_A_PAGE


def _state(file: CorpusFile) -> tuple[object, ...]:
    if isinstance(file, RemoteFile) and file.version:  # each copy has its own path and times
        return (file.version,)
    path = file.path
    state = path.stat()
    return str(path), state.st_size, state.st_mtime_ns


@lru_cache(maxsize=1)
def _as_json(options: ReadOptions) -> str:
    return json.dumps(to_jsonable(options))


@lru_cache(maxsize=1)
def _options(text: str) -> ReadOptions:
    return from_json(ReadOptions, text, error=UnreadableDocument)


def outcomes(source: str, path: str, options: str, *, first: bool) -> Iterator[list[Any]]:
    """Do the worker's part: yield blocks of documents and failures."""
    file = CorpusFile(source, Path(path))
    block: list[Any] = []
    size = 0
    with open_file(file) as stream:
        for item in documents(file, stream, _options(options)):
            if isinstance(item, Failure):
                block.append({"failure": to_jsonable(item), "message": packed(item.message)})
                size += len(item.message)
            else:
                block.append({"document": {name: getattr(item, name) for name in _FIELDS}})
                size += len(item.text)
                if first:
                    break
            if size >= _BLOCK or len(block) >= _BLOCK // 256:
                yield block
                block, size = [], 0
    yield block
