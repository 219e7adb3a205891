"""The report on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.report import ALL, Cell, Graded, Report, RunReport
from eval.similarity import THRESHOLDS
from eval.verdict_words import percent, sentence

_COSINES = "cosine\n≥ " + "/".join(f"{cut:.2f}".removeprefix("0") for cut in THRESHOLDS)


def print_report(report: Report, console: Console | None = None) -> None:
    """Print every run: what it was, its counts, its verdicts in words, and the questions fixed and broken."""
    console = console or Console(width=None if Console().is_terminal else 120, highlight=False, soft_wrap=False)
    for run in report.runs:
        _print_run(run, console)


def _print_run(run: RunReport, console: Console) -> None:
    identity = run.identity
    part = "" if run.questions == run.of_questions else f", a sample of {run.questions} of {run.of_questions} questions"
    console.print(Text(f"\n{run.name}: {identity.model_identity}, {identity.dataset}{part}", style="bold"))
    console.print(_counts(run))
    for use in run.uses:
        console.print(Text(f"Below the ladder, {use.text}"))
    for contrast in run.contrasts:
        if (contrast.kind, contrast.language) == (ALL, ALL):
            console.print(Text(sentence(contrast.effect, "en"), style="bold"))
            console.print(Text(sentence(contrast.effect, "ja")))
        else:
            console.print(Text(f"  {contrast.kind}, {contrast.language}: {sentence(contrast.effect, 'en')}"))
    for name, fixed in (("Fixed by retrieval", True), ("Broken by retrieval", False)):
        pairs = run.changed(fixed=fixed)
        if pairs:
            console.print(Text(f"{name} ({len(pairs)}):", style="bold"))
        for without, with_ in pairs:
            console.print(Text(_change(without, with_)), overflow="ellipsis", no_wrap=True)


def _counts(run: RunReport) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("type", "language", "condition"):
        table.add_column(column)
    for column in ("correct", "%", "95 % interval", "language\nright", "both", "failed", _COSINES):
        table.add_column(column, justify="right")
    for cell in run.cells:
        table.add_row(*_row(cell), end_section=cell.condition is run.conditions[-1])
    return table


def _row(cell: Cell) -> tuple[str, ...]:
    low, high = cell.correct.interval.low, cell.correct.interval.high
    return (
        cell.kind,
        cell.language,
        str(cell.condition),
        f"{cell.correct.correct}/{cell.correct.total}",
        percent(cell.correct.value),
        f"{percent(low)}-{percent(high)}",
        str(cell.language_correct.correct),
        str(cell.both.correct),
        str(cell.failed),
        "/".join(str(count) for count in cell.above),
    )


def _change(without: Graded, with_: Graded) -> str:
    question = f"  {without.item.number:>4} {without.language} {_short(without.question, 40)}"
    return f"{question} [{_short(without.reference, 20)}]: {_short(without.answer, 20)} → {_short(with_.answer, 20)}"


def _short(text: str, width: int) -> str:
    """The text on one line of at most `width` columns, in which a Japanese letter takes two."""
    line = Text(" ".join(text.split()))
    line.truncate(width, overflow="ellipsis")
    return line.plain
