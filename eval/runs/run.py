"""A run: one model answers every question of a verification set, in every language and under every condition.

A run is a folder. `run.json` describes it, `verification.xlsx` (or .csv, .jsonl, ...) is a copy of the questions, and
`answers.jsonl` holds the answers. Started again after an interruption, a run resumes; started again with more
conditions or languages, or another limit, it asks only the new questions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.dataset.load import Dataset, Item, load_dataset
from eval.runs.answer_log import FILE as ANSWERS
from eval.runs.answer_log import AnswerLog
from eval.runs.ask import Chains, Progress, RunQuestion, answer, prepare
from eval.runs.description import (
    FILE,
    ImportedRun,
    RunDescription,
    RunIdentity,
    Scope,
    installed_versions,
    read_description,
    write_description,
)
from eval.runs.turns import ModelTurn, at_once
from eval.runs.until_decided import ask_until_decided
from rag.errors import RunBusy, RunError
from rag.generation.chain import Question
from rag.messages import Message
from rag.progress import notice
from rag.storage.atomic import write_bytes
from rag.storage.locks import folder_lock

VERIFICATION = "verification"


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
    turn: ModelTurn = at_once,
) -> None:
    """Ask the questions without an answer, `batch_size` in one pass of the model, which takes a `turn`.

    Answers in the run folders `reuse` to the same prompt, model and settings are copied. A failure is recorded and
    counts as not correct; a question that does not reach a server stays unanswered. The next run tries both again.
    Raises RunError if the folder holds a damaged run or one with another identity, or if consecutive questions do not
    get through; RunBusy if another process writes to the folder; and CannotWrite.
    """
    busy = RunBusy(
        "Another process is writing to this run", where=str(folder), do="Wait for it to end, then try again."
    )
    with folder_lock(folder, busy):
        began = _now()
        identity = _begin(folder, dataset, scope, identity, began)
        others, log = [_reusable(load_run(other), other, identity) for other in reuse], AnswerLog(folder)
        total = sum(1 for _ in _questions(scope.items(dataset), scope))
        before = 0

        def ask(items: Sequence[Item]) -> None:
            nonlocal before
            tasks = list(prepare(_questions(items, scope), chains, identity.settings, turn=turn))
            report = None if progress is None else lambda done, _: progress(before + done, total)
            answer(tasks, chains, log, others=others, batch_size=batch_size, progress=report, turn=turn)
            before += len(tasks)

        if scope.sequential is None:
            ask(scope.items(dataset))
        else:
            scope = ask_until_decided(scope, scope.sequential, dataset, log, ask)
        write_description(folder, _description(scope, identity, began, ended=_now()))


def _reusable(run: StoredRun, folder: Path, identity: RunIdentity) -> AnswerLog:
    """Return the answers of another run. Raises RunError if another build of the same library gave them."""
    if None not in (run.identity.build, identity.build) and run.identity.build != identity.build:
        raise RunError(
            Message(
                "The answers of that run come from another build of llama.cpp: {build}, not {build_2}",
                build=run.identity.build,
                build_2=identity.build,
            ),
            where=str(folder),
            do="Omit it from --reuse: all answers of a run must come from one build.",
        )
    return run.log


def _questions(items: Sequence[Item], scope: Scope) -> Iterator[RunQuestion]:
    for repeat, condition, item in itertools.product(range(scope.repeats), scope.conditions, items):
        for language in scope.asked(item, condition):
            yield RunQuestion(item.number, Question(item.questions[language], language), condition, repeat)


def _begin(folder: Path, dataset: Dataset, scope: Scope, identity: RunIdentity, began: str) -> RunIdentity:
    if (folder / FILE).exists():
        stored = read_description(folder)
        if isinstance(stored, ImportedRun):
            raise _no_answers(folder)
        if not (folder / ANSWERS).exists():  # a wrong setting ended it before its first answer
            stored = replace(stored, identity=identity)
        if stored.identity.build is None and identity.build is not None:
            notice(
                Message("This run did not record its model's build; it continues with {build}", build=identity.build)
            )
        identity = _merged(folder, stored.identity, identity)
        _refuse_other_plan(folder, stored.scope, scope)
    copy = folder / f"{VERIFICATION}{dataset.path.suffix.lower()}"
    if not copy.exists() or copy.read_bytes() != dataset.data:
        write_bytes(copy, dataset.data)
    write_description(folder, _description(scope, identity, began, ended=None))
    return identity


def _refuse_other_plan(folder: Path, before: Scope, now: Scope) -> None:
    """Raise RunError if a run that stops when decided would be continued as another, or the reverse."""
    orders = [scope.sequential and scope.sequential.order for scope in (before, now)]
    if orders[0] != orders[1] and (folder / ANSWERS).exists():
        what = Message("stops when it is decided") if before.sequential else Message("asks all its questions")
        raise RunError(
            Message("The run in this folder {what}, and can only be continued in the same way", what=what),
            where=str(folder),
            do="Continue it with the same --until-decided, questions and languages, or choose another --out.",
        )


def _description(scope: Scope, identity: RunIdentity, began: str, *, ended: str | None) -> RunDescription:
    return RunDescription(identity=identity, scope=scope, began=began, ended=ended, versions=installed_versions())


def _merged(folder: Path, before: RunIdentity, now: RunIdentity) -> RunIdentity:
    """Return the identity of a continued run; None on one side gives way. Raises RunError if they contradict."""
    merged: dict[str, Any] = {}
    for name, old in asdict(before).items():
        new = getattr(now, name)
        if name == "wording":
            merged[name] = _merged_wording(folder, now.prompt_name, old or {}, new or {})
            continue
        if None not in (old, new) and old != new:
            raise RunError(
                Message(
                    "This folder contains a run with a different setting of {name}: {old!r} then, {new!r} now",
                    name=name,
                    old=old,
                    new=new,
                ),
                where=str(folder),
                do="Choose another --out, or the same settings.",
            )
        merged[name] = old if new is None else new
    return RunIdentity(**merged)


def _merged_wording(folder: Path, prompt: str, before: dict[str, str], now: dict[str, str]) -> dict[str, str]:
    """Return the texts of a prompt by language. Raises RunError if one has changed."""
    for language in before.keys() & now.keys():
        for old, new in itertools.zip_longest(before[language].split("\n"), now[language].split("\n")):
            if old != new:
                raise RunError(
                    Message(
                        "The prompt {prompt} has changed since this run began: {old!r} then, {new!r} now",
                        prompt=prompt,
                        old=old,
                        new=new,
                    ),
                    where=str(folder),
                    do=Message("Choose another --out, or restore the prompt, which is in {file}.", file=FILE),
                )
    return {**before, **now}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it is on disk, complete or not."""

    name: str
    identity: RunIdentity
    scope: Scope
    dataset: Dataset
    log: AnswerLog
    versions: dict[str, str]
    began: str
    ended: str | None


def load_run(folder: Path) -> StoredRun:
    """Read the folder of a run. Raises RunError if there is no run in it or it is damaged."""
    stored = read_description(folder)
    if isinstance(stored, ImportedRun):
        raise _no_answers(folder)
    copies = sorted(folder.glob(f"{VERIFICATION}.*"))
    if not copies or copies[0].is_symlink():
        what = Message("is a link") if copies else Message("is missing")
        raise RunError(Message("The run's copy of the verification set {what}", what=what), where=str(folder))
    return StoredRun(
        name=folder.resolve().name,
        identity=stored.identity,
        scope=stored.scope,
        dataset=load_dataset(copies[0], stored.identity.columns),
        log=AnswerLog(folder),
        versions=stored.versions,
        began=stored.began,
        ended=stored.ended,
    )


def _no_answers(folder: Path) -> RunError:
    return RunError(
        "This folder contains imported counts, which have no answers", where=str(folder), do="Choose another folder."
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
