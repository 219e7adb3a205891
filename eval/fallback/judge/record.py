"""The record of a judge, a model that grades open answers: stored in the folder of a run, used only once measured.

A yes counts only if the judge says no to the same answer for the set's next question and its references. An answer that
persuades the judge, or a judge that always says yes, gets two yeses and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

from eval.fallback.interface import GradedAnswer, QuestionPool, SetQuestion
from eval.fallback.judge.prompt import RUBRIC, Reply, judge_prompt, prompt_key, read_reply
from eval.grading.ladder import AnswerOutcome, GradingRule, Verdict
from eval.statistics.agreement import Agreement, agreement_text
from rag.errors import GradingError, JudgeNotMeasured
from rag.messages import Message, joined
from rag.serialize import from_json, to_jsonable
from rag.storage.atomic import write_text
from rag.storage.regular_files import read_stored

FILE: Final = "judge.json"


class Judgement(StrEnum):
    """The outcome of a judge's replies on one answer; only `YES` counts as right."""

    YES = "yes"
    NO = "no"
    UNPARSED = "unparsed"
    UNGROUNDED = "ungrounded"  # a yes for another question too
    MISSING = "missing"  # not asked yet, or the request failed


@dataclass(frozen=True, slots=True)
class JudgeIdentity:
    """Everything that determines a judge's replies; `rubric` is the hash of its wording."""

    model: str
    model_identity: str
    decoding: Mapping[str, Any]
    context: int
    rubric: str = RUBRIC


@dataclass(frozen=True, slots=True)
class Measured:
    """A judge's agreement with human labels on those of `answers` labelled answers that the ladder leaves undecided.

    Only a yes counts as right.
    """

    judge: JudgeIdentity
    labelled: str
    labelled_sha256: str
    answers: int
    agreement: Agreement
    counts: Mapping[str, int]

    @property
    def text(self) -> Message:
        """One line for people."""
        kinds = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)
        return Message(
            "measured on the {open} open ones of {answers} labelled answers in {labelled} ({digest}): "
            "{agreement} ({kinds})",
            open=self.agreement.accuracy.total,
            answers=self.answers,
            labelled=self.labelled,
            digest=self.labelled_sha256[:12],
            agreement=agreement_text(self.agreement),
            kinds=kinds,
        )


@dataclass(frozen=True, slots=True)
class JudgeRecord:
    """The content of `judge.json`: the judge, its measured agreement, and every reply by the key of its prompt."""

    format: Literal[1] = field(default=1, kw_only=True)
    judge: JudgeIdentity
    measured: Measured | None = None
    replies: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> Message:
        """One line for people."""
        return Message(
            "{judge}, rubric {rubric}, {measured}",
            judge=self.judge.model_identity,
            rubric=self.judge.rubric,
            measured=Message("not measured") if self.measured is None else self.measured.text,
        )

    def judgement(self, question: SetQuestion, answer: str, pool: QuestionPool) -> Judgement:
        """Combine the replies on an answer."""
        reply = self._reply(question, answer)
        if reply is not Reply.CORRECT:
            return {Reply.WRONG: Judgement.NO, Reply.UNPARSED: Judgement.UNPARSED, None: Judgement.MISSING}[reply]
        other = pool.another(question)
        check = None if other is None else self._reply(other, answer)
        return {
            Reply.WRONG: Judgement.YES,
            Reply.CORRECT: Judgement.UNGROUNDED,
            Reply.UNPARSED: Judgement.UNPARSED,
            None: Judgement.MISSING,
        }[check]

    def _reply(self, question: SetQuestion, answer: str) -> Reply | None:
        text = self.replies.get(prompt_key(judge_prompt(question, answer)))
        return None if text is None else read_reply(text)


def load_judge(folder: Path) -> JudgeRecord | None:
    """Load the judge's record of a run, or None if it has none. Raises GradingError if it is damaged."""
    path = folder / FILE
    if not path.exists():
        return None

    def damaged(fault: str) -> GradingError:
        return GradingError(
            Message("The judge's record is damaged: {fault}", fault=fault),
            where=str(path),
            do="Delete it, then run `kotae eval judge` again.",
        )

    try:
        return from_json(JudgeRecord, read_stored(path), error=damaged)
    except OSError as error:
        raise damaged(str(error.strerror)) from error


def save_judge(record: JudgeRecord, folder: Path) -> None:
    """Write the record atomically."""
    write_text(folder / FILE, json.dumps(to_jsonable(record), ensure_ascii=False, indent=1) + "\n")


def measured_judge(folder: Path) -> JudgeRecord | None:
    """Load the record for use in a report. Raises JudgeNotMeasured if its agreement with labels is unknown."""
    record = load_judge(folder)
    if record is None:
        return None
    problem = None
    if record.measured is None:
        problem = Message(
            "The judge {model_identity} has not been measured on labelled answers",
            model_identity=record.judge.model_identity,
        )
    elif record.measured.judge != record.judge or record.judge.rubric != RUBRIC:
        problem = Message(
            "The judge {model_identity} was measured with another model, decoding or rubric",
            model_identity=record.judge.model_identity,
        )
    if problem is not None:
        raise JudgeNotMeasured(
            problem, where=str(folder / FILE), do="Finish `kotae eval judge` with --validate-on, or delete the file."
        )
    return record


@dataclass(frozen=True, slots=True)
class JudgeGrader:
    """A fallback grader that decides open answers by the replies of a measured judge."""

    record: JudgeRecord
    pool: QuestionPool
    rule: GradingRule = GradingRule.JUDGE

    @property
    def about(self) -> Message:
        """The judge and its measured agreement, in one line."""
        return self.record.text

    def decide(self, answers: Sequence[GradedAnswer]) -> list[Verdict]:
        """Return a verdict for each answer; one that has not been judged stays open and says so."""
        return [
            _verdict(answer.verdict, self.record.judgement(answer.question, answer.answer, self.pool))
            for answer in answers
        ]


_REASONS: Final = {
    Judgement.YES: (
        AnswerOutcome.CORRECT,
        Message("the judge calls it right, and wrong as an answer to another question"),
    ),
    Judgement.NO: (AnswerOutcome.WRONG, Message("the judge calls it wrong")),
    Judgement.UNPARSED: (AnswerOutcome.UNPARSED, Message("the judge's reply is not the one word asked for")),
    Judgement.UNGROUNDED: (
        AnswerOutcome.UNPARSED,
        Message("the judge also calls it right as an answer to another question, so this does not count"),
    ),
}  # fmt: skip


def _verdict(before: Verdict, judgement: Judgement) -> Verdict:
    if judgement is Judgement.MISSING:
        return replace(before, reason=joined([before.reason, Message("not judged yet")]))
    outcome, reason = _REASONS[judgement]
    return replace(before, content=outcome, rule=GradingRule.JUDGE, reason=joined([before.reason, reason]))
