"""From a file of the corpus to its documents: title, language and text, or what is wrong with it."""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.formats import PLAIN, READERS, TABLES, Fault, Part, ReadOptions, foreign
from ingest.pipeline.seen_ids import Places
from rag.errors import CannotWrite, UnreadableDocument
from rag.records import LANGUAGES, Failure, Language
from rag.storage.fingerprint import fingerprint
from rag.text.language import detect

# Longer titles leave a chunk, which carries its document's title, too little room in the encoder's window.
MAX_TITLE = 120
_OBJECT = re.compile(r"<[^<>]* object at 0x[0-9a-fA-F]+>")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file found. `source` is its path relative to the corpus, with "/" between parts, in NFC.

    Where another file has that very name, it is the path as the disk spells it. `place` is where it is, below `root`:
    text that files share where they can, as there may be very many of them.
    """

    source: str
    place: Path | str
    root: str = ""

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.root, self.place)


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document's text, decoded; its body begins at character `body`, after any front matter.

    `source` is the file's, and where a file holds several documents, "#" and which of them: `paper.pdf#page=3`,
    `faq.xlsx#シート1!12`, `faq.csv#row=12`, `docs.jsonl#<id>`. No two documents of a file have the same.
    """

    source: str
    title: str
    language: Language
    text: str
    body: int


def opened(file: CorpusFile) -> BinaryIO:
    """A file, to be read and closed. Raises UnreadableDocument."""
    with _named(file):
        if not stat.S_ISREG(file.path.stat().st_mode):  # reading a pipe would wait for ever
            raise UnreadableDocument("This is no regular file", where=file.source)
        return file.path.open("rb")


def digest(file: CorpusFile, stream: BinaryIO) -> str:
    """The SHA-256 of a file, in hexadecimal, read a part at a time; it is at its beginning afterwards.

    Raises UnreadableDocument.
    """
    with _named(file):
        total = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        stream.seek(0)
    return total


@contextmanager
def _named(file: CorpusFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableDocument(f"This file cannot be read: {error.strerror}", where=file.source) from error


def fingerprint_of(file: CorpusFile, digest: str, options: ReadOptions) -> str:
    """What tells a changed file, of whose content this is the `digest`. Columns count for tables alone."""
    columns = options.columns if file.path.suffix.lower() in TABLES else ()
    return fingerprint(digest, file.path.suffix, columns)


def failure(source: str, error: UnreadableDocument) -> Failure:
    """The record of a file, or a part of one, that could not be read."""
    return Failure(source, type(error).__name__, str(error))


def documents(
    file: CorpusFile, stream: BinaryIO, options: ReadOptions | None = None
) -> Iterator[LoadedDocument | Failure]:
    """The documents in a file, open at its beginning, in their order, and a Failure for each part that cannot be read.

    Whatever is in the file, nothing is raised but CannotWrite (see `ingest.pipeline.seen_ids`). A Failure whose subject
    is the file's own source says that nothing, or nothing more, of it can be read; where there is no document, there is
    exactly one.
    """
    loaded = 0
    failed: Failure | None = None
    for one in _outcomes(file, stream, options or ReadOptions()):
        loaded += isinstance(one, LoadedDocument)
        failed = one if isinstance(one, Failure) else failed
        yield one
    if loaded == 0 and (failed is None or failed.subject != file.source):
        reason = f"Nothing in this file can be read: {failed.message}" if failed else "This document is empty"
        yield failure(file.source, UnreadableDocument(reason, where=file.source))


def _outcomes(file: CorpusFile, stream: BinaryIO, options: ReadOptions) -> Iterator[LoadedDocument | Failure]:
    reached = ""
    suffix = file.path.suffix.lower()
    try:
        head = stream.read(16)
        stream.seek(0)
        if suffix in PLAIN and (kind := foreign(head)):
            raise UnreadableDocument(
                f"This file is named {suffix} and is {kind}", where=file.source, do="Give it the ending of its kind."
            )
        with closing(Places()) as places:
            for part in READERS[suffix](stream, file.source, options):
                reached = part.place
                yield _outcome(file, part, places)
    except UnreadableDocument as error:
        yield failure(file.source, error)
    except CannotWrite:
        raise
    except Exception as error:  # a library may raise anything over a file that is broken or made to break it
        beyond = f" beyond {reached}" if reached else ""
        reason = _OBJECT.sub("it", f"{type(error).__name__}: {error}")[:400]
        what = f"This file is damaged and cannot be read{beyond}: {reason}"
        yield failure(file.source, UnreadableDocument(what, where=file.source))


def _outcome(file: CorpusFile, part: Part | Fault, places: Places) -> LoadedDocument | Failure:
    try:
        return _document(file, part, places)
    except UnreadableDocument as error:
        return failure(error.where or file.source, error)


def _document(file: CorpusFile, part: Part | Fault, places: Places) -> LoadedDocument:
    """The document in a part. Raises UnreadableDocument whose `where` is the part's place."""
    where = f"{file.source}#{part.place}" if part.place else file.source
    if isinstance(part, Fault):
        raise UnreadableDocument(part.what, where=where, do=part.do)
    source = f"{file.source}#{part.fragment}" if part.fragment else file.source
    content = part.text[part.body :].strip()
    title = _title(part.title) or _title(unicodedata.normalize("NFC", file.path.stem))
    if _NO_TEXT.search(source + title + part.text):
        raise UnreadableDocument("A NUL character or half a surrogate pair stands in this text", where=where)
    if not content:
        raise UnreadableDocument("This document is empty", where=where)
    language = part.language or detect(content)
    if language not in LANGUAGES:
        raise UnreadableDocument(
            f"The language given is lang: {language}", where=where, do="kotae knows ja and en; or leave it out."
        )
    if part.fragment and (first := places.first(part.fragment, part.place)) != part.place:
        raise UnreadableDocument(
            f"The id of this document stands twice in its file, first in {first}",
            where=where,
            do="Give every document an id of its own.",
        )
    return LoadedDocument(source, title, language, part.text, part.body)


def _title(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"
