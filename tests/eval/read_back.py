"""The outputs of a report, read back as values."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
from rich.console import Console

from eval.report.records import Report
from eval.report.terminal import print_report
from rag.records import Language


def terminal(report: Report, width: int = 220, language: Language = "en") -> str:
    buffer = io.StringIO()
    print_report(report, Console(file=buffer, width=width, highlight=False), language)
    return buffer.getvalue()


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def read_sheet(path: Path, name: str) -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)[name].iter_rows(values_only=True)]


def as_shown(value: object) -> object:
    """A cell as Excel shows it: an empty one as "", 1.0 as 1."""
    text = "" if value is None else str(value)
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(e-\d+)?", text) else text


def table(rows: list[list[object]] | list[list[str]]) -> list[dict[str, object]]:
    """Rows under a header as one mapping each."""
    header, *rest = rows
    return [{str(name): as_shown(one) for name, one in zip(header, row, strict=True)} for row in rest]
