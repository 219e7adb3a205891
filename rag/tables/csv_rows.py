"""Rows of a CSV file of any size, one by one, whichever of comma, tab, semicolon and bar delimits its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from rag.tables.cell_text import ERRORS
from rag.tables.header import Known, TableRow, find_header
from rag.text.lines import TextLine

_DELIMITERS = ",\t;|"
_STATED = re.compile(r"(?:\ufeff)?\"?sep=(.)\"?[\r\n]*", re.IGNORECASE)
"""A first line for Excel that names the delimiter; the file's table begins below it."""
_AS_TEXT = re.compile(r"\A=\"([^\"]*)\"\Z")
"""A number as programs write it for Excel, which then keeps its zeros: ="0012"."""
_SAMPLE = 20
"""Lines from which the delimiter is chosen, not counting blank ones."""
_LINES = 1000
"""Lines among which these are looked for."""
_LONGEST_CELL = 16 * 1024 * 1024
"""In characters; without a limit an open quotation mark would take in the rest of the file."""


class BrokenCsv(Exception):
    """A CSV that cannot be divided into rows from `row` on. Readers turn it into an error that names the file."""

    def __init__(self, row: TableRow) -> None:
        super().__init__(row.fault)
        self.row = row


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """The delimiter of a CSV file, and its first line if that names it."""

    delimiter: str
    stated: str = ""


def csv_rows(lines: Iterable[TextLine], known: Known | None = None) -> Iterator[TableRow]:
    """Yield every row, blank ones too; one on a line with bytes that are not text has a fault. Raises BrokenCsv."""
    remaining = iter(lines)
    sample = _sample(remaining)
    faults: list[str] = []

    def texts() -> Iterator[str]:
        for number, line in enumerate(chain(sample, remaining), 1):
            if line.fault is not None:
                faults.append(f"line {number} of the file {line.fault}")
            yield line.text

    csv.field_size_limit(_LONGEST_CELL)
    dialect = _dialect(sample, known)
    unread, begins = texts(), 1
    if dialect.stated:
        next(unread)
        begins = 2
    reader = csv.reader(unread, delimiter=dialect.delimiter, strict=True)
    number, before = 0, begins - 1
    try:
        for number, cells in enumerate(reader, 1):
            if faults:
                yield TableRow(number, begins, fault=faults[0])
                faults.clear()
            else:
                yield _row(number, begins, cells)
            begins = before + reader.line_num + 1
    except csv.Error as error:
        raise BrokenCsv(TableRow(number + 1, begins, fault=str(error))) from error


def csv_dialect(text: str, known: Known | None = None) -> CsvDialect:
    """Return how the cells of a CSV file are delimited."""
    return _dialect(_sample(map(TextLine, io.StringIO(text, newline=""))), known)


def _dialect(sample: Sequence[TextLine], known: Known | None) -> CsvDialect:
    stated = _STATED.fullmatch(sample[0].text) if sample else None
    if stated:
        return CsvDialect(stated.group(1), stated.group())
    return CsvDialect(_delimiter([line.text for line in sample], known))


def _row(number: int, line: int, cells: Sequence[str]) -> TableRow:
    texts = tuple(_AS_TEXT.sub(r"\1", cell.strip()) for cell in cells)
    errors = tuple((at, text) for at, text in enumerate(texts) if text[:1] == "#" and text in ERRORS)
    if errors:
        columns = dict(errors)
        texts = tuple("" if at in columns else text for at, text in enumerate(texts))
    return TableRow(number, line, texts, errors=errors)


def _sample(lines: Iterator[TextLine]) -> list[TextLine]:
    """Take the first of `_LINES`, up to `_SAMPLE` that are not blank and the first that cannot be read."""
    sample: list[TextLine] = []
    filled = 0
    for line in lines:
        sample.append(line)
        filled += bool(line.text.strip())
        if line.fault or filled == _SAMPLE or len(sample) == _LINES:
            break
    return sample


def _delimiter(lines: Sequence[str], known: Known | None) -> str:
    """Return the delimiter that gives a known header; else one that gives all rows as many cells, the most cells.

    Else it is the commonest in the first line. If that line is a title without any, it is the one that gives a header
    below the fewest titles, or else a comma.
    """
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ","
    tables = {delimiter: _rows(lines, delimiter) for delimiter in _DELIMITERS}
    headers = {delimiter: rows[find_header(rows, known)] for delimiter, rows in tables.items() if rows}
    if expected := [delimiter for delimiter, row in headers.items() if known and known(row.names)]:
        return max(expected, key=lambda delimiter: len(headers[delimiter].filled))
    even = [delimiter for delimiter, rows in tables.items() if _width(rows) > 1]
    if even:
        return max(even, key=lambda delimiter: _width(tables[delimiter]))
    best = max(_DELIMITERS, key=lines[0].count)
    if best in lines[0]:
        return best
    below_titles = [delimiter for delimiter, rows in tables.items() if find_header(rows) and _even(delimiter, rows)]
    return min(below_titles, key=lambda delimiter: find_header(tables[delimiter]), default=",")


def _width(rows: Sequence[TableRow]) -> int:
    """Return the number of cells that all of several rows have; 0 if it differs, or there is but one row."""
    widths = {len(row.cells) for row in rows}
    return widths.pop() if len(widths) == 1 and len(rows) > 1 else 0


def _even(delimiter: str, rows: Sequence[TableRow]) -> bool:
    """Tell whether a delimiter that is not a comma gives all rows as many cells as the header; prose rarely does."""
    return delimiter == "," or len({len(row.cells) for row in rows[find_header(rows) :]}) == 1


def _rows(lines: Sequence[str], delimiter: str) -> list[TableRow]:
    """Return the rows of a sample; with enough rows, without the last one, which may be incomplete."""
    cells: list[tuple[str, ...]] = []
    with suppress(csv.Error):  # csv_rows raises it where the rows are given
        cells += (tuple(map(str.strip, row)) for row in csv.reader(lines, delimiter=delimiter))
    rows = [TableRow(number, number, row) for number, row in enumerate(cells, 1) if any(row)]
    return rows[:-1] if len(lines) == _SAMPLE and len(rows) > 2 else rows
