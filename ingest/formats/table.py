"""Tables, CSV and Excel: the first row that is not blank is the header, every row below it a document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time

from ingest.formats.office import check_archive
from ingest.formats.parts import Fault, Part, ReadOptions
from ingest.formats.record import choose, lines, missing
from rag.decode import decode
from rag.errors import UnreadableDocument

Row = Sequence[str]
_LONGEST_CELL = 64 * 1024 * 1024


def read_csv(data: bytes, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a row: `#id=<id>` where there is a column id, else `#row=<number>`, counted as a spreadsheet does."""
    text = decode(data, name)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    yield from _documents(_numbered(reader, name), options, at="row=")


def read_xlsx(data: bytes, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a row of every sheet: `#<sheet>!id=<id>` where there is a column id, else `#<sheet>!<row>`.

    Each sheet has a header of its own. Formulas count as what they gave when the file was saved.
    """
    import openpyxl

    check_archive(data, name)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its size may be wrong
            rows = enumerate(([_shown(value) for value in row] for row in sheet.iter_rows(values_only=True)), 1)
            yield from _documents(rows, options, at=f"{sheet.title}!", sheet=f"{sheet.title}!")
    finally:
        book.close()


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows from 1 on. Raises UnreadableDocument where one cannot be told from the next."""
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            yield number, row
    except csv.Error as error:
        raise UnreadableDocument(
            f"From row {number + 1} on this is no CSV: {error}", where=name, do="Is a quotation mark left open?"
        ) from error


def _documents(
    rows: Iterable[tuple[int, Row]], options: ReadOptions, *, at: str, sheet: str = ""
) -> Iterator[Part | Fault]:
    """The documents of a table whose rows come with their numbers; blank rows are passed over."""
    header: list[str] = []
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if header:
            yield _row(header, cells, options, f"{at}{number}", sheet)
            continue
        header = [cell or f"column {place}" for place, cell in enumerate(cells, 1)]
        if absent := missing([(cell, "") for cell in header], options.columns):
            yield Fault(f"This table has no column {absent}; it has {', '.join(header)}", f"{at}{number}")
            return


def _row(header: Sequence[str], cells: Sequence[str], options: ReadOptions, place: str, sheet: str) -> Part | Fault:
    if any(cells[len(header) :]):
        return Fault(f"This row has {len(cells)} cells under {len(header)} headers", place, "Is a comma not quoted?")
    fields = [*zip(header, cells, strict=False), *((name, "") for name in header[len(cells) :])]
    record = choose(fields, options.columns)
    text = lines(fields) if record.text is None else record.text
    return Part(text, f"{sheet}id={record.id}" if record.id else place, place, record.title, record.language)


def _delimiter(text: str) -> str:
    """What stands most often in the first line: a comma, a tab or a semicolon."""
    first = text.lstrip().split("\n", 1)[0]
    return max(",\t;", key=first.count)


def _shown(value: object) -> str:
    """A cell as its sheet shows it: an empty one as "", 1.0 as "1", midnight without the time."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)
