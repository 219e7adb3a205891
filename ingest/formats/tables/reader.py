"""Tables, CSV and Excel: the first row below any title (see `caption`) is the header, every row below it a document."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import BinaryIO

from ingest.formats.archive import check_archive
from ingest.formats.tables.columns import choose, lines, missing, role
from ingest.formats.tables.merged_cells import Merged
from ingest.formats.tables.title_rows import Row, captioned
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument
from rag.tables.xlsx import read_sheets
from rag.text.lines import Line, read_lines

_UNQUOTED = "Is a comma not quoted?"
_NO_HEADER = "Give every column a header, in the first row of the table."
_UNSAVED = "Formulas of this sheet whose values were not saved, this one first; they are read as empty cells"
_COMPUTE = "Open the file in Excel or LibreOffice and save it: that computes them."
_LONGEST_CELL = 16 * 1024 * 1024
"""In characters; without a limit an open quotation mark would take in the rest of the file."""


def read_csv(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a row: `#id=<id>` where there is a column id, else `#row=<number>`, counted as a spreadsheet does.

    Rows are read one by one; one with bytes that are no text is a Fault.
    """
    csv.field_size_limit(_LONGEST_CELL)
    yield from _documents(_csv_rows(read_lines(stream, name), name), options, at="row=")


def read_xlsx(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """A document a row of every sheet: `#<sheet>!id=<id>` where there is a column id, else `#<sheet>!<row>`.

    Each sheet has a header of its own. Formulas count as what they gave when the file was saved; where that was not
    saved, a Fault says so. Cells below the header that are merged downwards say in each of their rows the same.
    """
    check_archive(stream, name)
    for sheet in read_sheets(stream):
        facts, here = sheet.facts, f"{sheet.title}!"
        yield from _documents(enumerate(sheet.rows, 1), options, at=here, sheet=here, merged=Merged(facts.merged))
        if facts.unsaved:
            yield Fault(f"{_UNSAVED}: {facts.unsaved}", f"{here}{facts.first}", _COMPUTE)


def _csv_rows(lines: Iterator[Line], name: str) -> Iterator[tuple[int, Row | Fault]]:
    """Rows from 1 on. Raises UnreadableDocument where one cannot be told from the next."""
    faults: list[str] = []
    blank, first = 0, Line("")
    for first in lines:
        if first.text.strip() or first.fault:
            break
        blank += 1

    def texts() -> Iterator[str]:
        for number, line in enumerate(chain(repeat(Line("\n"), blank), [first], lines), 1):
            if line.fault is not None:
                faults.append(f"line {number} of the file {line.fault}")
            yield line.text

    reader = csv.reader(texts(), delimiter=max(",\t;", key=first.text.count), strict=True)
    number, begins = 0, 1
    try:
        for number, row in enumerate(reader, 1):
            yield number, Fault(f"This row cannot be read: {faults[0]}", f"row={number}") if faults else row
            faults.clear()
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableDocument(
            f"From row {number + 1} (line {begins}) on this is no CSV: {error}",
            where=name,
            do="Is a quotation mark left open?",
        ) from error


def _documents(
    rows: Iterable[tuple[int, Row | Fault]],
    options: ReadOptions,
    *,
    at: str,
    sheet: str = "",
    merged: Merged | None = None,
) -> Iterator[Part | Fault]:
    """The documents of a table whose rows come with their numbers; blank rows are passed over.

    What stands above its header is their title, where they have none of their own.
    """
    header: list[str] = []
    columns: frozenset[int] = frozenset()
    table = captioned(rows)
    for number, row in table.rows:
        if isinstance(row, Fault):
            yield row
            if header:
                continue
            return
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if header:
            if merged is not None:
                merged.fill(cells, number, columns)
            yield _row(header, cells, options, f"{at}{number}", sheet, table.caption)
            continue
        header = [cell or f"column {place}" for place, cell in enumerate(cells, 1)]
        columns = frozenset(place for place, cell in enumerate(header) if role(cell) != "id")
        if absent := missing([(cell, "") for cell in header], options.columns):
            yield Fault(f"This table has no column {absent}; it has {', '.join(header)}", f"{at}{number}")
            return


def _row(
    header: Sequence[str], cells: Sequence[str], options: ReadOptions, place: str, sheet: str, caption: str
) -> Part | Fault:
    if any(cells[len(header) :]):
        what = f"This row has {len(cells)} cells under {len(header)} headers"
        return Fault(what, place, _NO_HEADER if sheet else _UNQUOTED)
    fields = [*zip(header, cells, strict=False), *((name, "") for name in header[len(cells) :])]
    record = choose(fields, options.columns)
    text = lines(fields) if record.text is None else record.text
    title = record.title or caption or None
    return Part(text, f"{sheet}id={record.id}" if record.id else place, place, title, record.language)
