"""The report as files: an Excel workbook and CSV tables."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cells import xlsx_text
from eval.html import html_page
from eval.report import Graded, Report, RunReport
from eval.similarity import THRESHOLDS
from eval.tables import Row, csv_bytes
from eval.verdict_words import sentence
from rag.publish import write_bytes, write_text

ANSWER_COLUMNS = (
    "NO", "instruction", "type", "Reference", "Answer", "verdict", "language right", "run", "language", "condition",
    "outcome", "rung", "reason", "cosine", "cut off", "asked again", "sources", "error", "seconds",
)  # fmt: skip
SUMMARY_COLUMNS = (
    "run", "model", "type", "language", "condition", "correct", "total", "rate", "low 95 %", "high 95 %",
    "language right", "both", "failed", "unparsed", "refused", "cut off", "asked again",
    *(f"cosine ≥ {cut:.2f}" for cut in THRESHOLDS), "rungs below the ladder",
)  # fmt: skip
COMPARISON_COLUMNS = (
    "run", "type", "language", "no_rag", "rag", "total", "difference", "low 95 %", "high 95 %", "fixed", "broken", "p",
    "p (Holm)", "test", "effect", "in words", "日本語",
)  # fmt: skip
_WIDTHS = {"instruction": 50, "Reference": 24, "Answer": 50, "reason": 30, "sources": 40, "in words": 90, "日本語": 90}
_FONT = "Yu Gothic"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report."""

    html: Path
    xlsx: Path
    answers: Path
    summary: Path


def write_all(report: Report, folder: Path) -> Written:
    """Write report.html, report.xlsx, answers.csv and summary.csv into a folder.

    The CSV files are UTF-8 with a byte order mark, which Excel needs to read Japanese.
    """
    html, xlsx = folder / "report.html", folder / "report.xlsx"
    answers, summary = folder / "answers.csv", folder / "summary.csv"
    write_text(html, html_page(report))
    write_bytes(xlsx, _workbook(report))
    write_bytes(answers, csv_bytes([ANSWER_COLUMNS, *answer_rows(report)]))
    write_bytes(summary, csv_bytes([SUMMARY_COLUMNS, *summary_rows(report)]))
    return Written(html, xlsx, answers, summary)


def answer_rows(report: Report) -> list[Row]:
    """A row for every question, language and condition."""
    return [_answer_row(run, one) for run in report.runs for one in run.answers]


def summary_rows(report: Report) -> list[Row]:
    """A row for every condition, type and language."""
    return [
        (
            run.name, run.identity.model_identity, cell.kind, cell.language, str(cell.condition),
            cell.correct.correct, cell.correct.total, _rounded(cell.correct.value),
            _rounded(cell.correct.interval.low), _rounded(cell.correct.interval.high),
            cell.language_correct.correct, cell.both.correct, cell.failed, cell.unparsed, cell.refused, cell.cut_off,
            cell.asked_again, *cell.above, "; ".join(use.text for use in run.uses) or "none",
        )
        for run in report.runs
        for cell in run.cells
    ]  # fmt: skip


def comparison_rows(report: Report) -> list[Row]:
    """A row for every cell in which retrieval is compared."""
    rows: list[Row] = []
    for run in report.runs:
        for contrast in run.contrasts:
            effect, cell = contrast.effect, contrast.effect.comparison
            change = cell.difference
            rows.append(
                (
                    run.name, contrast.kind, contrast.language, cell.baseline.correct, cell.treatment.correct, cell.n,
                    _rounded(change.estimate), _rounded(change.interval.low), _rounded(change.interval.high),
                    cell.fixed, cell.broken, _rounded(cell.p, 6), _rounded(effect.adjusted_p, 6), cell.test,
                    effect.direction, sentence(effect, "en"), sentence(effect, "ja"),
                )
            )  # fmt: skip
    return rows


def _answer_row(run: RunReport, one: Graded) -> Row:
    answer = None if one.recorded is None else one.recorded.answer
    hits = () if answer is None else answer.hits
    number = int(one.item.number) if one.item.number.isdecimal() else one.item.number
    return (
        number, one.question, one.item.kind, one.reference, one.answer, "correct" if one.verdict.correct else "wrong",
        "yes" if one.verdict.language_correct else "no", run.name, one.language, str(one.condition),
        str(one.verdict.content), str(one.verdict.rung), one.verdict.reason, one.cosine,
        "yes" if answer is not None and answer.cut_off else "no",
        "yes" if answer is not None and len(answer.attempts) > 1 else "no",
        "; ".join(f"[{hit.rank}] {hit.chunk.source}:{hit.chunk.start}-{hit.chunk.end}" for hit in hits), one.error,
        None if one.recorded is None else one.recorded.seconds,
    )  # fmt: skip


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def _workbook(report: Report) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _sheet(book, "summary", SUMMARY_COLUMNS, summary_rows(report))
    _sheet(book, "comparison", COMPARISON_COLUMNS, comparison_rows(report))
    _sheet(book, "answers", ANSWER_COLUMNS, answer_rows(report))
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook as the bytes of an .xlsx file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sheet(book: Any, title: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    from openpyxl.styles import Font

    sheet = book.create_sheet(title)
    fill(sheet, [tuple(columns), *rows])
    for cell in sheet[1]:
        cell.font = Font(name=_FONT, bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = _WIDTHS.get(column, 14)


def fill(sheet: Any, rows: Sequence[Row]) -> None:
    """Write rows from the top left; text stays text, whatever it begins with."""
    from openpyxl.styles import Alignment, Font

    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.font = Font(name=_FONT)
            if isinstance(value, str):
                cell.value = xlsx_text(value)
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value
