"""The tables of counts: the rates of every run, and every comparison of conditions and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from eval.report.headlines import comparison_text, contrast_text, effect_word
from eval.report.records import Cell, Report, RunReport
from eval.report.sentences import counts_direction, counts_sentence, p_text
from eval.runs.cosine import THRESHOLDS
from eval.runs.imported import ImportedReport
from eval.statistics.paired import Comparison, Rate
from eval.statistics.unpaired_counts import UnpairedBounds
from eval.statistics.verdicts import Effect
from rag.tables.output import CHANGE, P_VALUE, SHARE, Column, OutputTable


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A rate of a run; `cell` has its other counts, None where counts were imported."""

    run: str
    model: str
    kind: str
    language: str
    condition: str
    correct: Rate
    cell: Cell | None = None
    fallbacks: str | None = None


def _count(title: str, count: Callable[[Cell], int], width: float = 10.5) -> Column[SummaryRow]:
    """Return a column of counts, which imported counts leave empty."""
    return Column(title, lambda row: None if row.cell is None else count(row.cell), width)


def _above(at: int) -> Callable[[Cell], int]:
    return lambda cell: cell.above[at]


SUMMARY: Final[tuple[Column[SummaryRow], ...]] = (
    Column("run", lambda row: row.run, 13),
    Column("model", lambda row: row.model, 22),
    Column("type", lambda row: row.kind, 14),
    Column("language", lambda row: row.language, 10),
    Column("condition", lambda row: row.condition, 10),
    Column("correct", lambda row: row.correct.correct, 9),
    Column("total", lambda row: row.correct.total, 7),
    Column("rate", lambda row: _rounded(row.correct.value), 9, SHARE),
    Column("low 95 %", lambda row: _rounded(row.correct.interval.low), 10, SHARE),
    Column("high 95 %", lambda row: _rounded(row.correct.interval.high), 11, SHARE),
    _count("language right", lambda cell: cell.language_correct.correct),
    _count("both", lambda cell: cell.both.correct, 7),
    _count("failed", lambda cell: cell.failed, 8),
    _count("missing", lambda cell: cell.missing),
    _count("unparsed", lambda cell: cell.unparsed),
    _count("refused", lambda cell: cell.refused),
    _count("cut off", lambda cell: cell.cut_off),
    _count("asked again", lambda cell: cell.asked_again),
    *(_count(f"cosine ≥ {cut:.2f}", _above(at)) for at, cut in enumerate(THRESHOLDS)),
    Column("fallback graders", lambda row: row.fallbacks),
)


def summary_table(report: Report) -> OutputTable[SummaryRow]:
    """Return a row for every run, type, language and condition, imported counts last."""
    rows = [
        SummaryRow(
            run.name, run.identity.model_identity, cell.kind, cell.language, str(cell.condition), cell.correct, cell,
            "; ".join(use.text for use in run.uses) or "none",
        )
        for run in report.runs
        for cell in run.cells
    ]  # fmt: skip
    for imported in report.imported:
        for counted in imported.cells:
            for condition, correct in (("no_rag", counted.counts.baseline), ("rag", counted.counts.treatment)):
                about = (imported.name, imported.run.source, counted.kind, counted.language)
                rows.append(SummaryRow(*about, condition, correct))
    return OutputTable("summary", SUMMARY, rows)


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A comparison of two conditions or runs: by its pairs, or by imported counts."""

    run: str
    condition: str
    baseline_run: str
    baseline_condition: str
    kind: str
    language: str
    word: str
    english: str
    japanese: str
    compared: Effect | UnpairedBounds

    @property
    def rates(self) -> Comparison | UnpairedBounds:
        """The rates of the baseline and of what is compared with it."""
        return self.compared.comparison if isinstance(self.compared, Effect) else self.compared

    @property
    def difference(self) -> float | None:
        """The difference of the rates, -1 to 1."""
        if isinstance(self.compared, Effect):
            return self.compared.comparison.difference.estimate
        return self.compared.net / self.compared.baseline.total

    @property
    def p(self) -> float | str | None:
        """The p-value; of imported counts the range that they allow."""
        if isinstance(self.compared, Effect):
            return _rounded(self.compared.comparison.p, 6)
        bounds = (self.compared.best_p, self.compared.worst_p)
        return " to ".join(p_text(p).removeprefix("p ").removeprefix("= ") for p in bounds)

    @property
    def test(self) -> str:
        """The name of the test."""
        if isinstance(self.compared, Effect):
            return self.compared.comparison.test
        return "exact McNemar, every possible pairing"


def _paired(
    title: str, value: Callable[[Effect], float | None], width: float = 10.5, number_format: str = "General"
) -> Column[ComparisonRow]:
    """Return a column that only paired comparisons fill."""
    return Column(
        title, lambda row: value(row.compared) if isinstance(row.compared, Effect) else None, width, number_format
    )


COMPARISON: Final[tuple[Column[ComparisonRow], ...]] = (
    Column("run", lambda row: row.run, 13),
    Column("condition", lambda row: row.condition, 10),
    Column("baseline run", lambda row: row.baseline_run, 13),
    Column("baseline condition", lambda row: row.baseline_condition),
    Column("type", lambda row: row.kind, 14),
    Column("language", lambda row: row.language, 10),
    Column("baseline correct", lambda row: row.rates.baseline.correct),
    Column("correct", lambda row: row.rates.treatment.correct, 9),
    Column("total", lambda row: row.rates.baseline.total, 7),
    Column("difference", lambda row: _rounded(row.difference), number_format=CHANGE),
    _paired("low 95 %", lambda effect: _rounded(effect.comparison.difference.interval.low), 10, SHARE),
    _paired("high 95 %", lambda effect: _rounded(effect.comparison.difference.interval.high), 11, SHARE),
    _paired("fixed", lambda effect: effect.comparison.fixed, 7),
    _paired("broken", lambda effect: effect.comparison.broken, 8),
    Column("p", lambda row: row.p, number_format=P_VALUE),
    _paired("p (adjusted)", lambda effect: _rounded(effect.adjusted_p, 6), 11, P_VALUE),
    Column("test", lambda row: row.test, 14),
    Column("effect", lambda row: row.word, tinted=True),
    Column("in words", lambda row: row.english, 42),
    Column("日本語", lambda row: row.japanese, 42),
)


def comparison_table(report: Report) -> OutputTable[ComparisonRow]:
    """Return a row for every comparison: each run without and with retrieval, then every two runs of one set."""
    rows = [
        *(row for run in report.runs for row in _contrast_rows(run)),
        *(row for imported in report.imported for row in _imported_rows(imported)),
        *(
            ComparisonRow(
                cell.new, str(cell.condition), cell.old, str(cell.condition), cell.kind, cell.language,
                effect_word(cell), comparison_text(cell, "en"), comparison_text(cell, "ja"), cell.effect,
            )
            for cell in report.run_comparisons
        ),
    ]  # fmt: skip
    return OutputTable("comparison", COMPARISON, rows)


def _contrast_rows(run: RunReport) -> Iterator[ComparisonRow]:
    for cell in (*run.contrasts, *run.ceiling):
        yield ComparisonRow(
            run.name, str(cell.treatment), run.name, str(cell.baseline), cell.kind, cell.language,
            effect_word(cell), contrast_text(cell, "en"), contrast_text(cell, "ja"), cell.effect,
        )  # fmt: skip


def _imported_rows(imported: ImportedReport) -> Iterator[ComparisonRow]:
    for cell in imported.cells:
        yield ComparisonRow(
            imported.name, "rag", imported.name, "no_rag", cell.kind, cell.language, counts_direction(cell.counts),
            counts_sentence(cell.counts, "en"), counts_sentence(cell.counts, "ja"), cell.counts,
        )  # fmt: skip


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
