"""The documents in a file of the corpus: title, language and text, or the reason why they cannot be read."""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.formats import PLAIN, READERS, TABLES, Fault, Part, ReadOptions, other_kind
from ingest.pipeline.seen_ids import SeenIds
from rag.errors import CannotWrite, LeftOut, UnreadableDocument, first_line
from rag.messages import Message, reason_of
from rag.records import Failure, Language
from rag.storage.fingerprint import fingerprint
from rag.text.encoding_detection import codec_of
from rag.text.language import detect, language_of_tag
from rag.text.other_languages import other_language
from rag.worker.limits import short_of_memory

# Longer titles leave a chunk, which carries its document's title, too little room in the encoder's window.
MAX_TITLE = 120
_MAX_ID, _MAX_MESSAGE = 500, 1000
_OBJECT = re.compile(r"<[^<>]* object at 0x[0-9a-fA-F]+>")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_GAIJI = re.compile("[\ue000-\ue757]")  # the letters that users of Windows may define


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus. `source` is its path relative to the corpus, with "/" between parts, in NFC.

    If another file has the same source, it is the path as the disk spells it. `below_root` is the path below `root`:
    strings that files share, as there may be very many files.
    """

    source: str
    below_root: Path | str
    root: str = ""

    @property
    def path(self) -> Path:
        """The path of the file."""
        return Path(self.root, self.below_root)

    @property
    def suffix(self) -> str:
        """What its name ends in, such as ".pdf", in small letters."""
        return PurePosixPath(self.source).suffix.lower()


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document's decoded text; its body begins at character `body`, after any front matter.

    `source` is that of the file. If the file has several documents, "#" and a part that is unique within the file
    follow: `paper.pdf#page=3`, `faq.xlsx#シート1!12`, `faq.csv#row=12`, `docs.jsonl#<id>`.
    """

    source: str
    title: str
    language: Language
    text: str
    body: int


def open_file(file: CorpusFile) -> BinaryIO:
    """Open a file for reading; the caller closes it. Raises UnreadableDocument."""
    with translate_errors(file):
        path = file.path
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
            raise UnreadableDocument("This is not a regular file", where=file.source)
        return path.open("rb")


def digest(file: CorpusFile, stream: BinaryIO) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in blocks; rewind it afterwards. Raises UnreadableDocument."""
    with translate_errors(file):
        total = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        stream.seek(0)
    return total


@contextmanager
def translate_errors(file: CorpusFile) -> Iterator[None]:
    """Raise UnreadableDocument for an OSError inside the block."""
    try:
        yield
    except OSError as error:
        raise UnreadableDocument(
            Message("This file cannot be read: {error}", error=reason_of(error)), where=file.source
        ) from error


def fingerprint_of(file: CorpusFile, digest: str, options: ReadOptions) -> str:
    """Return the fingerprint by which a changed file is recognised: columns count for tables, encodings for text."""
    suffix = file.suffix
    settings = options.columns if suffix in TABLES else ()
    if options.encoding and suffix in PLAIN:
        settings = (*settings, f"encoding={codec_of(options.encoding)}")
    return fingerprint(digest, suffix, settings)


def failure(source: str, error: UnreadableDocument) -> Failure:
    """Return the record of a file, or a part of one, that could not be read."""
    line = str(error)
    line = line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]}…"
    message = error.message if error.message == line else line  # it has line ends, or more than anybody reads
    return Failure(source, type(error).__name__, message)


def documents(
    file: CorpusFile, stream: BinaryIO, options: ReadOptions | None = None
) -> Iterator[LoadedDocument | Failure]:
    """Yield the documents in a file, open at its beginning, in order, and a Failure for each part that cannot be read.

    Whatever is in the file, only CannotWrite (see `ingest.pipeline.seen_ids`) and MemoryError are raised. A Failure
    whose subject is the file's own source means that nothing, or nothing more, of it can be read; a file without
    documents has exactly one.
    """
    loaded = 0
    failed: Failure | None = None
    for outcome in _outcomes(file, stream, options or ReadOptions()):
        loaded += isinstance(outcome, LoadedDocument)
        failed = outcome if isinstance(outcome, Failure) else failed
        yield outcome
    if loaded == 0 and (failed is None or failed.subject != file.source):
        reason = (
            Message("Nothing in this file can be read: {message}", message=Message.of(failed.message))
            if failed
            else "This document is empty"
        )
        yield failure(file.source, UnreadableDocument(reason, where=file.source))


def _outcomes(file: CorpusFile, stream: BinaryIO, options: ReadOptions) -> Iterator[LoadedDocument | Failure]:
    reached = ""
    suffix = file.suffix
    try:
        head = stream.read(64)
        stream.seek(0)
        if kind := other_kind(suffix, head):
            raise UnreadableDocument(
                Message("This file is named {suffix} but is {kind}", suffix=suffix, kind=kind),
                where=file.source,
                do="Rename it with the right extension.",
            )
        with closing(SeenIds()) as seen:
            for part in READERS[suffix](stream, file.source, options):
                reached = part.position
                outcome = _outcome(file, part, seen)
                yield outcome
                if isinstance(outcome, LoadedDocument) and (letters := _GAIJI.findall(outcome.text)):
                    yield failure(outcome.source, _gaiji(letters, outcome.source))
    except UnreadableDocument as error:
        yield failure(file.source, error)
    except (CannotWrite, MemoryError):
        raise
    except Exception as error:  # a library may raise anything over a file that is broken or made to break it
        if short_of_memory():
            raise MemoryError from error
        reason = _without_address(first_line(error))
        what = Message("This file is damaged and cannot be read: {reason}", reason=reason)
        if reached:
            beyond = "This file is damaged and cannot be read beyond {place}: {reason}"
            what = Message(beyond, place=reached, reason=reason)
        yield failure(file.source, UnreadableDocument(what, where=file.source))


def _without_address(reason: Message) -> str:
    """Return a library's reason without the addresses of objects, which differ each time."""
    text = _OBJECT.sub("it", reason)[:400]
    return reason if text == reason else text


def _outcome(file: CorpusFile, part: Part | Fault, seen: SeenIds) -> LoadedDocument | Failure:
    try:
        return _document(file, part, seen)
    except UnreadableDocument as error:
        return failure(error.where or file.source, error)


def _document(file: CorpusFile, part: Part | Fault, seen: SeenIds) -> LoadedDocument:
    """Return the document in a part. Raises UnreadableDocument whose `where` names the part."""
    where = Message("{source}#{position}", source=file.source, position=part.position) if part.position else file.source
    if isinstance(part, Fault):
        raise (LeftOut if part.left_out else UnreadableDocument)(part.what, where=where, do=part.do)
    if len(part.fragment) > _MAX_ID:
        raise UnreadableDocument(
            Message(
                "The id of this document has {fragment:,} characters, and may have {max_id}",
                fragment=len(part.fragment),
                max_id=_MAX_ID,
            ),
            where=where,
        )
    source = f"{file.source}#{part.fragment}" if part.fragment else file.source
    content = part.text[part.body :].strip()
    title = _title(part.title) or _title(unicodedata.normalize("NFC", PurePosixPath(file.source).stem))
    if _NO_TEXT.search(source + title + part.text):
        raise UnreadableDocument("This text contains a NUL character or half a surrogate pair", where=where)
    if not content:
        raise UnreadableDocument("This document is empty", where=where)
    language = _language(part, content, where)
    if part.fragment and (first := seen.first(part.fragment, part.position)) != part.position:
        raise UnreadableDocument(
            Message("The id of this document occurs twice in its file, first in {first}", first=first),
            where=where,
            do="Give every document its own id.",
        )
    return LoadedDocument(source, title, language, part.text, part.body)


def _language(part: Part, content: str, where: str) -> Language:
    """Return the language that a document has by its tag, or else by its letters. Raises UnreadableDocument."""
    if part.language:
        language = language_of_tag(part.language)
        if language is None:
            raise UnreadableDocument(
                Message(
                    "kotae indexes Japanese and English, and this document has lang: {language}", language=part.language
                ),
                where=where,
                do="Use lang: ja or lang: en, or leave it out.",
            )
        return language
    content = part.telling or content
    if other := other_language(content, part.declared):
        raise UnreadableDocument(
            Message(
                "This document seems to be in {language}; kotae indexes Japanese and English", language=Message(other)
            ),
            where=where,
            do="Exclude it; or to index it all the same, set lang: ja or lang: en in it if its format allows that.",
        )
    return detect(content)


def _gaiji(letters: Sequence[str], where: str) -> LeftOut:
    return LeftOut(
        Message(
            "This document contains gaiji (外字), characters that only its author's computer displays: "
            "{letters}, the first U+{letter:04X}; a search cannot find them",
            letters=len(letters),
            letter=ord(letters[0]),
        ),
        where=where,
        do="Replace them with ordinary characters.",
    )


def _title(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"
