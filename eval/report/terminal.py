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
from eval.report.count_tables import conditions_table, summary_table, totals_table
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
from rag.messages import translated
from rag.records import Language
from rag.tables.output import Medium, OutputTable
from rag.text.terminal_text import one_line, terminal_text

SIDE_BY_SIDE: Final[dict[Language, str]] = {"en": "Side by side", "ja": "実行の比較"}
OTHER_SETS: Final[dict[Language, str]] = {
    "en": "These runs used different verification sets; their figures cannot be compared.",
    "ja": "検証セットが異なるため、これらの実行の数値は比較できません。",
}
BY_HAND: Final[dict[Language, str]] = {
    "en": "Counts entered by hand: no answers to pair, and it is not known whether the questions were the same.",
    "ja": "手で入力した件数です。回答を対応づけられず、同じ質問だったかどうかも分かりません。",
}
FALLBACK: Final[dict[Language, str]] = {"en": "Fallback grader", "ja": "追加の採点"}
VERDICTS: Final[dict[Language, tuple[Language, ...]]] = {"en": ("en", "ja"), "ja": ("ja",)}
"""The languages of verdicts: a reader of English may report to one of Japanese."""

_LONGEST_WORD: Final = 16
"""Columns of a terminal that a word gets without being broken; a longer one, as of an arm's name, is."""
_ANY_WIDTH: Final = 10_000
_SENTENCES: Final = 40
"""Width of a column from which on it holds sentences, which go on in the next line."""


def print_report(report: Report, console: Console | None = None, language: Language = "en") -> None:
    """Print every run: its model and set, its counts, its verdicts in words, and the questions fixed and broken.

    The totals of several runs are shown side by side at the end.
    """
    console = console or Console(width=None if Console().is_terminal else 120, highlight=False, soft_wrap=False)
    for run in report.runs:
        _print_run(run, console, language, alone=len(report.names) == 1)
    for imported in report.imported:
        _print_imported(imported, console, language)
    if len(report.names) > 1:
        _print_side_by_side(report, console, language)


def print_table(output: OutputTable[Any], language: Language = "en") -> None:
    """Print a table by itself; 120 columns wide if the output is not a terminal."""
    console = Console(width=None if Console().is_terminal else 120, highlight=False)
    console.print(_table(output, language, console))


def _print_run(run: RunReport, console: Console, language: Language, *, alone: bool) -> None:
    console.print(_shown("\n" + one_line(_about(run, language)), style="bold"))
    if alone:
        console.print(_table(summary_table(Report((run,))).without("run"), language, console))
    for use in run.uses:
        console.print(_shown(f"{FALLBACK[language]}: {translated(use.text, language)}"))
    if run.contrasts:
        hidden = () if run.ceiling else ("condition",)
        console.print(_table(conditions_table(Report((run,))).without("run", *hidden), language, console))
    if run.abstentions:
        console.print(_table(abstention_table(Report((run,))).without("run"), language, console))
    if run.groundedness:
        console.print(_table(groundedness_table(Report((run,))).without("run"), language, console))
    _print_headline(run, console, language)
    _print_grading(run, console, language)
    if unlabelled := unlabelled_text(run, language):
        console.print(_shown(unlabelled))
    for line in _breakdown(run, language):
        console.print(_shown(line))
    for fixed in (True, False):
        pairs = run.changed(fixed=fixed)
        if pairs:
            console.print(_shown(_changed_text(len(pairs), language, fixed=fixed), style="bold"))
        for without, with_ in pairs:
            console.print(_shown(_change(without, with_)), overflow="ellipsis", no_wrap=True)


def _print_headline(run: RunReport, console: Console, language: Language) -> None:
    """Print the verdict, then its figures."""
    for each in VERDICTS[language]:
        console.print(_shown(headline(run, each), style="bold"))
    for figures in (headline_figures(run, each) for each in VERDICTS[language]):
        if figures is not None:
            console.print(_shown(figures))


def _print_grading(run: RunReport, console: Console, language: Language) -> None:
    """Print how often verdicts are wrong: in this run, where people judged a sample of it, else in general."""
    if run.audit is None:
        console.print(_shown(grading_text(language)))
        return
    console.print(_table(audit_table(Report((run,))).without("run"), language, console))
    for line in (line for each in VERDICTS[language] for line in audit_text(run.audit, each)):
        console.print(_shown(line))


def _about(run: RunReport, language: Language) -> str:
    """Return the run, its model and its set, and of how many questions it is a sample."""
    text = f"{run.name}: {run.identity.model_identity}, {run.identity.dataset}"
    if run.questions == run.of_questions:
        return text
    if language == "ja":
        return f"{text}（{run.of_questions:,} 問のうち {run.questions:,} 問を抜き出した実行）"
    return f"{text}, a sample of {run.questions} of {counted(run.of_questions, 'question')}"


def _changed_text(number: int, language: Language, *, fixed: bool) -> str:
    if language == "ja":
        return f"{'検索で改善' if fixed else '検索で悪化'}（{number} 件）："
    return f"{'Fixed' if fixed else 'Broken'} by retrieval ({number}):"


def _breakdown(run: RunReport, language: Language) -> Iterator[str]:
    """Yield a line each on failures, on the gold passage, on why retrieval did not help, and on repeats."""
    if failures := failures_sentence(run.answers, language):
        yield failures
    for contrast in run.ceiling[-1:]:
        yield contrast_text(contrast, language)
    for split in run.splits[-1:]:
        yield split_sentence(split, language)
    for spread in run.spreads:
        yield spread_sentence(spread, language)
    if cost := cost_sentence(run, language):
        yield cost


def _print_imported(imported: ImportedReport, console: Console, language: Language) -> None:
    source = f": {imported.run.source}" if imported.run.source else ""
    console.print(_shown("\n" + one_line(f"{imported.name}{source}"), style="bold"))
    console.print(_shown(BY_HAND[language]))
    for cell in imported.cells[:-1]:
        place = place_name(cell.kind, cell.language, language)
        console.print(_shown(f"  {place}: {counts_sentence(cell.counts, language)}"))
    for each in VERDICTS[language]:
        console.print(_shown(imported_headline(imported, each), style="bold"))


def _print_side_by_side(report: Report, console: Console, language: Language) -> None:
    console.print(_shown("\n" + SIDE_BY_SIDE[language], style="bold"))
    console.print(_table(totals_table(report), language, console))
    if not report.same_set:
        console.print(_shown(OTHER_SETS[language]))
    if stopped := stopped_text(report, language):
        console.print(_shown(stopped))
    for uneven in other_passages(report.runs):
        console.print(_shown(passages_text(uneven, language)))
    for comparison in report.overall_comparisons:
        for each in VERDICTS[language]:
            console.print(_shown(comparison_text(comparison, each), style="bold"))


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
