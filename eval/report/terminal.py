"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.report.audit import audit_table, audit_text
from eval.report.breakdown import failures_sentence, split_sentence, spread_sentence
from eval.report.count_tables import conditions_table, summary_table
from eval.report.grading_error import grading_text, unlabelled_text
from eval.report.headlines import (
    comparison_text,
    contrast_text,
    cost_sentence,
    headline,
    headline_figures,
    imported_headline,
    stopped_text,
)
from eval.report.names import counted, place_name
from eval.report.records import Report, RunReport
from eval.report.same_passages import other_passages, passages_text
from eval.report.sentences import counts_sentence
from eval.report.tables import abstention_table, groundedness_table
from eval.runs.graded import RunAnswer
from eval.runs.imported import ImportedReport
from rag.records import Language
from rag.tables.output import Medium, OutputTable
from rag.text.terminal_text import one_line, terminal_text

SIDE_BY_SIDE: Final[dict[Language, str]] = {"en": "Side by side", "ja": "実行の比較"}
OTHER_SETS: Final[dict[Language, str]] = {
    "en": "These runs used different verification sets; their figures cannot be compared.",
    "ja": "検証セットが異なるため、これらの実行の数値は比較できません。",
}

_LONGEST_WORD: Final = 16
"""Columns of a terminal that a word gets without being broken; a longer one, as of an arm's name, is."""
_ANY_WIDTH: Final = 10_000
_SENTENCES: Final = 40
"""Width of a column from which on it holds sentences, which go on in the next line."""


def print_report(report: Report, console: Console | None = None, language: Language = "en") -> None:
    """Print every run: its model and set, its counts, its verdicts in words, and the questions fixed and broken.

    Several runs are shown side by side at the end.
    """
    console = console or Console(width=None if Console().is_terminal else 120, highlight=False, soft_wrap=False)
    for run in report.runs:
        _print_run(run, console, language, alone=len(report.names) == 1)
    for imported in report.imported:
        _print_imported(imported, console)
    if len(report.names) > 1:
        _print_side_by_side(report, console, language)


def print_table(output: OutputTable[Any], language: Language = "en") -> None:
    """Print a table by itself; 120 columns wide if the output is not a terminal."""
    console = Console(width=None if Console().is_terminal else 120, highlight=False)
    console.print(_table(output, language, console))


def _print_run(run: RunReport, console: Console, language: Language, *, alone: bool) -> None:
    identity = run.identity
    total = counted(run.of_questions, "question")
    part = "" if run.questions == run.of_questions else f", a sample of {run.questions} of {total}"
    console.print(
        _shown("\n" + one_line(f"{run.name}: {identity.model_identity}, {identity.dataset}{part}"), style="bold")
    )
    if alone:
        console.print(_table(summary_table(Report((run,))).without("run"), language, console))
    for use in run.uses:
        console.print(_shown(f"Fallback grader: {use.text}"))
    if run.contrasts:
        hidden = () if run.ceiling else ("condition",)
        console.print(_table(conditions_table(Report((run,))).without("run", *hidden), language, console))
    if run.abstentions:
        console.print(_table(abstention_table(Report((run,))).without("run"), language, console))
    if run.groundedness:
        console.print(_table(groundedness_table(Report((run,))).without("run"), language, console))
    console.print(_shown(headline(run, "en"), style="bold"))
    console.print(_shown(headline(run, "ja"), style="bold"))
    for figures in (headline_figures(run, "en"), headline_figures(run, "ja")):
        if figures is not None:
            console.print(_shown(figures))
    _print_grading(run, console, language)
    if unlabelled := unlabelled_text(run, language):
        console.print(_shown(unlabelled))
    for line in _breakdown(run):
        console.print(_shown(line))
    for name, fixed in (("Fixed by retrieval", True), ("Broken by retrieval", False)):
        pairs = run.changed(fixed=fixed)
        if pairs:
            console.print(_shown(f"{name} ({len(pairs)}):", style="bold"))
        for without, with_ in pairs:
            console.print(_shown(_change(without, with_)), overflow="ellipsis", no_wrap=True)


def _print_grading(run: RunReport, console: Console, language: Language) -> None:
    """Print how often verdicts are wrong: in this run, where people judged a sample of it, else in general."""
    if run.audit is None:
        console.print(_shown(grading_text(language)))
        return
    console.print(_table(audit_table(Report((run,))).without("run"), language, console))
    for line in (*audit_text(run.audit, "en"), *audit_text(run.audit, "ja")):
        console.print(_shown(line))


def _breakdown(run: RunReport) -> Iterator[str]:
    """Yield a line each on failures, on the gold passage, on why retrieval did not help, and on repeats."""
    if failures := failures_sentence(run.answers):
        yield failures
    for contrast in run.ceiling[-1:]:
        yield contrast_text(contrast, "en")
    for split in run.splits[-1:]:
        yield split_sentence(split)
    for spread in run.spreads:
        yield spread_sentence(spread)
    if cost := cost_sentence(run):
        yield cost


def _print_imported(imported: ImportedReport, console: Console) -> None:
    source = f": {imported.run.source}" if imported.run.source else ""
    console.print(_shown("\n" + one_line(f"{imported.name}{source}"), style="bold"))
    console.print(
        _shown("Counts entered by hand: no answers to pair, and it is not known whether the questions were the same.")
    )
    for cell in imported.cells[:-1]:
        place = place_name(cell.kind, cell.language)
        console.print(_shown(f"  {place}: {counts_sentence(cell.counts, 'en')}"))
    console.print(_shown(imported_headline(imported, "en"), style="bold"))
    console.print(_shown(imported_headline(imported, "ja")))


def _print_side_by_side(report: Report, console: Console, language: Language) -> None:
    console.print(_shown("\n" + SIDE_BY_SIDE[language], style="bold"))
    console.print(_table(summary_table(report), language, console))
    if not report.same_set:
        console.print(_shown(OTHER_SETS[language]))
    if stopped := stopped_text(report, language):
        console.print(_shown(stopped))
    for uneven in other_passages(report.runs):
        console.print(_shown(passages_text(uneven, language)))
    for comparison in report.overall_comparisons:
        console.print(_shown(comparison_text(comparison, "en"), style="bold"))
        console.print(_shown(comparison_text(comparison, "ja")))


def _table(output: OutputTable[Any], language: Language, console: Console) -> Table:
    """Return a table with the columns that a terminal shows, numbers to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    columns = output.on(Medium.TERMINAL).columns
    for column in columns:
        numbers = any(isinstance(column.value(record), int | float) for record in output.records)
        title = column.name(language)
        texts = [title] if column.width >= _SENTENCES else [title, *(column.text(r, language) for r in output.records)]
        word = min(_LONGEST_WORD, max(cell_len(word) for text in texts for word in text.split() or [""]))
        table.add_column(
            _shown(title),
            justify="right" if numbers else "left",
            overflow="fold",
            min_width=word,
        )
    for record in output.records:
        table.add_row(*(_shown(column.text(record, language)) for column in columns))
    if console.measure(table, options=console.options.update(width=_ANY_WIDTH)).maximum > console.width:
        for drawn in table.columns:
            if drawn.justify == "right":  # titles of numbers give way before names do
                drawn.max_width = drawn.min_width
    return table


def _shown(text: str, style: str = "") -> Text:
    return Text(terminal_text(text), style)


def _change(without: RunAnswer, with_: RunAnswer) -> str:
    question = f"  {without.item.number:>4} {without.language} {_short(without.question, 40)}"
    return f"{question} [{_short(without.reference, 20)}]: {_short(without.answer, 20)} → {_short(with_.answer, 20)}"


def _short(text: str, width: int) -> str:
    """Return the text on one line of at most `width` columns; a Japanese letter takes two."""
    line = Text(one_line(text))
    line.truncate(width, overflow="ellipsis")
    return line.plain
