"""The report as files: an HTML page, an Excel workbook and CSV tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.report.html import html_page
from eval.report.records import Report
from eval.report.tables import report_tables
from rag.errors import SettingsError
from rag.messages import Message
from rag.records import Language
from rag.storage.atomic import write_bytes, write_text
from rag.tables.output import OutputTable
from rag.tables.workbook import workbook


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files of a report."""

    html: Path
    xlsx: Path
    answers: Path
    summary: Path
    comparison: Path


def write_all(report: Report, folder: Path, language: Language = "en") -> ReportFiles:
    """Write report.html, report.xlsx, answers.csv, summary.csv and comparison.csv into a folder. Raises CannotWrite."""
    tables = report_tables(report)
    summary, comparison, answers, *_ = tables
    files = ReportFiles(
        html=folder / "report.html",
        xlsx=folder / "report.xlsx",
        answers=folder / "answers.csv",
        summary=folder / "summary.csv",
        comparison=folder / "comparison.csv",
    )
    write_text(files.html, html_page(report, language))
    write_bytes(files.xlsx, workbook(tables, language))
    for path, table in ((files.answers, answers), (files.summary, summary), (files.comparison, comparison)):
        write_bytes(path, table.to_csv())
    return files


def write_table(table: OutputTable[Any], out: Path, language: Language = "en") -> None:
    """Write a table as .xlsx or .csv. Raises SettingsError for another extension, and CannotWrite."""
    suffix = out.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise SettingsError(Message("The table must be .xlsx or .csv, not {out!r}", out=out.name))
    write_bytes(out, workbook([table], language) if suffix == ".xlsx" else table.to_csv())
