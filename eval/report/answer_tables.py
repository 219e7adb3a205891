"""The tables of answers: every answer of every run, and the questions that retrieval fixed or broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eval.report.grading_error import error_text, worth_a_look
from eval.report.names import MISSING, display_name
from eval.report.records import Report, RunReport
from eval.runs.graded import RunAnswer
from rag.generation.citation import short_citation
from rag.records import Answer
from rag.safety.sanitize import describe_removed
from rag.tables.output import Column, OutputTable


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer and the run that gave it."""

    run: RunReport
    graded: RunAnswer

    @property
    def answer(self) -> Answer | None:
        """The answer with its attempts and passages; None for a failure."""
        return None if self.graded.recorded is None else self.graded.recorded.answer

    @property
    def verdict(self) -> str:
        """The verdict on the content in one word."""
        if self.graded.recorded is None:
            return MISSING
        return "correct" if self.graded.verdict.correct else "wrong"

    @property
    def left_out(self) -> str:
        """The sentences that were kept from the model, in words; empty if there are none."""
        left_out = () if self.answer is None else self.answer.left_out
        return describe_removed(left_out, self.graded.language) if left_out else ""


ANSWERS: Final[tuple[Column[AnswerRow], ...]] = (
    Column("NO", lambda row: _number(row.graded), 7),
    Column("instruction", lambda row: row.graded.question, 38),
    Column("type", lambda row: row.graded.item.kind, 14),
    Column("Reference", lambda row: row.graded.reference, 18),
    Column("Answer", lambda row: row.graded.answer, 38),
    Column("verdict", lambda row: row.verdict, 9, tinted=True),
    Column("language right", lambda row: _yes(row.graded.verdict.language_correct)),
    Column("run", lambda row: row.run.name, 13),
    Column("language", lambda row: row.graded.language, 10),
    Column("condition", lambda row: str(row.graded.condition), 10),
    Column("outcome", lambda row: MISSING if row.graded.recorded is None else str(row.graded.verdict.content), 11),
    Column("rule", lambda row: str(row.graded.verdict.rung), 12),
    Column("reason", lambda row: row.graded.verdict.reason, 26),
    Column("cosine", lambda row: row.graded.cosine, number_format="0.00", printed=False),
    Column("cut off", lambda row: _yes(row.answer is not None and row.answer.cut_off), printed=False),
    Column("asked again", lambda row: _yes(row.answer is not None and len(row.answer.attempts) > 1), printed=False),
    Column("left out", lambda row: row.left_out, printed=False),
    Column("sources", lambda row: _sources(row.graded), 46, printed=False),
    Column("error", lambda row: row.graded.error, 26, printed=False),
    Column(
        "seconds",
        lambda row: None if row.graded.recorded is None else row.graded.recorded.seconds,
        number_format="0.0",
        printed=False,
    ),
)


def answers_table(report: Report) -> OutputTable[AnswerRow]:
    """Return a row for every question, language and condition."""
    return OutputTable("answers", ANSWERS, [AnswerRow(run, answer) for run in report.runs for answer in run.answers])


WORTH_CHECKING: Final[tuple[Column[AnswerRow], ...]] = (
    Column("condition", lambda row: display_name(row.graded.condition), 14),
    Column("NO", lambda row: _number(row.graded), 7),
    Column("language", lambda row: row.graded.language, 10),
    Column("question", lambda row: row.graded.question, 38),
    Column("Reference", lambda row: row.graded.reference, 18),
    Column("Answer", lambda row: row.graded.answer, 46),
    Column("verdict", lambda row: row.verdict, 9, tinted=True),
    Column("rule", lambda row: str(row.graded.verdict.rung), 12),
    Column("rule was wrong on", lambda row: error_text(row.graded), 12),
    Column("reason", lambda row: row.graded.verdict.reason, 26),
    Column("run", lambda row: row.run.name, 13),
)


def worth_a_look_table(report: Report) -> OutputTable[AnswerRow]:
    """Return the answers whose verdicts people should check first, of every run and condition."""
    rows = [
        AnswerRow(run, answer)
        for run in report.runs
        for condition in run.conditions
        for answer in worth_a_look(run, condition)
    ]
    return OutputTable("worth a look", WORTH_CHECKING, rows)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A question whose verdict retrieval changed."""

    run: str
    without: RunAnswer
    with_: RunAnswer


CHANGES: Final[tuple[Column[ChangeRow], ...]] = (
    Column("NO", lambda row: _number(row.with_), 7),
    Column("question", lambda row: row.with_.question, 36),
    Column("type", lambda row: row.with_.item.kind, 14),
    Column("language", lambda row: row.with_.language, 10),
    Column("Reference", lambda row: row.with_.reference, 18),
    Column("Answer without", lambda row: row.without.error or row.without.answer, 26),
    Column("Answer with", lambda row: row.with_.error or row.with_.answer, 26),
    Column("reason without", lambda row: row.without.verdict.reason, 22),
    Column("reason with", lambda row: row.with_.verdict.reason, 22),
    Column("sources", lambda row: _sources(row.with_), 46),
    Column("run", lambda row: row.run, 13),
)


def changes_table(report: Report, *, fixed: bool) -> OutputTable[ChangeRow]:
    """Return the questions that retrieval fixed (or broke), with both answers."""
    rows = [ChangeRow(run.name, *pair) for run in report.runs for pair in run.changed(fixed=fixed)]
    return OutputTable("fixed" if fixed else "broken", CHANGES, rows)


def _number(answer: RunAnswer) -> int | str:
    """Return NO as a number where it is one, so that a sheet sorts it as one."""
    text = answer.item.number
    return int(text) if text.isascii() and text.isdecimal() and str(int(text)) == text else text


def _sources(graded: RunAnswer) -> str:
    answer = None if graded.recorded is None else graded.recorded.answer
    hits = () if answer is None else answer.hits
    return "; ".join(map(short_citation, hits))


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"
