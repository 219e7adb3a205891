"""The interface of format readers: their options, and the parts and faults that they yield."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rag.errors import SettingsError, UnreadableDocument
from rag.messages import Message
from rag.text.encoding_detection import codec_of

MAX_WHOLE = 64 * 1024 * 1024
"""Maximum bytes of a file that is read whole: two hundred books. Splitting it takes thirty times that."""

_NO_TITLE = re.compile(
    r"(untitled|無題|名称未設定|word document|microsoft (word|excel|powerpoint) -|(book|document|文書|sheet) ?\d*$)"
    r"|.{0,300}\.(docx?|xlsx?|pptx?|pdf|indd|tex|dvi|html?|txt)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options for reading files. `columns` are the headers of a table (csv, xlsx, jsonl) that make up a document.

    `encoding` is that of text files that are not Unicode, instead of a guess. Raises SettingsError for an unknown one.
    """

    columns: tuple[str, ...] = ()
    encoding: str | None = None

    def __post_init__(self) -> None:
        """Refuse an encoding that does not exist."""
        if self.encoding is not None and codec_of(self.encoding) is None:
            raise SettingsError(
                Message("There is no encoding {encoding!r} of text files that are not Unicode", encoding=self.encoding),
                do="Name one such as cp932, euc_jp or windows-1252.",
            )


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file. Its body begins at character `body` of `text`.

    `fragment` is unique in the file and becomes part of the document's source; `position` is its position in the file
    (such as "row=12"), for messages. Both are empty if the file is one document. `language` is what its author says of
    it; `declared` what its page says, which templates often say wrongly; `telling` the text whose letters show it, if
    not all do: addresses are in Latin letters in every language.
    """

    text: str
    fragment: str = ""
    position: str = ""
    title: str | None = None
    language: str | None = None
    body: int = 0
    declared: str | None = None
    telling: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a file that cannot be read while others can: what is wrong, its position, and what to do.

    With `left_out` it could be read, but is not shown to readers of the file, such as a hidden sheet.
    """

    what: str
    position: str = ""
    do: str | None = None
    left_out: bool = False


Reader = Callable[[BinaryIO, str, ReadOptions], Iterator[Part | Fault]]
"""Read a file, open at its beginning; the text is its source, for messages. Raises UnreadableDocument."""


def read_whole(stream: BinaryIO, name: str) -> bytes:
    """Return all bytes of a file. Raises UnreadableDocument if there are more than `MAX_WHOLE`."""
    data = stream.read(MAX_WHOLE + 1)
    if len(data) > MAX_WHOLE:
        raise UnreadableDocument(
            Message(
                "This file is larger than {max_whole} MiB, and its format is read as a whole",
                max_whole=MAX_WHOLE // 1024**2,
            ),
            where=name,
            do="Split it, or convert it to csv or jsonl with a row for each document: these may have any size.",
        )
    return data


def contains(stream: BinaryIO, what: bytes) -> bool:
    """Tell whether these bytes occur anywhere in a file; rewind it afterwards."""
    stream.seek(0)
    before, contained = b"", False
    while not contained and (block := stream.read(1 << 20)):
        contained = what in before + block
        before = block[-len(what) :]
    stream.seek(0)
    return contained


def real_title(title: str | None) -> str | None:
    """Return a title from a file's properties, None for one that a program put there.

    >>> real_title("経費精算の手引き"), real_title("Microsoft Word - 文書1.docx"), real_title(" ")
    ('経費精算の手引き', None, None)
    """
    title = (title or "").strip()
    return None if not title or _NO_TITLE.match(title) else title
