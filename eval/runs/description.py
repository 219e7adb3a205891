"""run.json: the model, settings and questions of a run; or counts of the past, which have no answers."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from eval.dataset.conditions import Condition
from eval.dataset.items import Dataset, Item, Kind
from eval.statistics.sequential import SequentialOutcome
from eval.statistics.unpaired_counts import Counts
from rag.errors import RunError
from rag.messages import Message, reason_of
from rag.processors import count_processors
from rag.records import Language
from rag.serialize import from_json, to_jsonable
from rag.storage.atomic import write_text
from rag.storage.regular_files import read_stored

FILE: Final = "run.json"
_MAX_COUNT: Final = 10**9
_MAX_REPEATS: Final = 10_000
_PACKAGES: Final = (
    "kotae",
    "langchain-core",
    "chromadb",
    "sentence-transformers",
    "transformers",
    "torch",
    "xllamacpp",
)
OMITTED: Final = ("columns", "build", "wording", "decline", "injection_filter")
"""Settings that are not written where they are empty, as in runs from before they were recorded."""
_PROMPTS: Final = {"seed": "h2ogpt"}
"""Names of prompts in stored runs that are others elsewhere."""


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """The settings that must not change within one run: model, prompt, decoding, verification set and retrieval.

    `index` (the digest of its corpus), `encoder`, `top_k` and `reranker` are None in a run that has not retrieved
    anything yet; "none" is a run without a reranker. `columns` says which column of the set is which. `wording` has the
    files of the prompt, whole, by language; `decline` is "allowed" where they let the model decline.
    `injection_filter` is empty where orders in passages were dropped, as they were before it was recorded.
    """

    model: str
    model_identity: str
    decoding: dict[str, Any]
    context: int
    prompt: str
    dataset: str
    dataset_sha256: str
    index: str | None
    encoder: str | None
    top_k: int | None
    reranker: str | None = None
    build: str | None = None
    columns: str = ""
    wording: dict[str, str] | None = None
    decline: str = ""
    injection_filter: str = ""

    @property
    def prompt_name(self) -> str:
        """The name of the prompt, with a digest of the files if they are the user's own."""
        digest = hashlib.sha256(json.dumps(self.wording, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.prompt} ({digest})" if "." in self.prompt else _PROMPTS.get(self.prompt, self.prompt)

    @property
    def settings(self) -> str:
        """Everything but its prompt that an answer depends on."""
        return json.dumps([self.model_identity, self.decoding, self.context, self.prompt], sort_keys=True)


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """A run that stops when it is decided: all questions that it may ask, in that order, and how it ended."""

    order: tuple[str, ...]
    outcome: SequentialOutcome | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the verification set that is asked: questions by their numbers, in languages, under conditions.

    Each is asked `repeats` times, with seeds that count up from the seed of the run. With a `sequential` plan these are
    the questions that were asked, as soon as the plan has an outcome.
    """

    numbers: tuple[str, ...]
    languages: tuple[Language, ...]
    conditions: tuple[Condition, ...]
    repeats: int = 1
    sequential: SequentialPlan | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.repeats <= _MAX_REPEATS:
            raise ValueError(f"repeats={self.repeats}: need 1 to {_MAX_REPEATS:,}")

    def items(self, dataset: Dataset) -> tuple[Item, ...]:
        """Return the questions of a set that are asked, in the set's order."""
        wanted = frozenset(self.numbers)
        return tuple(item for item in dataset.items if item.number in wanted)

    def asked(self, item: Item, condition: Condition) -> tuple[Language, ...]:
        """Return the languages that a question is asked in under a condition, which may need evidence."""
        if condition.needs_evidence and not item.gold:
            return ()
        return tuple(language for language in self.languages if language in item.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDescription:
    """The content of `run.json`; `began` and `ended` are ISO 8601, `ended` is None until every question was asked."""

    format: int = 1
    identity: RunIdentity
    scope: Scope
    began: str
    ended: str | None
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class KindCounts:
    """The counts of one type of question: right without and with retrieval."""

    kind: Kind
    counts: Counts


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """Counts that someone published or wrote down; `source` says where, `entered` is when they were entered here."""

    name: str
    source: str
    language: Language
    entered: str
    counts: tuple[KindCounts, ...]

    def __post_init__(self) -> None:
        if not self.counts:
            raise ValueError("there are no counts")
        if max(counted.counts.total for counted in self.counts) > _MAX_COUNT:
            raise ValueError(f"there are more than {_MAX_COUNT:,} questions")


@dataclass(frozen=True, slots=True)
class _ImportedFile:
    format: int = 1
    imported: ImportedRun | None = None


def stored_prompt(name: str) -> str:
    """Return the name that a run stores of a prompt."""
    return next((stored for stored, now in _PROMPTS.items() if now == name), name)


def _no_run(folder: Path) -> RunError:
    """Return the error on a folder that is no run; of a folder of runs, such as arms, it names them."""
    if held := sorted(path.parent.name for path in folder.glob(f"*/{FILE}")):
        return RunError(
            Message("This folder contains several runs: {runs}", runs=", ".join(held)),
            where=str(folder),
            do=Message("Name one of them, such as {run}", run=folder / held[0]),
        )
    return RunError("There is no run in this folder", where=str(folder), do="Make one with: kotae eval run")


def read_description(folder: Path) -> RunDescription | ImportedRun:
    """Return the content of a folder's `run.json`. Raises RunError if it is missing or a field of it is damaged."""
    path = folder / FILE
    try:
        text = read_stored(path, follow=False)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_run(folder) from error
    except OSError as error:
        raise RunError(
            Message("The description of this run cannot be read: {error}", error=reason_of(error)), where=str(path)
        ) from error
    imported = from_json(_ImportedFile, text, error=lambda fault: _damaged(path, fault)).imported
    return imported or from_json(RunDescription, text, error=lambda fault: _damaged(path, fault))


def write_description(folder: Path, description: RunDescription | ImportedRun) -> None:
    """Write `run.json`. Raises CannotWrite."""
    content = _ImportedFile(imported=description) if isinstance(description, ImportedRun) else description
    fields = to_jsonable(content)
    if isinstance(description, RunDescription):
        for name in OMITTED:
            if not getattr(description.identity, name):
                del fields["identity"][name]
        if description.scope.sequential is None:
            del fields["scope"]["sequential"]
    write_text(folder / FILE, json.dumps(fields, ensure_ascii=False, indent=1) + "\n")


def installed_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that answers depend on, the machine, and its threads in use."""
    machine = {"python": platform.python_version(), "machine": platform.machine(), "threads": str(count_processors())}
    return machine | _package_versions()


@functools.cache
def _package_versions() -> dict[str, str]:
    """Return the versions of the packages that are there: each is searched for on Python's whole path, once."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _damaged(path: Path, fault: str) -> RunError:
    return RunError(
        Message("The description of this run is damaged: {fault}", fault=fault),
        where=str(path),
        do="Delete that file and run the command that made the run again; its answers are kept.",
    )
