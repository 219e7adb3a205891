"""The files of a corpus, and from a file to its title, language and text."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.decode import decode
from rag.errors import CorpusError, EmptyCorpus, UnreadableDocument
from rag.language import detect
from rag.records import LANGUAGES, Failure, Language

SUFFIXES = (".txt", ".md")

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file found. `source` is its path relative to the corpus, with "/" between parts, in NFC.

    Where another file has that very name, it is the path as the disk spells it.
    """

    source: str
    path: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds: files that kotae reads, and the sources of those of other kinds."""

    files: tuple[CorpusFile, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document's text, decoded; its body begins at character `body`, after any front matter."""

    source: str
    title: str
    language: Language
    text: str
    body: int


def find(corpus: Path) -> Found:
    """All files below `corpus`, sorted by source; hidden ones (beginning with a dot) are not looked at.

    Raises CorpusError where there is no such folder, EmptyCorpus where nothing in it can be read.
    """
    if not corpus.is_dir():
        raise CorpusError("There is no such folder", where=str(corpus), do="Give the folder that holds your documents.")
    files, ignored = [], []
    taken: set[str] = set()
    for path in sorted(_walk(corpus), key=lambda one: not unicodedata.is_normalized("NFC", str(one))):
        spelled = path.relative_to(corpus).as_posix()
        source = unicodedata.normalize("NFC", spelled)
        if source in taken:  # two files whose names differ in nothing else: both are read
            source = spelled
        taken.add(source)
        if path.suffix.lower() in SUFFIXES:
            files.append(CorpusFile(source, path))
        else:
            ignored.append(source)
    if not files:
        raise EmptyCorpus(
            "The folder holds no document",
            where=str(corpus),
            do=f"kotae reads files that end in {', '.join(SUFFIXES)}.",
        )
    return Found(tuple(sorted(files, key=lambda file: file.source)), tuple(sorted(ignored)))


def _walk(corpus: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(corpus):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name)


def read(file: CorpusFile) -> bytes:
    """The bytes of a file. Raises UnreadableDocument."""
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: CorpusFile, error: OSError) -> UnreadableDocument:
    return UnreadableDocument(f"This file cannot be read: {error.strerror}", where=file.source)


def digest(file: CorpusFile) -> str:
    """The SHA-256 of a file, read a part at a time. Raises UnreadableDocument."""
    total = hashlib.sha256()
    try:
        with file.path.open("rb", buffering=0) as stream:
            while part := stream.read(1 << 20):
                total.update(part)
    except OSError as error:
        raise _unreadable(file, error) from error
    return total.hexdigest()


def sha256(data: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def documents(file: CorpusFile, data: bytes) -> Iterator[LoadedDocument | Failure]:
    """The documents in a file's bytes, one after the other, and a failure for each that cannot be read."""
    try:
        yield load(file, data)
    except UnreadableDocument as error:
        yield Failure(file.source, type(error).__name__, str(error))


def load(file: CorpusFile, data: bytes) -> LoadedDocument:
    """The document in a file's bytes.

    The title is the front matter's `title:`, else the first `#` heading of Markdown, else the file's name; the language
    is the front matter's `lang:` (ja or en), else detected. Raises UnreadableDocument for bytes that are no text, an
    empty document, and a `lang:` that is neither.
    """
    text = decode(data, file.source)
    fields, body = _front_matter(text)
    content = text[body:].strip()
    if not content:
        raise UnreadableDocument("This document is empty", where=file.source)
    heading = _HEADING.search(text, body) if file.path.suffix.lower() == ".md" else None
    title = fields.get("title") or (heading.group(1) if heading else unicodedata.normalize("NFC", file.path.stem))
    language = fields.get("lang") or detect(content)
    if language not in LANGUAGES:
        raise UnreadableDocument(
            f"The front matter says lang: {language}", where=file.source, do="kotae knows ja and en; or leave it out."
        )
    return LoadedDocument(file.source, title, language, text, body)


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """The `key: value` lines between two lines of `---` at the top, and where the body begins."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    fields = {}
    for line in match.group(1).splitlines():
        key, colon, value = line.partition(":")
        if colon and not key.startswith(("#", " ", "\t")):
            fields[key.strip().lower()] = value.strip().strip("\"'")
    return fields, match.end()
