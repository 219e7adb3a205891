"""The runs below a folder: their list, the headline of each, and its report as an HTML page."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.export.export import export_run
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.headlines import effect_word, headline, imported_headline
from eval.report.html import html_page
from eval.report.records import Report
from eval.runs.description import FILE, ImportedRun, read_description
from eval.runs.run_folders import folder_name
from kotae.web.set_folder import free_path
from rag.errors import KotaeError, RequestError, SettingsError
from rag.records import LANGUAGES, Language

DEEPEST = 3
"""The number of folder levels that are searched for runs."""
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run, which clients name by `id`; `name` is its path below the folder, `error` why it cannot be read.

    `ended` is None while the run is running or after it was interrupted, `began` if its counts were imported.
    """

    id: str
    name: str
    model: str = ""
    dataset: str = ""
    began: str | None = None
    ended: str | None = None
    error: KotaeError | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict on a run in both languages, and as a word: helps, hurts, undecided, unfinished or ""."""

    texts: dict[Language, str]
    word: str


class RunList:
    """The runs below a folder. Clients name a run by its id, never by path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._headlines: dict[tuple[str, Stamp], Headline] = {}

    def entries(self) -> list[RunEntry]:
        """List the runs, latest first, and last those that cannot be read, with their errors."""
        entries = [_entry(self.folder, path) for path in _run_folders(self.folder)]
        return sorted(entries, key=lambda run: (run.error is None, run.began or ""), reverse=True)

    def headline(self, run_id: str) -> Headline:
        """Return the verdict on a run, graded again if its folder has changed.

        Raises RequestError, RunError and GradingError.
        """
        path = self.path(run_id)
        key = (run_id, _stamp(path))
        if key not in self._headlines:
            self._headlines[key] = _headline(build_report([path]))
        return self._headlines[key]

    def report(self, run_id: str, language: Language = "en") -> str:
        """Build the report of a run as one HTML page in a language. Raises RequestError, RunError and GradingError.

        The `report.html` in the folder is never served, as anybody may have written it.
        """
        return html_page(build_report([self.path(run_id)]), language)

    def files(self, run_id: str, kind: str, language: Language) -> bytes:
        """Return the report of a run as .xlsx, or a .zip of it in every form, with the answers for other programs.

        Raises RequestError, RunError and GradingError.
        """
        path = self.path(run_id)
        with TemporaryDirectory(prefix="kotae-") as folder:
            out = Path(folder)
            files = write_all(build_report([path]), out, language)
            if kind == "xlsx":
                return files.xlsx.read_bytes()
            if kind != "zip":
                raise RequestError("A report is .xlsx or .zip", status=404)
            export_run(path, "jsonl", out / "run.jsonl")
            export_run(path, "inspect", out / "inspect")
            return _zipped(out)

    def new_path(self, name: str) -> Path:
        """Return a folder for a new run, named after its set. Raises SettingsError where there can be none."""
        if (self.folder / FILE).exists():
            raise SettingsError(
                "This folder is a run itself, and has no place for others", where=str(self.folder),
                do="Start kotae serve with another --runs.",
            )  # fmt: skip
        return free_path(self.folder / folder_name(name))

    def id_of(self, path: Path) -> str:
        """Return the id of a run's folder."""
        return _id_of(self.folder, path)

    def path(self, run_id: str) -> Path:
        """Return the folder of a run. Raises RequestError."""
        for path in _run_folders(self.folder):
            if _id_of(self.folder, path) == run_id:
                return path
        raise RequestError("This run does not exist, or no longer does", where=str(self.folder), status=404)


def _run_folders(folder: Path) -> Iterator[Path]:
    """Yield folders with a run, down to DEEPEST below `folder`, skipping links and hidden folders."""
    for path, below, files in os.walk(folder):
        depth = len(Path(path).relative_to(folder).parts)
        if FILE in files:
            yield Path(path)
            below.clear()
        below[:] = [] if depth == DEEPEST else sorted(name for name in below if not name.startswith("."))


def _id_of(folder: Path, path: Path) -> str:
    return hashlib.sha256(path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _entry(folder: Path, path: Path) -> RunEntry:
    about: dict[str, Any] = {
        "id": _id_of(folder, path),
        "name": folder.resolve().name if path == folder else path.relative_to(folder).as_posix(),
    }
    try:
        stored = read_description(path)
    except KotaeError as error:
        return RunEntry(**about, error=error)
    if isinstance(stored, ImportedRun):
        return RunEntry(**about, model=stored.name, dataset=stored.source, ended=stored.entered)
    identity = stored.identity
    return RunEntry(
        **about, model=identity.model_identity, dataset=identity.dataset, began=stored.began, ended=stored.ended
    )


def _headline(report: Report) -> Headline:
    if report.imported:
        (counts,) = report.imported
        return Headline({language: imported_headline(counts, language) for language in LANGUAGES}, "")
    (run,) = report.runs
    word = "" if run.headline is None else effect_word(run.headline)
    return Headline({language: headline(run, language) for language in LANGUAGES}, word)


def _stamp(path: Path) -> Stamp:
    """Return what changes when a run continues or is judged."""
    states = ((entry.name, entry.stat()) for entry in os.scandir(path) if entry.is_file())
    return tuple(sorted((name, state.st_mtime_ns, state.st_size) for name, state in states))


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
