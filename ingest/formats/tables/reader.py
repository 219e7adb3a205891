"""CSV and Excel tables as documents: every row below the header (see `rag.tables.header`) is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from ingest.formats.archive import check_archive
from ingest.formats.blocks import collapse
from ingest.formats.categories import AHEAD, NUMBERS, Categories, is_total
from ingest.formats.tables.columns import choose, lines, missing, question_of, role
from ingest.formats.tables.forms import whole_text
from ingest.formats.tables.groups import GroupedRow, grouped
from ingest.formats.tables.headless import lacks_header
from ingest.formats.tables.stacked import StackedTables
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.tables.ahead import peek
from rag.tables.csv_rows import BrokenCsv, csv_rows
from rag.tables.header import Known, TableRow, begin_table, beyond_header, describe_header, normalise_header
from rag.tables.joined_header import join_header
from rag.tables.merged_cells import MergedCells, MergedRange, covered_columns
from rag.tables.xls import read_old_sheets
from rag.tables.xlsx import SheetFacts, SheetStream, column_letters, read_sheets
from rag.text.letters import JAPANESE_LETTER
from rag.text.lines import read_lines

_UNQUOTED = "Is a comma not quoted?"
_NO_HEADER = "Give every column a header, in the first row of the table."
_NO_ROWS = "This table has a header and no rows"
_UNHIDE = "Unhide it in Excel to have it read."
_ERRORS = "Formulas of this table that gave an error, this one first; they are read as empty cells ({error}): {number}"
_CORRECT = "Correct them, or write what the cells should hold."
_UNSAVED = "Formulas of this sheet whose values were not saved, this one first; they are read as empty cells: {number}"
_COMPUTE = "Open the file in Excel or LibreOffice and save it: that computes them."


def read_csv(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row: `#id=<id>` where there is a column id, else `#row=<number>`, as in a spreadsheet.

    Rows are read one by one; one on a line with bytes that are not text is a Fault. Raises UnreadableDocument where one
    row cannot be told from the next.
    """
    rows = csv_rows(read_lines(stream, name, options.encoding), _known(options.columns))
    try:
        for outcome in _documents(rows, options, position="row="):
            if not isinstance(outcome, Fault) or outcome.what != _NO_ROWS:
                yield outcome
    except BrokenCsv as broken:
        raise UnreadableDocument(
            Message(
                "From row {number} (line {line}) on, this is not valid CSV: {broken}",
                number=broken.row.number,
                line=broken.row.line,
                broken=broken,
            ),
            where=name,
            do="Is a quotation mark left open?",
        ) from broken


def read_xlsx(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row of every sheet: `#<sheet>!id=<id>` with a column id, else `#<sheet>!<row>`.

    Each sheet has its own header. The texts of its text boxes and other shapes are a document, `#<sheet>!shapes`. A
    formula is read as the value that was saved with the file; where none was, a Fault says so. Every row that a cell
    merged downwards spans has its value.
    """
    check_archive(stream, name)
    yield from _sheets(read_sheets(stream, with_hidden=False), options)


def read_xls(stream: BinaryIO, _name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each row of every sheet of a workbook from before 2007, as `read_xlsx` does."""
    yield from _sheets(read_old_sheets(stream), options)


def _sheets(sheets: Iterable[SheetStream], options: ReadOptions) -> Iterator[Part | Fault]:
    documents, without_rows = 0, []
    for sheet in sheets:
        facts, prefix = sheet.facts, f"{sheet.title}!"
        if sheet.hidden:
            yield Fault("This sheet is hidden, and left out", sheet.title, _UNHIDE, left_out=True)
            continue
        for outcome in _documents(sheet.rows, options, position=prefix, sheet=prefix, facts=facts):
            if isinstance(outcome, Fault) and outcome.what == _NO_ROWS:
                without_rows.append(outcome)
            else:
                documents += isinstance(outcome, Part)
                yield outcome
        if facts.shapes:
            documents += 1
            yield Part("\n\n".join(facts.shapes), f"{prefix}shapes", f"{prefix}shapes")
        if facts.unsaved:
            yield Fault(
                Message(_UNSAVED, number=facts.unsaved),
                f"{prefix}{facts.first}",
                _COMPUTE,
            )
        yield from _hidden(facts, prefix)
    yield from without_rows if documents else ()  # a file without any document is empty


def _hidden(facts: SheetFacts, prefix: str) -> Iterator[Fault]:
    """Name the rows and columns that were hidden by hand."""
    if facts.hidden_rows:
        what = Message(
            "Rows that are hidden by hand are left out, this one first: {hidden_rows}",
            hidden_rows=len(facts.hidden_rows),
        )
        yield Fault(what, f"{prefix}{facts.hidden_rows[0]}", _UNHIDE, left_out=True)
    if facts.hidden_columns:
        what = Message(
            "Columns that are hidden by hand are left out, this one first: {hidden_columns}",
            hidden_columns=len(facts.hidden_columns),
        )
        yield Fault(what, f"{prefix}{column_letters(min(facts.hidden_columns))}", _UNHIDE, left_out=True)


def _known(columns: Sequence[str]) -> Known | None:
    """Return the test that recognises a header with all chosen columns; None if none are chosen."""
    return (lambda names: not missing(names, columns)) if columns else None


def _documents(
    rows: Iterable[TableRow],
    options: ReadOptions,
    *,
    position: str,
    sheet: str = "",
    facts: SheetFacts | None = None,
) -> Iterator[Part | Fault]:
    """Yield the documents of the tables in these rows."""
    errors = _FormulaErrors()
    for table in StackedTables(errors.noted(rows)):
        yield from _table(table, options, position, sheet, facts)
    if errors.count:
        yield Fault(
            Message(_ERRORS, error=errors.error, number=errors.count),
            errors.position(sheet, position),
            _CORRECT,
        )


def _table(
    rows: Iterable[TableRow], options: ReadOptions, position: str, sheet: str, facts: SheetFacts | None
) -> Iterator[Part | Fault]:
    """Yield the documents of a table. Those without a title have the table's, the text above its header.

    Where that is none either, a question with its answer is its own title.
    """
    merged = facts.merged if facts else ()
    covered = covered_columns(merged)
    table = begin_table(rows, _known(options.columns), covered)
    joined = join_header(table.rows, merged)
    first, count = next(joined, None), 0
    if first is None:
        return
    if first.fault:
        yield _broken_row(first, position)
        return
    ahead, joined = peek(joined, AHEAD)
    if not options.columns and (whole := whole_text([first, *ahead], merged)):
        position = f"{position}{first.number}"
        yield Part(whole, position, position, table.title or None)
        return
    headless = not (table.title or options.columns) and lacks_header(first, ahead)
    joined = chain([first] if headless else [], ahead, joined)
    header = _names(first, headless=headless)
    if absent := missing(header, options.columns):
        what = Message(
            "This table has no column {absent}; it has {header}", absent=absent, header=describe_header(header)
        )
        yield Fault(what, f"{position}{first.number}")
        return
    below = (row for row in joined if headless or row.fault or row.cells != first.cells)  # repeated for printing
    named = () if covered(first.number) else first.filled
    entries, others = peek(_filled(grouped(below, header, merged), header, merged, named), AHEAD)
    categories = Categories(header, [entry.row.cells for entry in entries if not entry.row.fault])
    for count, entry in enumerate(chain(entries, others), 1):  # noqa: B007  (0 if there is no row)
        row = entry.row
        if row.fault:
            yield _broken_row(row, position)
            continue
        if (full := categories.fill(row.cells)) is not row.cells:
            row = replace(row, cells=tuple(full))
        if any(row.cells):
            titles = Titles(table.title, entry.group)
            yield _document(header, row, options, f"{position}{row.number}", sheet, titles)
    if not count and not (facts and facts.unsaved):
        yield from _single_row(first, table.title, f"{position}{first.number}")


def _filled(
    entries: Iterable[GroupedRow], header: Sequence[str], merged: Sequence[MergedRange], named: Sequence[int]
) -> Iterator[GroupedRow]:
    """Yield the rows with the values of merged cells, but for ids.

    Cells are merged across only below `named` columns, but for labels: of totals, and beside a number of the row.
    """
    ids = frozenset(column for column, cell in enumerate(header) if role(cell) == "id")
    cells = MergedCells(merged)
    values = named[1:] if named and normalise_header(header[named[0]]) in NUMBERS else named
    for entry in entries:
        across = () if any(map(is_total, filter(None, entry.row.cells))) else values
        yield entry if entry.row.fault else replace(entry, row=cells.fill(entry.row, ids, across))


@dataclass(frozen=True, slots=True)
class Titles:
    """The title above a table, and the headings of the group that a row is in; "" for none."""

    table: str
    group: str


def _names(row: TableRow, *, headless: bool) -> list[str]:
    """Return the names of the columns by the row that is the header, each on one line; numbers if there is none."""
    unnamed = "列" if JAPANESE_LETTER.search("".join(row.cells)) else "column "
    names = [""] * len(row.cells) if headless else map(collapse, row.cells)
    return [name or f"{unnamed}{column}" for column, name in enumerate(names, 1)]


def _broken_row(row: TableRow, position: str) -> Fault:
    return Fault(Message("This row cannot be read: {fault}", fault=row.fault), f"{position}{row.number}")


def _single_row(row: TableRow, title: str, position: str) -> Iterator[Part | Fault]:
    """Yield the document of a sheet that is a note, or the fault of one that has a header alone."""
    if row.several:
        yield Fault(_NO_ROWS, position)
    else:
        yield Part(" ".join(cell for cell in row.cells if cell), position, position, title or None)


class _FormulaErrors:
    """The errors of formulas in the rows of a table."""

    def __init__(self) -> None:
        self.count = 0
        self.error = ""
        self._row = 0
        self._column = 0

    def noted(self, rows: Iterable[TableRow]) -> Iterator[TableRow]:
        """Yield the rows, and remember their errors."""
        for row in rows:
            if row.errors and not self.count:
                (self._column, self.error), self._row = row.errors[0], row.number
            self.count += len(row.errors)
            yield row

    def position(self, sheet: str, position: str) -> str:
        """Return where the first error is: a cell of a sheet, or a row of a csv."""
        return f"{sheet}{column_letters(self._column)}{self._row}" if sheet else f"{position}{self._row}"


def _document(
    header: Sequence[str], row: TableRow, options: ReadOptions, position: str, sheet: str, titles: Titles
) -> Part | Fault:
    if what := beyond_header(row, header):
        return Fault(what, position, _NO_HEADER if sheet else _UNQUOTED)
    cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
    fields = list(zip(header, cells, strict=False))
    document = choose(fields, options.columns)
    text, above = document.text, titles.table
    if text is None:
        text = lines(fields)
        text = f"{titles.group}\n{text}" if titles.group else text
    elif titles.group:
        above = f"{above} {titles.group}".strip()
    title = document.title or above or (None if options.columns else question_of(fields))
    return Part(text, f"{sheet}id={document.id}" if document.id else position, position, title, document.language)
