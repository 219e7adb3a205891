"""Make data/verify100.xlsx from data/verify100.csv: `python -m eval.data_workbook`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from rag.storage.atomic import write_bytes
from rag.tables.files import Row
from rag.tables.workbook import fill, saved

DATA = Path(__file__).parent / "data"
CSV = DATA / "verify100.csv"
XLSX = DATA / "verify100.xlsx"
_WIDTHS = (6, 60, 30, 60, 30, 16, 30, 30, 36, 14, 50, 14)


def main() -> None:
    """Write the workbook; NO as numbers, everything else as text."""
    from openpyxl import Workbook

    with CSV.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    book = Workbook()
    sheet = book.active
    sheet.title = "verify100"
    table: list[Row] = [tuple(header)]
    table += [(int(row[0]), *row[1:]) for row in rows]
    fill(sheet, table)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    write_bytes(XLSX, saved(book))
    sys.stdout.write(f"{XLSX.name}: {len(rows)} questions\n")


if __name__ == "__main__":
    main()
