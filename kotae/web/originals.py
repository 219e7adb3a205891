"""The original file of a document: opened where the index says it was read, and sent so that it can do nothing."""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from kotae.web.index_view import IndexView
from kotae.web.spelling import spelled
from rag.errors import RequestError
from rag.storage.object_store import is_url

_BLOCK = 1 << 16
_PAGE = re.compile(r"page=[0-9]{1,9}")
_SHOWN = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".md": "text/plain",
}
"""What a browser shows; it saves the others for the programs that they are of."""
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_SANDBOX = f"sandbox; {_POLICY}"
"""No scripts, and no origin: a web page among the documents could otherwise act as this page."""


def original(request: Request) -> Response:
    """Send the original file of a document."""
    index: IndexView = request.app.state.index
    corpus, source = index.origin(request.path_params["file"])
    file = open_original(corpus, source)
    suffix = PurePosixPath(source).suffix.lower()
    kind = _SHOWN.get(suffix, "application/octet-stream")
    if kind == "text/plain" and _is_utf8(file):
        kind = "text/plain; charset=utf-8"
    disposition = "inline" if suffix in _SHOWN else "attachment"
    name = quote(PurePosixPath(source).name, safe="")
    headers = {
        "Content-Type": kind,  # without the charset that a guess would add
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
        "Content-Security-Policy": _POLICY if suffix == ".pdf" else _SANDBOX,  # in which not every browser shows a PDF
    }
    return StreamingResponse(_blocks(file), headers=headers)


def passage_original(request: Request) -> Response:
    """Redirect to the original file of a chunk, a PDF at its page."""
    index: IndexView = request.app.state.index
    location = index.locate(request.path_params["chunk"])
    page = f"#{location.part}" if _PAGE.fullmatch(location.part) else ""
    return RedirectResponse(f"/documents/{location.file}/original{page}", 303)


def open_original(corpus: str, source: str) -> BinaryIO:
    """Open the file of a source in the folder, or the file, that was ingested. Raises RequestError.

    Only a regular file is opened, and none outside that folder, wherever links lead.
    """
    if is_url(corpus):
        raise RequestError(
            "The original file is not on this machine",
            where=source,
            do="It is in the object store from which the index was built.",
            status=404,
        )
    root = Path(corpus)
    try:
        if not corpus or not root.is_absolute():
            raise _missing(source)
        path = _find(root, source)
        if path is None:
            raise _missing(source)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        raise _missing(source) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise _missing(source)
    return file


def _find(root: Path, source: str) -> Path | None:
    """Return the real path of a source, or None if there is none within `root`. Raises OSError and ValueError."""
    if root.is_file():
        return root.resolve() if unicodedata.normalize("NFC", root.name) == source else None
    path: Path | None = root
    for part in source.split("/"):
        if path is None or part in ("", ".", ".."):
            return None
        path = spelled(path, part)
    real = None if path is None else path.resolve()
    return real if real is not None and real.is_relative_to(root.resolve()) else None


def _missing(source: str) -> RequestError:
    return RequestError(
        "The original file is not where it was when the index was built",
        where=source,
        do="It was moved or deleted, or the index comes from another machine.",
        status=404,
    )


def _is_utf8(file: BinaryIO) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(file.read(_BLOCK))
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block
