"""Read the documents of a file in a worker, so that no file takes more than its share of time and memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from ingest.documents import CorpusFile, LoadedDocument, documents, failure, open_file
from ingest.formats import ReadOptions
from ingest.formats.pdf.ocr import has_ocr
from rag.errors import UnreadableDocument
from rag.messages import Message, packed, unpacked
from rag.records import Failure
from rag.serialize import from_json, to_jsonable
from rag.worker.limits import LimitExceeded, Limits, TimeExceeded
from rag.worker.pool import run_task

_TASK: Final = "ingest.pipeline.reading:outcomes"
_SECONDS: Final = 60.0
_BYTES_A_SECOND: Final = 1 << 15
"""The slowest that an honest file is read, beyond its first minute."""
_SCAN_BYTES_A_SECOND: Final = 1 << 11
"""The slowest that scans are read by OCR: a page of 40 kB takes up to 20 seconds of one processor."""
_BLOCK: Final = 1 << 16
"""Characters of text that are sent at a time."""
_REMEMBERED: Final = 1000


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
    slowest = _SCAN_BYTES_A_SECOND if file.path.suffix.lower() == ".pdf" and has_ocr() else _BYTES_A_SECOND
    limits = Limits(seconds=_SECONDS + stream.seek(0, 2) / slowest)
    stream.seek(0)
    key = (str(file.path), _state(file), options)
    try:
        if key in _exceeded:
            raise _exceeded[key]
        arguments = {"source": file.source, "path": str(file.path), "options": to_jsonable(options), "first": first}
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


_exceeded: dict[tuple[str, tuple[int, int], ReadOptions], TimeExceeded] = {}
"""Files that took too long in this process: each is waited for once."""


def _state(file: CorpusFile) -> tuple[int, int]:
    state = file.path.stat()
    return state.st_size, state.st_mtime_ns


def outcomes(source: str, path: str, options: dict[str, Any], *, first: bool) -> Iterator[list[Any]]:
    """Do the worker's part: yield blocks of documents and failures."""
    file = CorpusFile(source, Path(path))
    block: list[Any] = []
    size = 0
    with open_file(file) as stream:
        for item in documents(file, stream, from_json(ReadOptions, json.dumps(options), error=UnreadableDocument)):
            if isinstance(item, Failure):
                block.append({"failure": to_jsonable(item), "message": packed(item.message)})
                size += len(item.message)
            else:
                block.append({"document": to_jsonable(item)})
                size += len(item.text)
                if first:
                    break
            if size >= _BLOCK or len(block) >= _BLOCK // 256:
                yield block
                block, size = [], 0
    yield block
