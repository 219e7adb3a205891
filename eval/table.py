"""The report on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.report import ALL, Cell, Graded, Report, RunReport
from eval.similarity import THRESHOLDS
from eval.verdict_words import percent, sentence

_SHOWN = 60


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
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    columns = ("type", "language", "condition", "correct", "%", "95 % interval", "language right", "both", "failed")
    for column in columns:
        table.add_column(column, justify="left" if column in ("type", "language", "condition") else "right")
    table.add_column("cosine ≥ " + " / ".join(f"{cut:.2f}" for cut in THRESHOLDS), justify="right")
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
        " / ".join(str(count) for count in cell.above),
    )


def _change(without: Graded, with_: Graded) -> str:
    question = f"  {without.item.number:>4} {without.language} {_short(without.question)} [{_short(without.reference)}]"
    return f"{question}: {_short(without.answer)} → {_short(with_.answer)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
