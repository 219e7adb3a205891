"""The tables of counts: the rates of every run, and every comparison of conditions and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from eval.report.columns import FILES, TERMINAL, column
from eval.report.headlines import comparison_text, contrast_text, effect_word
from eval.report.records import Cell, Cost, Report, RunReport
from eval.report.sentences import counts_direction, counts_sentence, p_text
from eval.runs.cosine import THRESHOLDS
from eval.runs.imported import ImportedReport
from eval.statistics.paired import Comparison, Rate
from eval.statistics.unpaired_counts import UnpairedBounds
from eval.statistics.verdicts import Effect
from rag.messages import Message
from rag.tables.output import CHANGE, P_VALUE, SHARE, Column, Medium, OutputTable


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


def _count(
    title: str, count: Callable[[Cell], int], width: float = 10.5, *, on: Medium = Medium.PAGE
) -> Column[SummaryRow]:
    """Return a column of counts, which imported counts leave empty."""
    return column(title, lambda row: None if row.cell is None else count(row.cell), width, on=on)


def _cost(title: str, value: Callable[[Cost], float | None], number_format: str = "0.0") -> Column[SummaryRow]:
    """Return a column of what an answer took on average."""

    def of(row: SummaryRow) -> float | None:
        cost = None if row.cell is None else row.cell.cost
        return None if cost is None else _rounded(value(cost))

    return column(title, of, number_format=number_format)


def _above(at: int) -> Callable[[Cell], int]:
    return lambda cell: cell.above[at]


SUMMARY: Final[tuple[Column[SummaryRow], ...]] = (
    column("run", lambda row: row.run, 13, on=TERMINAL),
    column("model", lambda row: row.model, 22, on=FILES),
    column("type", lambda row: row.kind, 14, on=TERMINAL),
    column("language", lambda row: row.language, 10, on=TERMINAL),
    column("condition", lambda row: row.condition, 10, on=TERMINAL),
    column("correct", lambda row: row.correct.correct, 9, on=TERMINAL),
    column("total", lambda row: row.correct.total, 7, on=TERMINAL),
    column("rate", lambda row: _rounded(row.correct.value), 9, SHARE, on=TERMINAL),
    column("low 95 %", lambda row: _rounded(row.correct.interval.low), 10, SHARE, on=TERMINAL),
    column("high 95 %", lambda row: _rounded(row.correct.interval.high), 11, SHARE, on=TERMINAL),
    _count("language right", lambda cell: cell.language_correct.correct, on=TERMINAL),
    _count("both", lambda cell: cell.both.correct, 7),
    _count("failed", lambda cell: cell.failed, 8, on=TERMINAL),
    _count("missing", lambda cell: cell.missing, on=TERMINAL),
    _count("unparsed", lambda cell: cell.unparsed),
    _count("refused", lambda cell: cell.refused),
    _count("cut off", lambda cell: cell.cut_off),
    _count("asked again", lambda cell: cell.asked_again),
    _cost("prompt tokens", lambda cost: cost.prompt_tokens),
    _cost("answer tokens", lambda cost: cost.completion_tokens),
    _cost("seconds an answer", lambda cost: cost.seconds, "0.00"),
    _cost("seconds of retrieval", lambda cost: cost.retrieval_seconds, "0.000"),
    *(_count(f"cosine ≥ {cut:.2f}", _above(at), on=FILES) for at, cut in enumerate(THRESHOLDS)),
    column("fallback graders", lambda row: row.fallbacks, on=FILES),
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


def totals_table(report: Report) -> OutputTable[SummaryRow]:
    """Return the rows of the summary over everything asked: one for every run and condition."""
    whole = {(run.name, *run.whole) for run in report.runs}
    whole |= {(run.name, run.cells[-1].kind, run.cells[-1].language) for run in report.imported}
    summary = summary_table(report).without("type", "language")
    return replace(summary, records=[row for row in summary.records if (row.run, row.kind, row.language) in whole])


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
        return Message("exact McNemar, every possible pairing")


def _paired(
    title: str,
    value: Callable[[Effect], float | None],
    width: float = 10.5,
    number_format: str = "General",
    *,
    on: Medium = Medium.PAGE,
) -> Column[ComparisonRow]:
    """Return a column that only paired comparisons fill."""
    return column(
        title,
        lambda row: value(row.compared) if isinstance(row.compared, Effect) else None,
        width,
        number_format,
        on=on,
    )


COMPARISON: Final[tuple[Column[ComparisonRow], ...]] = (
    column("run", lambda row: row.run, 13),
    column("condition", lambda row: row.condition, 10, on=TERMINAL),
    column("baseline run", lambda row: row.baseline_run, 13),
    column("baseline condition", lambda row: row.baseline_condition),
    column("type", lambda row: row.kind, 14, on=TERMINAL),
    column("language", lambda row: row.language, 10, on=TERMINAL),
    column("baseline correct", lambda row: row.rates.baseline.correct, on=TERMINAL),
    column("correct", lambda row: row.rates.treatment.correct, 9, on=TERMINAL),
    column("total", lambda row: row.rates.baseline.total, 7),
    column("difference", lambda row: _rounded(row.difference), number_format=CHANGE, on=TERMINAL),
    _paired("low 95 %", lambda effect: _rounded(effect.comparison.difference.interval.low), 10, CHANGE, on=TERMINAL),
    _paired("high 95 %", lambda effect: _rounded(effect.comparison.difference.interval.high), 11, CHANGE, on=TERMINAL),
    _paired("fixed", lambda effect: effect.comparison.fixed, 7, on=TERMINAL),
    _paired("broken", lambda effect: effect.comparison.broken, 8, on=TERMINAL),
    column("p", lambda row: row.p, number_format=P_VALUE),
    _paired("p (adjusted)", lambda effect: _rounded(effect.adjusted_p, 6), 11, P_VALUE, on=TERMINAL),
    column("test", lambda row: row.test, 14, on=FILES),
    column("effect", lambda row: row.word, tinted=True, on=TERMINAL),
    column("in words", lambda row: row.english, 42, on=FILES),
    column("日本語", lambda row: row.japanese, 42, on=FILES),
)


def comparison_table(report: Report) -> OutputTable[ComparisonRow]:
    """Return a row for every comparison: each run without and with retrieval, then every two runs of one set."""
    rows = [*conditions_table(report).records, *runs_table(report).records]
    return OutputTable("comparison", COMPARISON, rows)


def conditions_table(report: Report) -> OutputTable[ComparisonRow]:
    """Return the comparisons within each run: without and with retrieval, and with the gold passage."""
    rows = [row for run in report.runs for row in _contrast_rows(run)]
    rows += [row for imported in report.imported for row in _imported_rows(imported)]
    return OutputTable("comparison", COMPARISON, rows).without("baseline run")


def runs_table(report: Report) -> OutputTable[ComparisonRow]:
    """Return the comparisons of every two runs of one set."""
    rows = [
        ComparisonRow(
            cell.new, str(cell.condition), cell.old, str(cell.old_condition), cell.kind, cell.language,
            effect_word(cell), comparison_text(cell, "en"), comparison_text(cell, "ja"), cell.effect,
        )
        for cell in report.run_comparisons
    ]  # fmt: skip
    same = all(cell.condition is cell.old_condition for cell in report.run_comparisons)
    return OutputTable("run against run", COMPARISON, rows).without(*(["baseline condition"] if same else []))


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
