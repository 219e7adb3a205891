"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.report.breakdown import failures_sentence, split_sentence, spread_sentence
from eval.report.grading_error import grading_text
from eval.report.headlines import comparison_text, contrast_text, headline, headline_figures, imported_headline
from eval.report.names import counted, display_name, place_name
from eval.report.records import Cell, Report, RunReport
from eval.report.same_passages import other_passages, passages_text
from eval.report.sentences import counts_sentence, percent
from eval.runs.cosine import THRESHOLDS
from eval.runs.graded import RunAnswer
from eval.runs.imported import ImportedReport

_COSINES = "cosine\n≥ " + "/".join(f"{cut:.2f}".removeprefix("0") for cut in THRESHOLDS)


def print_report(report: Report, console: Console | None = None) -> None:
    """Print every run: its model and set, its counts, its verdicts in words, and the questions fixed and broken.

    Several runs are shown side by side at the end.
    """
    console = console or Console(width=None if Console().is_terminal else 120, highlight=False, soft_wrap=False)
    for run in report.runs:
        _print_run(run, console)
    for imported in report.imported:
        _print_imported(imported, console)
    if len(report.names) > 1:
        _print_side_by_side(report, console)


def _print_run(run: RunReport, console: Console) -> None:
    identity = run.identity
    part = (
        ""
        if run.questions == run.of_questions
        else f", a sample of {run.questions} of {counted(run.of_questions, 'question')}"
    )
    console.print(Text(f"\n{run.name}: {identity.model_identity}, {identity.dataset}{part}", style="bold"))
    console.print(_counts(run))
    for use in run.uses:
        console.print(Text(f"Fallback grader: {use.text}"))
    for contrast in run.contrasts:
        if contrast is not run.headline:
            place = place_name(contrast.kind, contrast.language)
            console.print(Text(f"  {place}: {contrast_text(contrast, 'en')}"))
    console.print(Text(headline(run, "en"), style="bold"))
    console.print(Text(headline(run, "ja"), style="bold"))
    for figures in (headline_figures(run, "en"), headline_figures(run, "ja")):
        if figures is not None:
            console.print(Text(figures))
    console.print(Text(grading_text("en")))
    for line in _breakdown(run):
        console.print(Text(line))
    for name, fixed in (("Fixed by retrieval", True), ("Broken by retrieval", False)):
        pairs = run.changed(fixed=fixed)
        if pairs:
            console.print(Text(f"{name} ({len(pairs)}):", style="bold"))
        for without, with_ in pairs:
            console.print(Text(_change(without, with_)), overflow="ellipsis", no_wrap=True)


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


def _print_imported(imported: ImportedReport, console: Console) -> None:
    source = f": {imported.run.source}" if imported.run.source else ""
    console.print(Text(f"\n{imported.name}{source}", style="bold"))
    console.print(
        Text("Counts entered by hand: no answers to pair, and it is not known whether the questions were the same.")
    )
    for cell in imported.cells[:-1]:
        place = place_name(cell.kind, cell.language)
        console.print(Text(f"  {place}: {counts_sentence(cell.counts, 'en')}"))
    console.print(Text(imported_headline(imported, "en"), style="bold"))
    console.print(Text(imported_headline(imported, "ja")))


def _print_side_by_side(report: Report, console: Console) -> None:
    console.print(Text("\nSide by side, content correct under each condition", style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("type")
    table.add_column("language")
    counts = _by_place(report)
    for name in report.names:
        table.add_column(name, justify="right", overflow="fold", max_width=24)
    for kind, language in report.places:
        cells = [counts.get((name, kind, language), "") for name in report.names]
        table.add_row(display_name(kind), display_name(language), *cells)
    console.print(table)
    if not report.same_set:
        console.print(Text("These runs used different verification sets; their figures cannot be compared."))
    for uneven in other_passages(report.runs):
        console.print(Text(passages_text(uneven, "en")))
    for comparison in report.overall_comparisons:
        console.print(Text(comparison_text(comparison, "en"), style="bold"))
        console.print(Text(comparison_text(comparison, "ja")))


def _by_place(report: Report) -> dict[tuple[str, str, str], str]:
    """Return the counts by run, type and language as "32 → 36 of 61", conditions in the run's order."""
    by_place: dict[tuple[str, str, str], str] = {}
    for run in report.runs:
        for kind, language in dict.fromkeys((cell.kind, cell.language) for cell in run.cells):
            rates = [cell.correct for cell in run.cells if (cell.kind, cell.language) == (kind, language)]
            counts = " → ".join(str(rate.correct) for rate in rates)
            by_place[run.name, kind, language] = f"{counts} of {rates[0].total}"
    for imported in report.imported:
        for cell in imported.cells:
            before, after = cell.counts.baseline, cell.counts.treatment
            by_place[imported.name, cell.kind, cell.language] = f"{before.correct} → {after.correct} of {before.total}"
    return by_place


def _counts(run: RunReport) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("type", "language", "condition"):
        table.add_column(column)
    for column in ("correct", "%", "95 % interval", "language\nright", "both", "failed", "missing", _COSINES):
        table.add_column(column, justify="right")
    for cell in run.cells:
        table.add_row(*_row(cell), end_section=cell.condition is run.conditions[-1])
    return table


def _row(cell: Cell) -> tuple[str, ...]:
    low, high = cell.correct.interval.low, cell.correct.interval.high
    return (
        display_name(cell.kind),
        display_name(cell.language),
        display_name(cell.condition),
        f"{cell.correct.correct}/{cell.correct.total}",
        percent(cell.correct.value),
        f"{percent(low)}-{percent(high)}",
        str(cell.language_correct.correct),
        str(cell.both.correct),
        str(cell.failed),
        str(cell.missing),
        "/".join(str(count) for count in cell.above),
    )


def _change(without: RunAnswer, with_: RunAnswer) -> str:
    question = f"  {without.item.number:>4} {without.language} {_short(without.question, 40)}"
    return f"{question} [{_short(without.reference, 20)}]: {_short(without.answer, 20)} → {_short(with_.answer, 20)}"


def _short(text: str, width: int) -> str:
    """Return the text on one line of at most `width` columns; a Japanese letter takes two."""
    line = Text(" ".join(text.split()))
    line.truncate(width, overflow="ellipsis")
    return line.plain
