"""CSV and Excel tables as documents: every row below the header (see `rag.tables.header`) is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from ingest.formats.archive import check_archive
from ingest.formats.tables.columns import choose, lines, missing, role
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument
from rag.tables.csv_rows import BrokenCsv, csv_rows
from rag.tables.header import Known, TableRow, begin_table, beyond_header, describe_header
from rag.tables.merged_cells import MergedCells
from rag.tables.xlsx import read_sheets
from rag.text.lines import read_lines

_UNQUOTED = "Is a comma not quoted?"
_NO_HEADER = "Give every column a header, in the first row of the table."
_UNSAVED = "Formulas of this sheet whose values were not saved, this one first; they are read as empty cells"
_COMPUTE = "Open the file in Excel or LibreOffice and save it: that computes them."


def read_csv(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row: `#id=<id>` where there is a column id, else `#row=<number>`, as in a spreadsheet.

    Rows are read one by one; one on a line with bytes that are not text is a Fault. Raises UnreadableDocument where one
    row cannot be told from the next.
    """
    rows = csv_rows(read_lines(stream, name, options.encoding), _known(options.columns))
    try:
        yield from _documents(rows, options, position="row=")
    except BrokenCsv as broken:
        raise UnreadableDocument(
            f"From row {broken.row.number} (line {broken.row.line}) on, this is not valid CSV: {broken}",
            where=name,
            do="Is a quotation mark left open?",
        ) from broken


def read_xlsx(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row of every sheet: `#<sheet>!id=<id>` with a column id, else `#<sheet>!<row>`.

    Each sheet has its own header. A formula is read as the value that was saved with the file; where none was, a
    Fault says so. Every row that a cell merged downwards spans has its value.
    """
    check_archive(stream, name)
    for sheet in read_sheets(stream):
        facts, prefix = sheet.facts, f"{sheet.title}!"
        yield from _documents(
            sheet.table_rows(),
            options,
            position=prefix,
            sheet=prefix,
            merged=MergedCells(facts.merged),
        )
        if facts.unsaved:
            yield Fault(f"{_UNSAVED}: {facts.unsaved}", f"{prefix}{facts.first}", _COMPUTE)


def _known(columns: Sequence[str]) -> Known | None:
    """Return the test that recognises a header with all chosen columns; None if none are chosen."""
    return (lambda names: not missing(names, columns)) if columns else None


def _documents(
    rows: Iterable[TableRow],
    options: ReadOptions,
    *,
    position: str,
    sheet: str = "",
    merged: MergedCells | None = None,
) -> Iterator[Part | Fault]:
    """Yield the documents of a table. Those without a title have the table's, the text above its header."""
    table = begin_table(rows, _known(options.columns))
    header: list[str] = []
    ids: frozenset[int] = frozenset()
    for row in table.rows:
        if row.fault:
            yield Fault(f"This row cannot be read: {row.fault}", f"{position}{row.number}")
            if not header:
                return
        elif header:
            yield _document(
                header, merged.fill(row, ids) if merged else row, options, f"{position}{row.number}", sheet, table.title
            )
        else:
            header = [cell or f"column {column}" for column, cell in enumerate(row.cells, 1)]
            ids = frozenset(column for column, cell in enumerate(header) if role(cell) == "id")
            if absent := missing(header, options.columns):
                yield Fault(
                    f"This table has no column {absent}; it has {describe_header(header)}", f"{position}{row.number}"
                )
                return


def _document(
    header: Sequence[str], row: TableRow, options: ReadOptions, position: str, sheet: str, table_title: str
) -> Part | Fault:
    if what := beyond_header(row, header):
        return Fault(what, position, _NO_HEADER if sheet else _UNQUOTED)
    cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
    fields = list(zip(header, cells, strict=False))
    document = choose(fields, options.columns)
    text = lines(fields) if document.text is None else document.text
    title = document.title or table_title or None
    return Part(text, f"{sheet}id={document.id}" if document.id else position, position, title, document.language)
