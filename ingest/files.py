"""Find the files of a corpus, except those that patterns exclude."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from ingest.documents import CorpusFile, failure
from ingest.formats import READERS
from ingest.ignore_patterns import compile_patterns
from rag.errors import CorpusError, EmptyCorpus, UnreadableDocument
from rag.messages import Message, reason_of
from rag.records import Failure
from rag.storage.regular_files import MEBI, read_regular
from rag.text.encoding_detection import decode

_SKIPPED = (".", "~$")
"""Names begin so: hidden files, and those that Office keeps beside an open document."""
IGNORE_FILE = ".kotaeignore"


@dataclass(frozen=True, slots=True)
class FilePatterns:
    """Patterns in gitignore syntax: with `include` only files that match one of them, never those that match `exclude`.

    The lines of a file .kotaeignore in the corpus come before those of `exclude`.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The contents of a folder: files to read, sources of other kinds and of excluded files, and failures.

    A folder that is excluded as a whole is in `excluded` once, with "/" at its end. `failed` are links out of the
    corpus, folders that cannot be listed, and names that are not Unicode.
    """

    files: tuple[CorpusFile, ...]
    ignored: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()


def origin_of(corpus: Path) -> str:
    """Return the name by which an index remembers where its documents come from."""
    return os.fsencode(corpus.resolve()).decode("utf-8", "backslashreplace")


def find(corpus: Path, patterns: FilePatterns | None = None) -> FolderListing:
    """Return all files below `corpus`, sorted by source, or `corpus` itself if it is a file.

    Hidden files (beginning with a dot) and those that Office keeps beside open documents (~$) are skipped.

    Links to files within the corpus are read; links to folders are not followed, as their files are found anyway.
    Raises CorpusError if there is no such folder or it cannot be listed, or its .kotaeignore not be read, SettingsError
    for an invalid pattern, EmptyCorpus if nothing in the folder can be read.
    """
    if corpus.is_file():
        return _single_file(corpus)
    if not corpus.is_dir():
        raise CorpusError("There is no such folder", where=str(corpus), do="Give the folder with your documents.")
    walk = _Walk(corpus, _rules(corpus, patterns or FilePatterns()))
    files, ignored = [], []
    taken: set[str] = set()
    root = str(corpus)
    for name in sorted(walk.files(), key=lambda name: not unicodedata.is_normalized("NFC", name)):
        source = unicodedata.normalize("NFC", name)
        if source in taken:  # two files whose names differ in nothing else: both are read
            source = name
        taken.add(source)
        if _suffix(name) in READERS:
            files.append(CorpusFile(source, name, root))
        else:
            ignored.append(source)
    if not files and not walk.failed:
        raise EmptyCorpus(
            Message("The folder has no documents ({excluded} excluded)", excluded=len(walk.excluded))
            if walk.excluded
            else "The folder has no documents",
            where=str(corpus),
            do=Message("kotae reads files that end in {readers}.", readers=", ".join(READERS)),
        )
    return FolderListing(
        tuple(sorted(files, key=lambda file: file.source)),
        tuple(sorted(ignored)),
        tuple(sorted(walk.excluded)),
        tuple(sorted(walk.failed, key=lambda failure: failure.subject)),
    )


def _single_file(path: Path) -> FolderListing:
    """Return the listing of one file. Raises EmptyCorpus for a kind of file that kotae does not read."""
    if _suffix(path.name) not in READERS:
        raise EmptyCorpus(
            "This file has no known format",
            where=str(path),
            do=Message("kotae reads files that end in {readers}.", readers=", ".join(READERS)),
        )
    source = unicodedata.normalize("NFC", path.name)
    return FolderListing((CorpusFile(source, path.name, str(path.parent)),), ())


@dataclass(frozen=True, slots=True)
class _Rules:
    include: GitIgnoreSpec | None
    exclude: GitIgnoreSpec

    def leave_out(self, source: str) -> bool:
        """Tell whether a file, or with "/" at its end a folder, is excluded."""
        wanted = self.include is None or source.endswith("/") or self.include.match_file(source)
        return not wanted or bool(self.exclude.match_file(source))


@dataclass(slots=True)
class _Walk:
    corpus: Path
    rules: _Rules
    excluded: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def files(self) -> Iterator[str]:
        """Yield every file that is not hidden, excluded or failed, as its path below the corpus."""
        root = os.path.realpath(self.corpus)
        for folder, folders, names in os.walk(self.corpus, onerror=self._unlisted):
            below = "" if folder == str(self.corpus) else f"{Path(folder).relative_to(self.corpus).as_posix()}/"
            folders[:] = self._kept(below, folders, "/")
            for name in folders:  # os.walk does not follow links; those out of the corpus are failures
                self._leads_out(root, below + name)
            for name in self._kept(below, names, ""):
                if _suffix(name) not in READERS or not self._leads_out(root, below + name):
                    yield below + name

    def _kept(self, below: str, names: Iterable[str], end: str) -> list[str]:
        kept = []
        for name in sorted(name for name in names if not name.startswith(_SKIPPED)):
            source = unicodedata.normalize("NFC", below + name)
            if _printable(source) != source:
                self._fail(_printable(source), "The name of this file or folder is not Unicode", "Rename it.")
            elif self.rules.leave_out(source + end):
                self.excluded.append(source + end)
            else:
                kept.append(name)
        return kept

    def _leads_out(self, root: str, name: str) -> bool:
        path = os.path.join(self.corpus, name)
        if not os.path.islink(path) or Path(os.path.realpath(path)).is_relative_to(root):
            return False
        source = unicodedata.normalize("NFC", name)
        self._fail(source, "This link points outside the folder of documents", "Copy what it points to.")
        return True

    def _unlisted(self, error: OSError) -> None:
        if Path(error.filename) == self.corpus:  # as failures of its files, their chunks would be deleted
            raise CorpusError(
                "The folder of documents cannot be listed",
                where=str(self.corpus),
                do="Make it readable, or connect its drive, then try again.",
            ) from error
        source = unicodedata.normalize("NFC", Path(error.filename).relative_to(self.corpus).as_posix())
        self._fail(source, f"This folder cannot be listed: {error.strerror}", "Make it readable, or exclude it.")

    def _fail(self, source: str, what: str, do: str) -> None:
        self.failed.append(failure(source, UnreadableDocument(what, where=source, do=do)))


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _printable(source: str) -> str:
    """Return a name with an escape for every byte that is not UTF-8."""
    return os.fsencode(source).decode("utf-8", "backslashreplace")


def _rules(corpus: Path, patterns: FilePatterns) -> _Rules:
    path = corpus / IGNORE_FILE
    try:
        lines = decode(read_regular(path, MEBI), IGNORE_FILE).splitlines() if os.path.lexists(path) else []
    except OSError as error:
        raise CorpusError(
            Message("The patterns cannot be read: {error}", error=reason_of(error)), where=str(path)
        ) from error
    return _Rules(
        compile_patterns(patterns.include, "--include") if patterns.include else None,
        compile_patterns(lines, str(path)) + compile_patterns(patterns.exclude, "--exclude"),
    )
