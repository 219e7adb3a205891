"""The report as a self-contained HTML page: no network, no other file.

The page is `assets/page.html` with its style and script inlined. Every text from outside is escaped by Jinja, and the
page's own policy (CSP) lets nothing run or load but that style and that script, which it names by their hashes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

from eval.grading.ladder import AnswerOutcome
from eval.report import charts
from eval.report.answer_tables import worth_a_look_table
from eval.report.arms_table import arms_table
from eval.report.audit import audit_table, audit_text
from eval.report.count_tables import conditions_table, runs_table, summary_table
from eval.report.grading_error import grading_text, unlabelled_text
from eval.report.headlines import comparison_text, headline, headline_figures, imported_headline, stopped_text
from eval.report.names import FAILED, MISSING, NOT_CORRECT, OTHER_LANGUAGE, counted, display_name, place_name
from eval.report.records import Cell, Report, RunReport
from eval.report.same_passages import other_passages, passages_text
from eval.report.sentences import percent, rate_text
from eval.report.tables import abstention_table, groundedness_table, repeats_table, settings_table, splits_table
from eval.runs.graded import RunAnswer
from eval.statistics.paired import Rate
from rag.messages import translated
from rag.records import Hit, Language
from rag.safety.sanitize import describe_marked, describe_removed
from rag.tables.output import Column, Medium, OutputTable
from rag.text.language import markup_language

if TYPE_CHECKING:
    from jinja2 import Environment, Template


@dataclass(frozen=True, slots=True)
class Panel:
    """One type and language: its bars, of every run and condition."""

    kind: str
    language: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate with its run and condition; `cell` has its other counts, None for imported counts."""

    run: str
    kind: str
    language: str
    condition: str
    correct: Rate
    cell: Cell | None = None


def html_page(report: Report, language: Language = "en") -> str:
    """Render the report as one HTML page, to be written as UTF-8; tables are in the reader's language."""
    style, script = asset("page.css"), asset("page.js")
    page = template("page.html").render(
        report=report,
        language=language,
        languages=("ja", "en") if language == "ja" else ("en", "ja"),
        several=len(report.names) > 1,
        panels=panels(report),
        tables=_tables(report),
        choices=_choices(report),
        grading=grading_text,
        unlabelled=unlabelled_text,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _tables(report: Report) -> dict[str, OutputTable[Any]]:
    """Return the tables of the page with the columns it shows; one run needs no column for its name."""
    tables: dict[str, OutputTable[Any]] = {
        "summary": summary_table(report), "conditions": conditions_table(report), "runs": runs_table(report),
        "audit": audit_table(report), "arms": arms_table(report),
        "splits": splits_table(report), "repeats": repeats_table(report), "abstention": abstention_table(report),
        "groundedness": groundedness_table(report),
        "worth_a_look": worth_a_look_table(report),
    }  # fmt: skip
    if len(report.names) == 1:
        tables = {name: table.without("run") for name, table in tables.items()}
    tables["settings"] = settings_table(report)
    return {name: table.on(Medium.PAGE) for name, table in tables.items()}


def _numeric(table: OutputTable[Any], column: Column[Any]) -> bool:
    return any(isinstance(column.value(record), int | float) for record in table.records)


@functools.cache
def template(name: str) -> Template:
    """Return a page of `assets`, compiled once a process."""
    return _environment().from_string(asset(name))


def _environment() -> Environment:
    """Return Jinja with the filters of the report's pages; it escapes every text."""
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., Any]] = {
        "percent": percent, "lang": markup_language, "named": display_name,
        "translated": translated,
        "counted": counted, "place": _place, "numeric": _numeric, "hits": _hits, "marks": _marks, "sweeps": _sweeps,
        "whole": _whole, "headline": headline, "headline_figures": headline_figures,
        "imported_headline": imported_headline, "comparison_text": comparison_text,
        "groupby_run": _by_run, "audit_text": audit_text, "stopped_text": stopped_text,
        "other_passages": other_passages, "passages_text": passages_text, "left_out_text": describe_removed,
        "marked_text": describe_marked,
    }  # fmt: skip
    made.filters.update(filters)
    made.globals.update(
        rate_text=rate_text,
        bar=charts.bar,
        rate_chart=lambda row: charts.bar(row.whole.correct, row.whole.condition),
        split_chart=lambda row: charts.causes(row.record),
        outcome_chart=lambda row: charts.outcomes(row.record),
        sweep_chart=charts.sweep_chart,
        cuts=charts.CUTS,
    )
    return made


def asset(name: str) -> str:
    """Return the text of a file of `assets`."""
    return (resources.files("eval.report") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def panels(report: Report) -> list[Panel]:
    """Return the rates of all runs by type and language, the sums last."""
    bars = [
        Bar(run.name, cell.kind, cell.language, cell.condition, cell.correct, cell)
        for run in report.runs
        for cell in run.cells
    ]
    for imported in report.imported:
        for cell in imported.cells:
            about = (imported.name, cell.kind, cell.language)
            bars += [Bar(*about, "no_rag", cell.counts.baseline), Bar(*about, "rag", cell.counts.treatment)]
    return [
        Panel(kind, language, of_place)
        for kind, language in report.places
        if (of_place := tuple(bar for bar in bars if (bar.kind, bar.language) == (kind, language)))
    ]


def _choices(report: Report) -> dict[str, list[str]]:
    """Return the choices of each filter of the answers, in a fixed order."""
    answers = [answer for run in report.runs for answer in run.answers]
    outcomes = {answer.verdict.content for answer in answers}
    return {
        "type": list(dict.fromkeys(answer.item.kind for answer in answers)),
        "language": list(dict.fromkeys(answer.language for answer in answers)),
        "condition": list(dict.fromkeys(str(answer.condition) for answer in answers)),
        "outcome": [
            *(str(outcome) for outcome in AnswerOutcome if outcome in outcomes),
            NOT_CORRECT, FAILED, MISSING, OTHER_LANGUAGE, "fixed", "broken",
        ],
    }  # fmt: skip


def _marks(run: RunReport) -> list[str]:
    """Return for each answer of a run the outcomes that a filter finds it under, separated by spaces."""
    changed = {
        (without.item.number, without.language): word
        for word, fixed in (("fixed", True), ("broken", False))
        for without, _ in run.changed(fixed=fixed)
    }
    return [" ".join(_marks_of(answer, changed.get((answer.item.number, answer.language)))) for answer in run.answers]


def _marks_of(answer: RunAnswer, change: str | None) -> Iterable[str]:
    yield str(answer.verdict.content)
    if not answer.verdict.correct:
        yield NOT_CORRECT
    elif not answer.verdict.language_correct:
        yield OTHER_LANGUAGE
    if answer.error:
        yield MISSING if answer.recorded is None else FAILED
    if change:
        yield change


def _sweeps(run: RunReport) -> list[charts.Sweep]:
    """Return the sweep of each condition; none if the run has no historical scores."""
    if all(answer.cosine is None for answer in run.answers):
        return []
    return [
        charts.sweep(
            str(condition),
            [
                charts.Scored(answer.cosine, answer.verdict.correct)
                for answer in run.answers
                if answer.condition is condition
            ],
        )
        for condition in run.conditions
    ]


def _whole(run: RunReport) -> list[Cell]:
    """Return the cells over all types and languages, one for each condition."""
    return [cell for cell in run.cells if (cell.kind, cell.language) == run.whole]


def _hits(answer: RunAnswer) -> tuple[Hit, ...]:
    return () if answer.recorded is None or answer.recorded.answer is None else answer.recorded.answer.hits


def _place(panel: Panel, language: Language) -> str:
    return place_name(panel.kind, panel.language, language)


def _by_run(bars: Sequence[Bar]) -> list[tuple[str, list[Bar]]]:
    """Group the bars of a panel by run."""
    return [(run, list(of_run)) for run, of_run in groupby(bars, key=lambda bar: bar.run)]
