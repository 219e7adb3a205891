"""A run: every question of a verification set, in every language, under every condition, to one model.

A run is a folder. `run.json` says what was run with what, `items.jsonl` keeps the questions, `answers.jsonl` the answers.
Started again after an interruption it goes on where it stopped; started again with more conditions or languages, or
another limit, it computes what is new.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eval.answers import AnswerLog
from eval.asking import Asked, Progress, Task, answer, prepare
from eval.conditions import Condition
from eval.dataset import Dataset, Item
from rag.chain import GroundedChain, Question
from rag.errors import RunError
from rag.publish import write_text
from rag.records import Language

FILE = "run.json"
ITEMS = "items.jsonl"
_PACKAGES = ("kotae", "langchain-core", "chromadb", "sentence-transformers", "transformers", "torch", "xllamacpp", "bm25s")


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What must not change within one run: model, prompt, decoding, verification set, index and retrieval."""

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


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the verification set is asked. `limit` is a number of questions, from the top."""

    languages: tuple[Language, ...]
    conditions: tuple[Condition, ...]
    limit: int | None = None

    def items(self, dataset: Dataset) -> tuple[Item, ...]:
        """The questions of a set that are asked."""
        return dataset.items if self.limit is None else dataset.items[: self.limit]


def execute(
    folder: Path,
    dataset: Dataset,
    chains: dict[Condition, GroundedChain],
    scope: Scope,
    identity: RunIdentity,
    *,
    batch_size: int,
    progress: Progress | None = None,
) -> None:
    """Ask what has not been answered yet, `batch_size` questions in one pass of the model.

    What fails is recorded and counted as not correct; the next run tries it again. Raises RunError where the folder
    holds a run with another identity.
    """
    items = scope.items(dataset)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    _begin(folder, dataset, items, scope, identity, began)
    settings = json.dumps(asdict(identity), ensure_ascii=False, sort_keys=True)
    tasks = list(prepare(_questions(items, scope), chains, settings))
    answer(tasks, chains, AnswerLog(folder), batch_size=batch_size, progress=progress)
    _save(folder, _description(scope, identity, began, ended=datetime.now(UTC).isoformat(timespec="seconds"), tasks=tasks))


def _questions(items: Sequence[Item], scope: Scope) -> Iterator[Asked]:
    for condition in scope.conditions:
        for item in items:
            for language in scope.languages:
                yield Asked(item.number, Question(item.questions[language], language), condition)


def _begin(
    folder: Path, dataset: Dataset, items: Sequence[Item], scope: Scope, identity: RunIdentity, began: str
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / FILE).exists():
        before = read_description(folder)["identity"]
        now = json.loads(json.dumps(asdict(identity)))
        different = [name for name in now if before.get(name) != now[name]]
        if different:
            changes = "; ".join(f"{name}: {before.get(name)!r} then, {now[name]!r} now" for name in different)
            raise RunError(
                f"The folder holds a run with other settings: {changes}",
                where=str(folder),
                do="Give another --out, or the same settings.",
            )
    write_text(folder / ITEMS, "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in items))
    _save(folder, _description(scope, identity, began, ended=None, tasks=()))


def read_description(folder: Path) -> dict[str, Any]:
    """What `run.json` says. Raises RunError where the folder holds no run."""
    try:
        return dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise RunError("This folder holds no run", where=str(folder), do="Make one with: kotae eval run") from error


def _description(
    scope: Scope, identity: RunIdentity, began: str, *, ended: str | None, tasks: Sequence[Task]
) -> dict[str, Any]:
    return {
        "format": 1,
        "identity": asdict(identity),
        "scope": asdict(scope),
        "began": began,
        "ended": ended,
        "keys": [task.key for task in tasks],
        "versions": _versions(),
    }


def _save(folder: Path, description: dict[str, Any]) -> None:
    write_text(folder / FILE, json.dumps(description, ensure_ascii=False, indent=1) + "\n")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
