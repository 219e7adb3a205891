"""The report as files: an HTML page, an Excel workbook and CSV tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.report import tables as rows
from eval.report.html import html_page
from eval.report.records import Report
from rag.storage.atomic import write_bytes, write_text
from rag.tables.files import csv_bytes
from rag.tables.workbook import Sheet, workbook


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report."""

    html: Path
    xlsx: Path
    answers: Path
    summary: Path
    comparison: Path


def write_all(report: Report, folder: Path) -> Written:
    """Write report.html, report.xlsx, answers.csv, summary.csv and comparison.csv into a folder.

    The CSV files are UTF-8 with a byte order mark, which Excel needs to read Japanese.
    """
    summary, comparison, answers, *others = sheets(report)
    written = Written(
        html=folder / "report.html",
        xlsx=folder / "report.xlsx",
        answers=folder / "answers.csv",
        summary=folder / "summary.csv",
        comparison=folder / "comparison.csv",
    )
    write_text(written.html, html_page(report))
    write_bytes(written.xlsx, workbook([summary, comparison, answers, *others]))
    for path, sheet in ((written.answers, answers), (written.summary, summary), (written.comparison, comparison)):
        write_bytes(path, csv_bytes([sheet.columns, *sheet.rows]))
    return written


def sheets(report: Report) -> tuple[Sheet, ...]:
    """The tables of the workbook, in their order there."""
    spread = rows.spread_rows(report)
    return (
        Sheet("summary", rows.SUMMARY_COLUMNS, rows.summary_rows(report)),
        Sheet("comparison", rows.COMPARISON_COLUMNS, rows.comparison_rows(report)),
        Sheet(
            "answers", rows.ANSWER_COLUMNS, rows.answer_rows(report), printed=rows.ANSWER_COLUMNS.index("reason") + 1
        ),
        Sheet("fixed", rows.CHANGE_COLUMNS, rows.change_rows(report, fixed=True)),
        Sheet("broken", rows.CHANGE_COLUMNS, rows.change_rows(report, fixed=False)),
        Sheet("retrieval split", rows.SPLIT_COLUMNS, rows.breakdown_rows(report)),
        *([Sheet("repeats", rows.SPREAD_COLUMNS, spread)] if spread else []),
        Sheet("settings", rows.setting_columns(report), rows.setting_rows(report), wide_from=2),
    )
