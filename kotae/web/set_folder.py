"""The folder of verification sets: those that the page was given, and those that it drafted."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import review
from eval.dataset.conditions import Condition
from eval.dataset.items import Dataset
from eval.dataset.load import load_dataset
from eval.dataset.review import ReviewRow, SetReview, read_review, write_review
from eval.dataset.set_table import SUFFIXES
from eval.dataset.summary import reasons
from kotae.web.uploads import read_uploaded
from rag.errors import DatasetError, KotaeError, RequestError
from rag.messages import Message
from rag.records import LANGUAGES, Language
from rag.storage.atomic import write_bytes
from rag.storage.disk_errors import translate_os_errors

FOLDER = "sets"
"""The folder of sets, in that of the runs."""


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A set, which clients name by `id`; `error` is why it cannot be read."""

    id: str
    path: Path
    dataset: Dataset | None = None
    error: KotaeError | None = None

    def read(self) -> Dataset:
        """Return its questions. Raises the error of a set that cannot be read."""
        if self.dataset is None:
            raise self.error or RequestError("This set does not exist, or no longer does", status=404)
        return self.dataset

    @property
    def reviewable(self) -> bool:
        """Whether its questions can be kept, mended and dropped on the page."""
        return self.path.suffix.lower() in review.SUFFIXES

    @property
    def languages(self) -> dict[Language, int]:
        """The number of questions in each language."""
        items = () if self.dataset is None else self.dataset.items
        counts = {language: sum(language in item.questions for item in items) for language in LANGUAGES}
        return {language: count for language, count in counts.items() if count}

    @property
    def left_out(self) -> Message | None:
        """The rows of its file that are no questions to ask, and why, or None."""
        return reasons(self.dataset.left_out) if self.dataset is not None and self.dataset.left_out else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that its questions can be asked under."""
        named = self.dataset is not None and any(item.gold for item in self.dataset.items)
        return tuple(condition for condition in Condition if named or not condition.needs_evidence)


@dataclass(frozen=True, slots=True)
class _StampedEntry:
    """A set as it was read, and the time (ns) and size of its file then."""

    stamp: tuple[int, int]
    entry: SetEntry


class SetFolder:
    """The sets in a folder; a set is read again when its file has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writing = threading.Lock()
        self._read: dict[str, _StampedEntry] = {}
        """By the name of the file, the last that was read."""

    def entries(self) -> list[SetEntry]:
        """List the sets, latest first."""
        paths = sorted(self._paths(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [self._entry(path) for path in paths]

    def get(self, set_id: str) -> SetEntry:
        """Return a set by its id. Raises RequestError."""
        return self._entry(self._path(set_id))

    def add(self, name: str, data: bytes) -> SetEntry:
        """Keep a set; one of this name and content is there already. Raises DatasetError and CannotWrite."""
        try:
            read_uploaded(name, data, load_dataset)
        except DatasetError as error:
            if "--columns" in str(error.do):  # the page has no options
                error.do = Message(
                    "Rename the columns of the questions and of the right answers to question and reference, and add "
                    "the file again."
                )
            raise
        with self._writing, translate_os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            path = free_path(self.folder / name, data)
            if not path.exists():
                write_bytes(path, data)
        return self._entry(path)

    def next_draft(self, stem: str) -> tuple[Path, int]:
        """Return the next file of this name, and a seed that no other one has: an interrupted draft has both again."""
        path = free_path(self.folder / f"{stem}.xlsx")
        number = path.stem.removeprefix(stem).removeprefix("-")
        return path, int(number or 1) - 1

    def save_draft(self, path: Path, write: Callable[[Path], None]) -> Path:
        """Have a draft written to `path`, or beside what is there meanwhile; return where."""
        with self._writing:
            path = free_path(path)
            write(path)
        return path

    def id_of(self, path: Path) -> str:
        """Return the id of a set's file."""
        return _id_of(path)

    def remove(self, set_id: str) -> None:
        """Delete a set. Raises RequestError and CannotWrite."""
        with self._writing, translate_os_errors(self.folder):
            self._path(set_id).unlink(missing_ok=True)

    def review(self, set_id: str) -> SetReview:
        """Return what there is to review in a set. Raises RequestError and DatasetError."""
        path = self._path(set_id)
        return read_review(path, path.read_bytes())

    def mark(self, set_id: str, row: ReviewRow, before: Sequence[str], language: Language) -> None:
        """Write down what a person has made of a row that had the texts `before`.

        Raises RequestError, DatasetError and CannotWrite.
        """
        path = self._path(set_id)
        with self._writing:
            data = write_review(path, path.read_bytes(), row, before, language)
            read_uploaded(path.name, data, lambda copy: read_review(copy, data))  # nothing is kept that cannot be read
            write_bytes(path, data)

    def _paths(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                unicode = os.fsencode(path.name).decode("utf-8", "replace") == path.name
                if unicode and path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
                    yield path

    def _path(self, set_id: str) -> Path:
        for path in self._paths():
            if _id_of(path) == set_id:
                return path
        raise RequestError("This set does not exist, or no longer does", where=str(self.folder), status=404)

    def _entry(self, path: Path) -> SetEntry:
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        kept = self._read.get(path.name)
        if kept is None or kept.stamp != stamp:
            kept = self._read[path.name] = _StampedEntry(stamp, _read(path))
        return kept.entry


def drafts_of(path: Path) -> Path:
    """Return the folder that keeps what was written for a draft until its file is."""
    return path.with_name(f"{path.name}.drafts")


def free_path(path: Path, data: bytes | None = None) -> Path:
    """Return a path like `path` where nothing is yet.

    For `data` it may be a file with this content, and is none that a draft is being made for.
    """
    numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    for candidate in itertools.chain([path], numbered):
        if candidate.exists():
            free = data is not None and candidate.is_file() and candidate.read_bytes() == data
        else:
            free = data is None or not drafts_of(candidate).exists()
        if free:
            return candidate
    raise AssertionError("there is always another number")


def _read(path: Path) -> SetEntry:
    try:
        return SetEntry(_id_of(path), path, load_dataset(path))
    except KotaeError as error:
        return SetEntry(_id_of(path), path, error=error)


def _id_of(path: Path) -> str:
    return hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:20]
