"""The tables of the report, each one list of typed columns: sheets of the workbook, CSV files and DataFrames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from eval.report.answer_tables import answers_table, changes_table, worth_a_look_table
from eval.report.breakdown import RetrievalSplit, Spread
from eval.report.count_tables import comparison_table, summary_table
from eval.report.records import Report
from eval.report.settings_table import Setting, settings
from rag.tables.output import Column, OutputTable


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
    Column("run", lambda row: row.run, 13),
    Column("type", lambda row: row.split.kind, 14),
    Column("language", lambda row: row.split.language, 10),
    Column("total", lambda row: row.split.total, 7),
    Column("evidence in prompt", lambda row: row.split.evidence_given),
    Column("not correct", lambda row: row.split.not_correct),
    Column("retrieval missed", lambda row: row.split.retrieval_missed),
    Column("model missed", lambda row: row.split.model_missed),
    Column("grading refused", lambda row: row.split.grading_refused),
    Column("failed", lambda row: row.split.failed, 8),
    Column("missing", lambda row: row.split.missing),
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
    Column("run", lambda row: row.run, 13),
    Column("condition", lambda row: str(row.spread.condition), 10),
    Column("time", lambda row: row.time),
    Column("correct", lambda row: row.spread.correct[row.time - 1], 9),
    Column("total", lambda row: row.spread.total, 7),
    Column("verdicts changed", lambda row: row.spread.changed),
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
        Column("setting", lambda setting: setting.name, 20),
        Column("differs", lambda setting: "differs" if setting.differs else "", 9, tinted=True),
        *(Column(name, value_of(at), 42) for at, name in enumerate(report.names)),
    )
    return OutputTable("settings", columns, settings(report))
