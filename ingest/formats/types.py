"""What the reader of a format gives, and what it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rag.errors import UnreadableDocument

MAX_WHOLE = 64 * 1024 * 1024
"""The most bytes of a file that is in memory as a whole: two hundred books. Cutting it takes thirty times that."""

_NO_TITLE = re.compile(
    r"(untitled|無題|名称未設定|word document|microsoft (word|excel|powerpoint) -|(book|document|文書|sheet) ?\d*$)"
    r"|.*\.(docx?|xlsx?|pptx?|pdf|indd|tex|dvi|html?|txt)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read. `columns` are the headers of a table (csv, xlsx, jsonl) that make up a document."""

    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file. Its body begins at character `body` of `text`.

    `fragment` tells it from the others of the file and becomes part of its source; `place` is where it stands in the
    file (such as "row=12"), for messages. Both are empty where a file is one document.
    """

    text: str
    fragment: str = ""
    place: str = ""
    title: str | None = None
    language: str | None = None
    body: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a file that cannot be read while the rest goes on: what is wrong, at which place, what to do."""

    what: str
    place: str = ""
    do: str | None = None


# A file, open at its beginning, and its source (for messages). Raises UnreadableDocument where none, or no more, can be
# read.
Reader = Callable[[BinaryIO, str, ReadOptions], Iterator[Part | Fault]]


def whole(stream: BinaryIO, name: str) -> bytes:
    """All bytes of a file. Raises UnreadableDocument where there are more than `MAX_WHOLE`."""
    data = stream.read(MAX_WHOLE + 1)
    if len(data) > MAX_WHOLE:
        raise UnreadableDocument(
            f"This file is larger than {MAX_WHOLE // 1024**2} MiB, and its format is read as a whole",
            where=name,
            do="Divide it, or make it a csv or jsonl with a row for each document: these may be of any size.",
        )
    return data


def holds(stream: BinaryIO, what: bytes) -> bool:
    """Whether these bytes stand anywhere in a file; it is at its beginning afterwards."""
    stream.seek(0)
    before, found = b"", False
    while not found and (block := stream.read(1 << 20)):
        found = what in before + block
        before = block[-len(what) :]
    stream.seek(0)
    return found


def real_title(title: str | None) -> str | None:
    """A title from a file's properties, unless it is one that a program put there.

    >>> real_title("経費精算の手引き"), real_title("Microsoft Word - 文書1.docx"), real_title(" ")
    ('経費精算の手引き', None, None)
    """
    title = (title or "").strip()
    return None if not title or _NO_TITLE.match(title) else title
