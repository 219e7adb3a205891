"""The tables of the report, each one list of typed columns: sheets of the workbook, CSV files and DataFrames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from eval.report.answer_tables import answers_table, changes_table, worth_a_look_table
from eval.report.breakdown import RetrievalSplit, Spread
from eval.report.columns import column
from eval.report.count_tables import comparison_table, summary_table
from eval.report.records import Report
from eval.report.settings_table import Setting, settings
from rag.tables.output import Column, Medium, OutputTable


def report_tables(report: Report) -> tuple[OutputTable[Any], ...]:
    """Return every table of the report, in the order of the workbook's sheets."""
    repeats = repeats_table(report)
    return (
        summary_table(report),
        comparison_table(report),
        answers_table(report),
        worth_a_look_table(report),
        changes_table(report, fixed=True),
        changes_table(report, fixed=False),
        splits_table(report),
        *([repeats] if repeats.records else []),
        settings_table(report),
    )


@dataclass(frozen=True, slots=True)
class SplitRow:
    """A run's split of one type and language."""

    run: str
    split: RetrievalSplit


SPLITS: Final[tuple[Column[SplitRow], ...]] = (
    column("run", lambda row: row.run, 13),
    column("type", lambda row: row.split.kind, 14),
    column("language", lambda row: row.split.language, 10),
    column("total", lambda row: row.split.total, 7),
    column("evidence in prompt", lambda row: row.split.evidence_given),
    column("not correct", lambda row: row.split.not_correct),
    column("retrieval missed", lambda row: row.split.retrieval_missed),
    column("model missed", lambda row: row.split.model_missed),
    column("grading refused", lambda row: row.split.grading_refused),
    column("failed", lambda row: row.split.failed, 8),
    column("missing", lambda row: row.split.missing),
)


def splits_table(report: Report) -> OutputTable[SplitRow]:
    """Return a row for every type and language: why answers with retrieval are not correct."""
    rows = [SplitRow(run.name, split) for run in report.runs for split in run.splits]
    return OutputTable("retrieval split", SPLITS, rows)


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
        column("setting", lambda setting: setting.name, 20),
        column("differs", lambda setting: "differs" if setting.differs else "", 9, tinted=True),
        *(Column(name, value_of(at), 42, medium=Medium.PAGE) for at, name in enumerate(report.names)),
    )
    return OutputTable("settings", columns, settings(report))
