"""The report as rows: what stands in the sheets of the workbook and in the CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from eval.report.headlines import contrast_text, effect_word, versus_text
from eval.report.records import Report, RunReport
from eval.report.sentences import counts_direction, counts_sentence, p_text
from eval.report.settings_table import settings
from eval.runs.cosine import THRESHOLDS
from eval.runs.graded import RunAnswer
from eval.runs.imported import ImportedReport
from eval.statistics.paired import Effect, Rate
from rag.safety.sanitize import left_out_text
from rag.tables.files import Row

ANSWER_COLUMNS: Final = (
    "NO", "instruction", "type", "Reference", "Answer", "verdict", "language right", "run", "language", "condition",
    "outcome", "rung", "reason", "cosine", "cut off", "asked again", "left out", "sources",
    "error", "seconds",
)  # fmt: skip
SUMMARY_COLUMNS: Final = (
    "run", "model", "type", "language", "condition", "correct", "total", "rate", "low 95 %", "high 95 %",
    "language right", "both", "failed", "missing", "unparsed", "refused", "cut off", "asked again",
    *(f"cosine ≥ {cut:.2f}" for cut in THRESHOLDS), "rungs below the ladder",
)  # fmt: skip
COMPARISON_COLUMNS: Final = (
    "run", "condition", "baseline run", "baseline condition", "type", "language", "baseline correct", "correct",
    "total", "difference", "low 95 %", "high 95 %", "fixed", "broken", "p", "p (Holm)", "test", "effect", "in words",
    "日本語",
)  # fmt: skip
CHANGE_COLUMNS: Final = (
    "NO", "question", "type", "language", "Reference", "Answer without", "Answer with", "reason without", "reason with",
    "sources", "run",
)  # fmt: skip

SPLIT_COLUMNS: Final = (
    "run", "type", "language", "total", "evidence in prompt", "not correct", "retrieval missed", "model missed",
    "grading refused", "failed",
)  # fmt: skip
SPREAD_COLUMNS: Final = ("run", "condition", "time", "correct", "total", "verdicts changed")


def answer_rows(report: Report) -> list[Row]:
    """A row for every question, language and condition."""
    return [_answer_row(run, one) for run in report.runs for one in run.answers]


def summary_rows(report: Report) -> list[Row]:
    """A row for every condition, type and language; imported counts have nothing beside their rate."""
    rows: list[Row] = [
        (
            run.name, run.identity.model_identity, cell.kind, cell.language, str(cell.condition), *_rate(cell.correct),
            cell.language_correct.correct, cell.both.correct, cell.failed, cell.missing, cell.unparsed, cell.refused,
            cell.cut_off, cell.asked_again, *cell.above, "; ".join(use.text for use in run.uses) or "none",
        )
        for run in report.runs
        for cell in run.cells
    ]  # fmt: skip
    for one in report.imported:
        for cell in one.cells:
            for condition, found in (("no_rag", cell.counts.baseline), ("rag", cell.counts.treatment)):
                known: Row = (one.name, one.run.source, cell.kind, cell.language, condition, *_rate(found))
                rows.append((*known, *(None for _ in SUMMARY_COLUMNS[len(known) :])))
    return rows


def comparison_rows(report: Report) -> list[Row]:
    """A row for every comparison: each run without and with retrieval, then every two runs of the same questions."""
    return [
        *(row for run in report.runs for row in _contrast_rows(run)),
        *(row for one in report.imported for row in _imported_rows(one)),
        *(
            (
                one.new, str(one.condition), one.old, str(one.condition), one.kind, one.language,
                *_effect(one.effect), effect_word(one), versus_text(one, "en"), versus_text(one, "ja"),
            )
            for one in report.versus
        ),
    ]  # fmt: skip


def change_rows(report: Report, *, fixed: bool) -> list[Row]:
    """The questions that retrieval fixed (or broke), with both answers."""
    return [
        (
            _number(with_), with_.question, with_.item.kind, with_.language, with_.reference,
            without.error or without.answer, with_.error or with_.answer, without.verdict.reason, with_.verdict.reason,
            _sources(with_), run.name,
        )
        for run in report.runs
        for without, with_ in run.changed(fixed=fixed)
    ]  # fmt: skip


def breakdown_rows(report: Report) -> list[Row]:
    """A row for every type and language: where the answers with retrieval that are not correct went wrong."""
    return [
        (
            run.name, split.kind, split.language, split.total, split.evidence_given, split.not_correct,
            split.retrieval_missed, split.model_missed, split.grading_refused, split.failed,
        )
        for run in report.runs
        for split in run.splits
    ]  # fmt: skip


def spread_rows(report: Report) -> list[Row]:
    """A row for every condition and time that everything was asked: how many were correct."""
    return [
        (run.name, str(spread.condition), time, count, spread.total, spread.changed)
        for run in report.runs
        for spread in run.spreads
        for time, count in enumerate(spread.correct, 1)
    ]


def setting_columns(report: Report) -> tuple[str, ...]:
    """The header of `setting_rows`."""
    return ("setting", "differs", *report.names)


def setting_rows(report: Report) -> list[Row]:
    """A row for every setting, with its value in every run; a differing one says so."""
    return [(one.name, "differs" if one.differs else "", *one.values) for one in settings(report)]


def _contrast_rows(run: RunReport) -> Iterator[Row]:
    for one in (*run.contrasts, *run.ceiling):
        yield (
            run.name, str(one.treatment), run.name, str(one.baseline), one.kind, one.language, *_effect(one.effect),
            effect_word(one), contrast_text(one, "en"), contrast_text(one, "ja"),
        )  # fmt: skip


def _imported_rows(one: ImportedReport) -> Iterator[Row]:
    for cell in one.cells:
        counts = cell.counts
        before, after, total = counts.baseline.correct, counts.treatment.correct, counts.baseline.total
        best, worst = (p_text(p).removeprefix("p ").removeprefix("= ") for p in (counts.best_p, counts.worst_p))
        yield (
            one.name, "rag", one.name, "no_rag", cell.kind, cell.language, before, after, total,
            _rounded(counts.net / total), None, None, None, None, f"{best} to {worst}", None,
            "exact McNemar, every possible pairing", counts_direction(counts),
            counts_sentence(counts, "en"), counts_sentence(counts, "ja"),
        )  # fmt: skip


def _effect(effect: Effect) -> Row:
    cell = effect.comparison
    change = cell.difference
    return (
        cell.baseline.correct, cell.treatment.correct, cell.n, _rounded(change.estimate), _rounded(change.interval.low),
        _rounded(change.interval.high), cell.fixed, cell.broken, _rounded(cell.p, 6), _rounded(effect.adjusted_p, 6),
        cell.test,
    )  # fmt: skip


def _rate(found: Rate) -> Row:
    interval = found.interval
    return (
        found.correct, found.total, _rounded(found.value), _rounded(interval.low), _rounded(interval.high)
    )  # fmt: skip


def _answer_row(run: RunReport, one: RunAnswer) -> Row:
    answer = None if one.recorded is None else one.recorded.answer
    return (
        _number(one), one.question, one.item.kind, one.reference, one.answer,
        "correct" if one.verdict.correct else "wrong", _yes(one.verdict.language_correct), run.name, one.language,
        str(one.condition), str(one.verdict.content), str(one.verdict.rung), one.verdict.reason, one.cosine,
        _yes(answer is not None and answer.cut_off), _yes(answer is not None and len(answer.attempts) > 1),
        left_out_text(answer.left_out, one.language) if answer is not None and answer.left_out else "",
        _sources(one), one.error, None if one.recorded is None else one.recorded.seconds,
    )  # fmt: skip


def _number(one: RunAnswer) -> int | str:
    """NO as a number where it is one, so that a sheet sorts it as one."""
    text = one.item.number
    return int(text) if text.isascii() and text.isdecimal() and str(int(text)) == text else text


def _sources(one: RunAnswer) -> str:
    answer = None if one.recorded is None else one.recorded.answer
    hits: Iterable[str] = (
        f"[{hit.rank}] {hit.chunk.source}:{hit.chunk.start}-{hit.chunk.end}"
        for hit in (() if answer is None else answer.hits)
    )
    return "; ".join(hits)


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
