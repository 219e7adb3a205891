"""Change a few cells of a CSV file, and leave its other rows and texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from rag.errors import DatasetError
from rag.tables.csv_rows import csv_dialect
from rag.tables.escape import csv_cell
from rag.tables.header import Known, TableRow


def edit_csv_row(text: str, known: Known, header: TableRow, row: int, values: Mapping[str, str]) -> bytes:
    """Return the file with `values`, by header, in a row (from 1), as UTF-8 with a byte order mark.

    A column that is not there yet is added beside all others. Raises DatasetError if the rows are not there.
    """
    dialect = csv_dialect(text, known)
    body = text[len(dialect.stated) :]
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=dialect.delimiter))
    if max(row, header.number) > len(rows):
        raise DatasetError("The table with the questions is not found any more", do="Load the page again.")
    names = [cell.strip() for cell in rows[header.number - 1]]
    for name, value in values.items():
        if name not in names:
            names += [""] * (max(map(len, rows)) - len(names)) + [name]
            _write(rows[header.number - 1], len(names) - 1, name)
        _write(rows[row - 1], names.index(name), csv_cell(value))
    buffer = io.StringIO(newline="")
    ending = "\r\n" if "\r\n" in text else "\n"
    csv.writer(buffer, delimiter=dialect.delimiter, lineterminator=ending).writerows(rows)
    return (dialect.stated + buffer.getvalue()).removeprefix("\ufeff").encode("utf-8-sig")


def _write(cells: list[str], column: int, value: str) -> None:
    cells += [""] * (column + 1 - len(cells))
    cells[column] = value
