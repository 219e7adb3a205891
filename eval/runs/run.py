"""A run: every question of a verification set, in every language, under every condition, to one model.

A run is a folder. `run.json` says what was run with what, `verification.xlsx` (or .csv) is a copy of the questions, and
`answers.jsonl` has the answers. Started again after an interruption it goes on where it stopped; started again with
more conditions or languages, or another limit, it computes what is new.
"""

from __future__ import annotations

import itertools
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eval.dataset.conditions import Condition
from eval.dataset.load import Dataset, Item, load_dataset
from eval.runs.answer_log import AnswerLog
from eval.runs.ask import Asked, Chains, Progress, answer, prepare
from rag.errors import RunBusy, RunError
from rag.generation.chain import Question
from rag.records import Language
from rag.storage.atomic import write_bytes, write_text
from rag.storage.locks import folder_lock

FILE = "run.json"
VERIFICATION = "verification"
_MEND = "Remove that file and run the same `kotae eval run` again: answers are kept, and it is written anew."
_PACKAGES = (
    "kotae",
    "langchain-core",
    "chromadb",
    "sentence-transformers",
    "transformers",
    "torch",
    "xllamacpp",
    "bm25s",
)


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What must not change within one run: model, prompt, decoding, verification set, index and retrieval.

    `index` (the digest of its corpus), `encoder`, `top_k` and `reranker` are None in a run that has not retrieved
    anything yet; "none" is a run without a reranker.
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

    @property
    def settings(self) -> str:
        """What an answer depends on beside its prompt."""
        return json.dumps([self.model_identity, self.decoding, self.context, self.prompt], sort_keys=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the verification set is asked: the questions with these numbers, in these languages and conditions.

    Each is asked `repeats` times, with seeds that count up from the one of the run.
    """

    numbers: tuple[str, ...]
    languages: tuple[Language, ...]
    conditions: tuple[Condition, ...]
    repeats: int = 1

    def items(self, dataset: Dataset) -> tuple[Item, ...]:
        """The questions of a set that are asked, in the set's order."""
        wanted = frozenset(self.numbers)
        return tuple(item for item in dataset.items if item.number in wanted)

    def asks(self, item: Item, condition: Condition) -> bool:
        """Whether a question is asked under a condition: `oracle` needs evidence."""
        return condition is not Condition.ORACLE or bool(item.evidence)


def execute(
    folder: Path,
    dataset: Dataset,
    chains: Chains,
    scope: Scope,
    identity: RunIdentity,
    *,
    reuse: Sequence[Path] = (),
    batch_size: int,
    progress: Progress | None = None,
) -> None:
    """Ask what has not been answered yet, `batch_size` questions in one pass of the model.

    Answers that a run folder in `reuse` has to the very same prompt, model and settings are taken from there. What
    fails is recorded and counted as not correct; what does not come through to a server waits for its answer. The next
    run tries both again. Raises RunError where the folder holds a run with another identity or a damaged one, and where
    questions in a row do not come through; RunBusy where another process writes to it, and CannotWrite.
    """
    busy = RunBusy(
        "Another process is writing to this run", where=str(folder), do="Wait for it to end, then try again."
    )
    with folder_lock(folder, busy):
        began = datetime.now(UTC).isoformat(timespec="seconds")
        identity = _begin(folder, dataset, scope, identity, began)
        tasks = list(prepare(_questions(scope.items(dataset), scope), chains, identity.settings))
        others = [load_run(other).log for other in reuse]
        answer(tasks, chains, AnswerLog(folder), others=others, batch_size=batch_size, progress=progress)
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        _save(folder, _description(scope, identity, began, ended=ended))


def _questions(items: Sequence[Item], scope: Scope) -> Iterator[Asked]:
    for repeat, condition, item in itertools.product(range(scope.repeats), scope.conditions, items):
        if scope.asks(item, condition):
            for language in scope.languages:
                yield Asked(item.number, Question(item.questions[language], language), condition, repeat)


def _begin(folder: Path, dataset: Dataset, scope: Scope, identity: RunIdentity, began: str) -> RunIdentity:
    if (folder / FILE).exists():
        identity = _merged(folder, _stored_identity(folder), identity)
    copy = folder / f"{VERIFICATION}{dataset.path.suffix.lower()}"
    data = dataset.path.read_bytes()
    if not copy.exists() or copy.read_bytes() != data:
        write_bytes(copy, data)
    _save(folder, _description(scope, identity, began, ended=None))
    return identity


def _merged(folder: Path, before: RunIdentity, now: RunIdentity) -> RunIdentity:
    """The identity of a run that goes on; None on one side gives way. Raises RunError where they contradict."""
    merged: dict[str, Any] = {}
    for name, old in asdict(before).items():
        new = getattr(now, name)
        if None not in (old, new) and old != new:
            raise RunError(
                f"The folder holds a run with another setting of {name}: {old!r} then, {new!r} now",
                where=str(folder),
                do="Give another --out, or the same settings.",
            )
        merged[name] = old if new is None else new
    return RunIdentity(**merged)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as its folder has it: complete or not."""

    name: str
    identity: RunIdentity
    scope: Scope
    dataset: Dataset
    log: AnswerLog
    versions: dict[str, str]
    began: str
    ended: str | None


def load_run(folder: Path) -> StoredRun:
    """Read the folder of a run. Raises RunError where it holds none or is damaged."""
    stored = read_description(folder)
    copies = sorted(folder.glob(f"{VERIFICATION}.*"))
    if not copies:
        raise RunError("The run has lost its copy of the verification set", where=str(folder))
    try:
        scope = stored["scope"]
        return StoredRun(
            name=folder.resolve().name,
            identity=RunIdentity(**stored["identity"]),
            scope=Scope(
                tuple(scope["numbers"]),
                tuple(scope["languages"]),
                tuple(Condition(one) for one in scope["conditions"]),
                scope.get("repeats", 1),
            ),
            dataset=load_dataset(copies[0]),
            log=AnswerLog(folder),
            versions=stored["versions"],
            began=stored["began"],
            ended=stored["ended"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder) from error


def read_description(folder: Path) -> dict[str, Any]:
    """What `run.json` says. Raises RunError where the folder holds no run."""
    try:
        return dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except OSError as error:
        raise RunError("This folder holds no run", where=str(folder), do="Make one with: kotae eval run") from error
    except (TypeError, ValueError) as error:
        raise _damaged(folder) from error


def _damaged(folder: Path) -> RunError:
    return RunError("The description of the run is damaged", where=str(folder / FILE), do=_MEND)


def _stored_identity(folder: Path) -> RunIdentity:
    stored = read_description(folder)
    if "imported" in stored:
        raise RunError("This folder holds imported counts", where=str(folder), do="Give another --out.")
    try:
        return RunIdentity(**stored["identity"])
    except (KeyError, TypeError) as error:
        raise _damaged(folder) from error


def _description(scope: Scope, identity: RunIdentity, began: str, *, ended: str | None) -> dict[str, Any]:
    return {
        "format": 1,
        "identity": asdict(identity),
        "scope": asdict(scope),
        "began": began,
        "ended": ended,
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
