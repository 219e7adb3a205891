"""A gate: one arm against another, answer by answer, and whether the change is acceptable. For CI and for a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.records import RunReport
from eval.runs.graded import RunAnswer
from eval.statistics.paired import Comparison, PairedOutcome, compare
from eval.statistics.tolerance import ACCEPTED, Change, judge_change
from rag.errors import RunError, SettingsError
from rag.messages import Message


@dataclass(frozen=True, slots=True)
class RunArm:
    """A run and one of its conditions; None chooses `rag`, or the only one."""

    folder: Path
    condition: Condition | None = None

    @classmethod
    def parse(cls, text: str) -> RunArm:
        """Read `FOLDER` or `FOLDER:CONDITION`, as in `runs/first:no_rag`."""
        folder, _, condition = text.rpartition(":")
        known = folder and not Path(text).exists() and condition in tuple(Condition)
        return cls(Path(folder), Condition(condition)) if known else cls(Path(text))


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that the two arms answered with different verdicts."""

    base: RunAnswer
    new: RunAnswer

    @property
    def fixed(self) -> bool:
        """Whether the new arm has the right answer."""
        return self.new.verdict.correct


@dataclass(frozen=True, slots=True)
class Gate:
    """The comparison of two arms on the questions that both were asked, and its outcome.

    `max_drop` and `min_gain` are shares. `only_base` and `only_new` count answers to what the other was not asked.
    """

    base: str
    new: str
    change: Change
    comparison: Comparison
    max_drop: float
    min_gain: float
    flips: tuple[Flip, ...]
    only_base: int
    only_new: int

    @property
    def accepted(self) -> bool:
        """Whether the change is better, or no worse within the tolerance."""
        return self.change in ACCEPTED


def build_gate(base: RunArm, new: RunArm, max_drop: float = 0.0, min_gain: float = 0.0) -> Gate:
    """Grade two arms, pair them by question and language, and judge the change from `base` to `new`.

    Questions count as the same by number, language, text and references. Raises RunError if an arm is unfinished or has
    no answer but failures, or if the arms share no question; SettingsError if it is open which condition is meant.
    """
    (base_name, base_answers), (new_name, new_answers) = _arm_answers(base), _arm_answers(new)
    before = {_key(answer): answer for answer in base_answers}
    after = {_key(answer): answer for answer in new_answers}
    shared = [(before[key], answer) for key, answer in after.items() if key in before]
    if not shared:
        raise RunError(
            Message("{base_name} and {new_name} share no question", base_name=base_name, new_name=new_name),
            do="Compare runs of the same verification set: the same numbers, questions and references.",
        )
    comparison = compare(
        [PairedOutcome(old.item.number, old.verdict.correct, late.verdict.correct) for old, late in shared]
    )
    return Gate(
        base_name,
        new_name,
        judge_change(comparison, max_drop, min_gain),
        comparison,
        max_drop,
        min_gain,
        tuple(Flip(old, late) for old, late in shared if old.verdict.correct is not late.verdict.correct),
        len(before) - len(shared),
        len(after) - len(shared),
    )


def refuse_failures(run: str, answers: Sequence[RunAnswer]) -> None:
    """Raise RunError if every answer of a run failed: its figures would say nothing about the model."""
    failed = [answer for answer in answers if answer.recorded is not None and answer.recorded.answer is None]
    if answers and len(failed) == len(answers):
        raise RunError(
            Message("All {failed} answers failed; the first: {error}", failed=len(failed), error=failed[0].error),
            where=run,
            do="Correct the cause and run it again; failed questions are asked again.",
        )


def _arm_answers(arm: RunArm) -> tuple[str, list[RunAnswer]]:
    report = build_report((arm.folder,))
    if not report.runs:
        raise RunError("This folder contains imported counts, which have no answers", where=str(arm.folder))
    run = report.runs[0]
    if run.stopped is not None:
        raise RunError(
            "This run stopped once it was decided, so the interval of its difference does not hold",
            where=str(arm.folder),
            do="See its verdict with `kotae eval report`, or compare runs made without --until-decided.",
        )
    condition = arm.condition or _only_condition(run, arm.folder)
    answers = [answer for answer in run.answers if answer.condition is condition]
    where = str(arm.folder)
    if not answers:
        raise RunError(
            Message("This run has no answers under the condition {condition}", condition=condition), where=where
        )
    missing = sum(answer.recorded is None for answer in answers)
    if missing:
        raise RunError(
            Message("{missing} of {answers} answers are missing", missing=missing, answers=len(answers)),
            where=where,
            do="Finish the run with `kotae eval run`.",
        )
    refuse_failures(where, answers)
    return f"{run.name}:{condition}", answers


def _only_condition(run: RunReport, folder: Path) -> Condition:
    if Condition.RAG in run.conditions:
        return Condition.RAG
    if len(run.conditions) == 1:
        return run.conditions[0]
    raise SettingsError(
        Message("This run has the conditions {conditions}, and none was named", conditions=", ".join(run.conditions)),
        where=str(folder),
        do=Message("Name one: {folder}:{conditions}", folder=folder, conditions=run.conditions[0]),
    )


def _key(answer: RunAnswer) -> tuple[str, str, str, tuple[str, ...]]:
    references = tuple(reference.text for reference in answer.item.references)
    return answer.item.number, answer.language, answer.question, references
