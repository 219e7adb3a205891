"""The tables of answers: every answer of every run, and the questions that retrieval fixed or broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eval.report.columns import column
from eval.report.grading_error import error_text, worth_a_look
from eval.report.names import MISSING
from eval.report.records import Report, RunReport
from eval.runs.graded import RunAnswer
from rag.generation.citation import short_citation
from rag.records import Answer
from rag.safety.sanitize import describe_marked, describe_removed
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

    @property
    def marked(self) -> str:
        """The sentences that the model was shown with a mark, in words; empty if there are none."""
        marked = () if self.answer is None else self.answer.marked
        return describe_marked(marked, self.graded.language) if marked else ""


ANSWERS: Final[tuple[Column[AnswerRow], ...]] = (
    column("NO", lambda row: _number(row.graded), 7),
    column("instruction", lambda row: row.graded.question, 38),
    column("type", lambda row: row.graded.item.kind, 14),
    column("Reference", lambda row: row.graded.reference, 18),
    column("Answer", lambda row: row.graded.answer, 38),
    column("verdict", lambda row: row.verdict, 9, tinted=True),
    column("language right", lambda row: _yes(row.graded.verdict.language_correct)),
    column("run", lambda row: row.run.name, 13),
    column("language", lambda row: row.graded.language, 10),
    column("condition", lambda row: str(row.graded.condition), 10),
    column("outcome", lambda row: MISSING if row.graded.recorded is None else str(row.graded.verdict.content), 11),
    column("rule", lambda row: str(row.graded.verdict.rule), 12),
    column("reason", lambda row: row.graded.verdict.reason, 26),
    column("cosine", lambda row: row.graded.cosine, number_format="0.00", printed=False),
    column("cut off", lambda row: _yes(row.answer is not None and row.answer.cut_off), printed=False),
    column("asked again", lambda row: _yes(row.answer is not None and len(row.answer.attempts) > 1), printed=False),
    column("left out", lambda row: row.left_out, printed=False),
    column("marked", lambda row: row.marked, printed=False),
    column("sources", lambda row: _sources(row.graded), 46, printed=False),
    column("groundedness", lambda row: _groundedness(row.graded), 11, printed=False),
    column("supported by", lambda row: _bearer(row.graded), 30, printed=False),
    column("in no passage", lambda row: _missing(row.graded), 26, printed=False),
    column("error", lambda row: row.graded.error, 26, printed=False),
    column(
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
    column("condition", lambda row: str(row.graded.condition), 14),
    column("NO", lambda row: _number(row.graded), 7),
    column("language", lambda row: row.graded.language, 10),
    column("question", lambda row: row.graded.question, 38),
    column("Reference", lambda row: row.graded.reference, 18),
    column("Answer", lambda row: row.graded.answer, 46),
    column("verdict", lambda row: row.verdict, 9, tinted=True),
    column("rule", lambda row: str(row.graded.verdict.rule), 12),
    column("rule was wrong on", lambda row: error_text(row.graded), 12),
    column("reason", lambda row: row.graded.verdict.reason, 26),
    column("run", lambda row: row.run.name, 13),
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
    column("NO", lambda row: _number(row.with_), 7),
    column("question", lambda row: row.with_.question, 36),
    column("type", lambda row: row.with_.item.kind, 14),
    column("language", lambda row: row.with_.language, 10),
    column("Reference", lambda row: row.with_.reference, 18),
    column("Answer without", lambda row: row.without.error or row.without.answer, 26),
    column("Answer with", lambda row: row.with_.error or row.with_.answer, 26),
    column("reason without", lambda row: row.without.verdict.reason, 22),
    column("reason with", lambda row: row.with_.verdict.reason, 22),
    column("sources", lambda row: _sources(row.with_), 46),
    column("groundedness", lambda row: _groundedness(row.with_), 11),
    column("supported by", lambda row: _bearer(row.with_), 30),
    column("run", lambda row: row.run, 13),
)


def changes_table(report: Report, *, fixed: bool) -> OutputTable[ChangeRow]:
    """Return the questions that retrieval fixed (or broke), with both answers."""
    rows = [ChangeRow(run.name, *pair) for run in report.runs for pair in run.changed(fixed=fixed)]
    return OutputTable("fixed" if fixed else "broken", CHANGES, rows)


FLIPS: Final[tuple[Column[ChangeRow], ...]] = (
    column("change", lambda row: "fixed" if row.with_.verdict.correct else "broken", 9, tinted=True),
    *CHANGES,
)


def flips_table(report: Report) -> OutputTable[ChangeRow]:
    """Return the questions whose verdict retrieval changed: what it fixed, then what it broke."""
    rows = [row for fixed in (True, False) for row in changes_table(report, fixed=fixed).records]
    return OutputTable("flips", FLIPS, rows)


def _number(answer: RunAnswer) -> int | str:
    """Return NO as a number where it is one, so that a sheet sorts it as one."""
    text = answer.item.number
    return int(text) if text.isascii() and text.isdecimal() and str(int(text)) == text else text


def _sources(graded: RunAnswer) -> str:
    answer = None if graded.recorded is None else graded.recorded.answer
    hits = () if answer is None else answer.hits
    return "; ".join(map(short_citation, hits))


def _groundedness(graded: RunAnswer) -> str:
    return "" if graded.support is None else str(graded.support.groundedness)


def _bearer(graded: RunAnswer) -> str:
    answer = None if graded.recorded is None else graded.recorded.answer
    if answer is None or graded.support is None:
        return ""
    return next((short_citation(hit) for hit in answer.hits if hit.rank == graded.support.rank), "")


def _missing(graded: RunAnswer) -> str:
    return "" if graded.support is None else "; ".join(graded.support.missing)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"
