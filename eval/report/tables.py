"""The tables of the report, each one list of typed columns: sheets of the workbook, CSV files and DataFrames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from eval.report.abstention import AbstentionCounts
from eval.report.answer_tables import answers_table, changes_table, worth_a_look_table
from eval.report.audit import audit_table
from eval.report.breakdown import RetrievalSplit, Spread
from eval.report.columns import TERMINAL, column
from eval.report.count_tables import comparison_table, summary_table
from eval.report.groundedness import GroundednessCounts
from eval.report.records import Report
from eval.report.settings_table import Setting, setting_name, setting_value, settings
from rag.tables.output import SHARE, Column, Medium, OutputTable

T = TypeVar("T")


def report_tables(report: Report) -> tuple[OutputTable[Any], ...]:
    """Return every table of the report, in the order of the workbook's sheets."""
    repeats, abstention, audit = repeats_table(report), abstention_table(report), audit_table(report)
    groundedness = groundedness_table(report)
    return (
        summary_table(report),
        comparison_table(report),
        answers_table(report),
        worth_a_look_table(report),
        changes_table(report, fixed=True),
        changes_table(report, fixed=False),
        splits_table(report),
        *([audit] if audit.records else []),
        *([abstention] if abstention.records else []),
        *([groundedness] if groundedness.records else []),
        *([repeats] if repeats.records else []),
        settings_table(report),
    )


@dataclass(frozen=True, slots=True)
class OfRun(Generic[T]):
    """A record of the run with a name."""

    run: str
    record: T


SPLITS: Final[tuple[Column[OfRun[RetrievalSplit]], ...]] = (
    column("run", lambda row: row.run, 13),
    column("type", lambda row: row.record.kind, 14),
    column("language", lambda row: row.record.language, 10),
    column("total", lambda row: row.record.total, 7),
    column("evidence in prompt", lambda row: row.record.evidence_given),
    column("not correct", lambda row: row.record.not_correct),
    column("retrieval missed", lambda row: row.record.retrieval_missed),
    column("model missed", lambda row: row.record.model_missed),
    column("grading refused", lambda row: row.record.grading_refused),
    column("failed", lambda row: row.record.failed, 8),
    column("missing", lambda row: row.record.missing),
)


def splits_table(report: Report) -> OutputTable[OfRun[RetrievalSplit]]:
    """Return a row for every type and language: why answers with retrieval are not correct."""
    rows = [OfRun(run.name, split) for run in report.runs for split in run.splits]
    return OutputTable("retrieval split", SPLITS, rows)


ABSTENTION: Final[tuple[Column[OfRun[AbstentionCounts]], ...]] = (
    column("run", lambda row: row.run, 13, on=TERMINAL),
    column("condition", lambda row: str(row.record.condition), 10, on=TERMINAL),
    column("answerable", lambda row: row.record.over_refusals.total),
    column("answered right", lambda row: row.record.right, on=TERMINAL),
    column("answered wrong", lambda row: row.record.wrong, on=TERMINAL),
    column("declined", lambda row: row.record.over_refusals.correct, on=TERMINAL),
    column("over-refusal", lambda row: row.record.over_refusals.value, 11, SHARE, on=TERMINAL),
    column("over-refusal low 95 %", lambda row: row.record.over_refusals.interval.low, 11, SHARE),
    column("over-refusal high 95 %", lambda row: row.record.over_refusals.interval.high, 11, SHARE),
    column("unanswerable", lambda row: row.record.invented.total),
    column("declined right", lambda row: row.record.declined, on=TERMINAL),
    column("right from memory", lambda row: row.record.from_memory, on=TERMINAL),
    column("invented", lambda row: row.record.invented.correct, on=TERMINAL),
    column("invention", lambda row: row.record.invented.value, 11, SHARE, on=TERMINAL),
    column("invention low 95 %", lambda row: row.record.invented.interval.low, 11, SHARE),
    column("invention high 95 %", lambda row: row.record.invented.interval.high, 11, SHARE),
)


def abstention_table(report: Report) -> OutputTable[OfRun[AbstentionCounts]]:
    """Return a row for every condition of the runs in which a question cannot be answered or an answer declines."""
    rows = [OfRun(run.name, counts) for run in report.runs for counts in run.abstentions]
    return OutputTable("abstention", ABSTENTION, rows)


GROUNDEDNESS: Final[tuple[Column[OfRun[GroundednessCounts]], ...]] = (
    column("run", lambda row: row.run, 13, on=TERMINAL),
    column("condition", lambda row: str(row.record.condition), 10, on=TERMINAL),
    column("answers", lambda row: row.record.group, 10, on=TERMINAL),
    column("grounded", lambda row: row.record.grounded, on=TERMINAL),
    column("partly", lambda row: row.record.partly, on=TERMINAL),
    column("ungrounded", lambda row: row.record.ungrounded.correct, on=TERMINAL),
    column("of", lambda row: row.record.ungrounded.total),
    column("share ungrounded", lambda row: row.record.ungrounded.value, 11, SHARE, on=TERMINAL),
    column("ungrounded low 95 %", lambda row: row.record.ungrounded.interval.low, 11, SHARE),
    column("ungrounded high 95 %", lambda row: row.record.ungrounded.interval.high, 11, SHARE),
    column("not applicable", lambda row: row.record.not_applicable, on=TERMINAL),
)


def groundedness_table(report: Report) -> OutputTable[OfRun[GroundednessCounts]]:
    """Return a row for every condition with passages and group of its answers: all, by verdict, fixed and broken."""
    rows = [OfRun(run.name, counts) for run in report.runs for counts in run.groundedness]
    return OutputTable("groundedness", GROUNDEDNESS, rows)


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """One time that everything was asked under one condition; `time` counts from 1."""

    run: str
    spread: Spread
    time: int


REPEATS: Final[tuple[Column[RepeatRow], ...]] = (
    column("run", lambda row: row.run, 13),
    column("condition", lambda row: str(row.spread.condition), 10),
    column("time", lambda row: row.time),
    column("correct", lambda row: row.spread.correct[row.time - 1], 9),
    column("total", lambda row: row.spread.total, 7),
    column("verdicts changed", lambda row: row.spread.changed),
)


def repeats_table(report: Report) -> OutputTable[RepeatRow]:
    """Return a row for every condition and time that everything was asked."""
    rows = [
        RepeatRow(run.name, spread, time)
        for run in report.runs
        for spread in run.spreads
        for time in range(1, len(spread.correct) + 1)
    ]
    return OutputTable("repeats", REPEATS, rows)


def settings_table(report: Report) -> OutputTable[Setting]:
    """Return a row for every setting, with a column for each run; a differing one says so."""

    def value_of(at: int) -> Callable[[Setting], str]:
        return lambda setting: setting.values[at]

    columns: tuple[Column[Setting], ...] = (
        replace(column("setting", lambda setting: setting.name, 20), words=setting_name),
        column("differs", lambda setting: "differs" if setting.differs else "", 9, tinted=True),
        *(
            Column(name, value_of(at), 42, medium=Medium.PAGE, words=setting_value)
            for at, name in enumerate(report.names)
        ),
    )
    return OutputTable("settings", columns, settings(report))
