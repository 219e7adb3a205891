"""Find the files of a corpus, except those that patterns exclude."""

from __future__ import annotations

import os
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pathspec import GitIgnoreSpec

from ingest.documents import CorpusFile, failure
from ingest.formats import READERS
from ingest.ignore_patterns import compile_patterns
from ingest.remote import RemoteFile, local_copy
from rag.errors import CorpusError, EmptyCorpus, UnreadableDocument
from rag.messages import Message, reason_of
from rag.records import Failure
from rag.storage.object_store import StoredObject, folder_url, open_store
from rag.storage.regular_files import MEBI, read_regular
from rag.text.encoding_detection import decode

_SKIPPED = (".", "~$")
"""Names begin so: hidden files, and those that Office keeps beside an open document."""
_RELATIVE = (".", "..")
"""Names that an object store may have, and no folder."""
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


def origin_of(corpus: Path | str) -> str:
    """Return the name by which an index remembers where its documents come from."""
    if isinstance(corpus, str):
        return folder_url(corpus)
    return os.fsencode(corpus.resolve()).decode("utf-8", "backslashreplace")


def find(corpus: Path | str, patterns: FilePatterns | None = None) -> FolderListing:
    """Return all files below `corpus`, a path or a URL, sorted by source, or `corpus` itself if it is a file.

    Hidden files (beginning with a dot) and those that Office keeps beside open documents (~$) are skipped.

    Links to files within the corpus are read; links to folders are not followed, as their files are found anyway.
    Raises CorpusError if there is no such folder or it cannot be listed, or its .kotaeignore not be read, SettingsError
    for an invalid pattern, EmptyCorpus if nothing in the folder can be read.
    """
    patterns = patterns or FilePatterns()
    walk: _Walk | CorpusFile
    if isinstance(corpus, str):
        walk = _in_store(folder_url(corpus), patterns)
    else:
        walk = CorpusFile("", corpus.name, str(corpus.parent)) if corpus.is_file() else _in_folder(corpus, patterns)
    if isinstance(walk, CorpusFile):
        return _single_file(walk)
    files, ignored = [], []
    taken: set[str] = set()
    for name in sorted(walk.files(), key=lambda name: not unicodedata.is_normalized("NFC", name)):
        source = unicodedata.normalize("NFC", name)
        if source in taken:  # two files whose names differ in nothing else: both are read
            source = name
        taken.add(source)
        if _suffix(name) in READERS:
            files.append(walk.file(source, name))
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


def _in_folder(corpus: Path, patterns: FilePatterns) -> _Folder:
    if not corpus.is_dir():
        raise CorpusError("There is no such folder", where=str(corpus), do="Give the folder with your documents.")
    return _Folder(_rules(corpus / IGNORE_FILE, str(corpus / IGNORE_FILE), patterns), corpus)


def _in_store(url: str, patterns: FilePatterns) -> _Store | CorpusFile:
    objects = {item.name: item for item in open_store(url).objects()}
    if alone := objects.pop("", None):
        above, _, name = url.rpartition("/")
        return RemoteFile("", name, above, alone.size, alone.version)
    ignore, where = objects.get(IGNORE_FILE), f"{url}/{IGNORE_FILE}"
    if ignore is None:
        return _Store(_rules(None, where, patterns), url, objects)
    with local_copy(RemoteFile(where, IGNORE_FILE, url, ignore.size, ignore.version)) as file:
        return _Store(_rules(file.path, where, patterns), url, objects)


def _single_file(file: CorpusFile) -> FolderListing:
    """Return the listing of one file. Raises EmptyCorpus for a kind of file that kotae does not read."""
    name = str(file.below_root)
    if _suffix(name) not in READERS:
        raise EmptyCorpus(
            "This file has no known format",
            where=f"{file.root}/{name}" if isinstance(file, RemoteFile) else str(file.path),
            do=Message("kotae reads files that end in {readers}.", readers=", ".join(READERS)),
        )
    return FolderListing((replace(file, source=unicodedata.normalize("NFC", name)),), ())


@dataclass(frozen=True, slots=True)
class _Rules:
    include: GitIgnoreSpec | None
    exclude: GitIgnoreSpec

    def leave_out(self, source: str) -> bool:
        """Tell whether a file, or with "/" at its end a folder, is excluded."""
        wanted = self.include is None or source.endswith("/") or self.include.match_file(source)
        return not wanted or bool(self.exclude.match_file(source))


@dataclass(slots=True)
class _Walk(ABC):
    """The files of a corpus that are neither hidden nor excluded."""

    rules: _Rules
    excluded: list[str] = field(default_factory=list, init=False)
    failed: list[Failure] = field(default_factory=list, init=False)

    @abstractmethod
    def file(self, source: str, name: str) -> CorpusFile:
        """Return the file of this name."""

    @abstractmethod
    def files(self) -> Iterator[str]:
        """Yield every file that is not hidden, excluded or failed, as its path below the corpus."""

    def _kept(self, below: str, names: Iterable[str], end: str) -> list[str]:
        kept = []
        for name in sorted(name for name in names if name in _RELATIVE or not name.startswith(_SKIPPED)):
            source = unicodedata.normalize("NFC", below + name)
            if _printable(source) != source:
                self._fail(_printable(source), "The name of this file or folder is not Unicode", "Rename it.")
            elif self.rules.leave_out(source + end):
                self.excluded.append(source + end)
            else:
                kept.append(name)
        return kept

    def _fail(self, source: str, what: str, do: str) -> None:
        self.failed.append(failure(source, UnreadableDocument(what, where=source, do=do)))


@dataclass(slots=True)
class _Folder(_Walk):
    corpus: Path

    def file(self, source: str, name: str) -> CorpusFile:
        return CorpusFile(source, name, str(self.corpus))

    def files(self) -> Iterator[str]:
        root = os.path.realpath(self.corpus)
        for folder, folders, names in os.walk(self.corpus, onerror=self._unlisted):
            below = "" if folder == str(self.corpus) else f"{Path(folder).relative_to(self.corpus).as_posix()}/"
            folders[:] = self._kept(below, folders, "/")
            for name in folders:  # os.walk does not follow links; those out of the corpus are failures
                self._leads_out(root, below + name)
            for name in self._kept(below, names, ""):
                if _suffix(name) not in READERS or not self._leads_out(root, below + name):
                    yield below + name

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


@dataclass(slots=True)
class _Store(_Walk):
    url: str
    objects: Mapping[str, StoredObject]

    def file(self, source: str, name: str) -> CorpusFile:
        return RemoteFile(source, name, self.url, self.objects[name].size, self.objects[name].version)

    def files(self) -> Iterator[str]:
        folders = [("", sorted(self.objects))]
        while folders:
            below, names = folders.pop()
            inside: dict[str, list[str]] = {}
            files = []
            for name in names:
                first, slash, _ = name[len(below) :].partition("/")
                if slash:
                    inside.setdefault(first, []).append(name)
                else:
                    files.append(first)
            yield from (below + name for name in self._kept(below, files, ""))
            folders += [(f"{below}{name}/", inside[name]) for name in self._kept(below, inside, "/")]


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _printable(source: str) -> str:
    """Return a name with an escape for every byte that is not UTF-8."""
    return os.fsencode(source).decode("utf-8", "backslashreplace")


def _rules(path: Path | None, where: str, patterns: FilePatterns) -> _Rules:
    """Return the rules of the file .kotaeignore at `path`, if there is one, and of `patterns`."""
    try:
        exists = path is not None and os.path.lexists(path)
        lines = decode(read_regular(path, MEBI), IGNORE_FILE).splitlines() if path and exists else []
    except OSError as error:
        raise CorpusError(
            Message("The patterns cannot be read: {error}", error=reason_of(error)), where=where
        ) from error
    return _Rules(
        compile_patterns(patterns.include, "--include") if patterns.include else None,
        compile_patterns(lines, where) + compile_patterns(patterns.exclude, "--exclude"),
    )
