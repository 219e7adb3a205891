"""Tables that people hand over, CSV and Excel: the sheet that is meant, and the rows below its header by column."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rag.errors import DatasetError
from rag.messages import Message, joined
from rag.tables.csv_rows import BrokenCsv, csv_rows
from rag.tables.files import MAX_ROWS, read_text, refuse_rows
from rag.tables.header import Known, TableRow, begin_table, beyond_header, describe_header, normalise_header
from rag.tables.isolated_sheets import isolated_sheets
from rag.tables.joined_header import join_header
from rag.tables.merged_cells import MergedCells, covered_columns
from rag.tables.xlsx import SheetFacts, column_letters
from rag.text.lines import TextLine

_SHEETS = 15  # named in a message


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file or a sheet: its header (see `rag.tables.header`) and the rows below it that are not blank.

    `sheet` is None for a CSV. `known` tells whether the header is one that the reader expects.
    """

    where: str
    header: TableRow
    rows: tuple[TableRow, ...]
    known: bool
    sheet: SheetFacts | None = None

    @property
    def first_row(self) -> TableRow:
        """The row that is named where the header is not a known one: the first with several filled cells."""
        return next((row for row in (self.header, *self.rows) if row.several), self.header)

    def locate(self, row: TableRow) -> str:
        """Return where a row is, for messages."""
        return Message("{where}, {position}", where=self.where, position=row.position)

    def columns(self, names: Iterable[str]) -> list[int]:
        """Return the columns, from 0, with any of these headers. Raises DatasetError for values that were not saved."""
        wanted = {normalise_header(name) for name in names}
        columns = [column for column, cell in enumerate(self.header.cells) if normalise_header(cell) in wanted]
        self.require_saved(columns)
        return columns

    def require_saved(self, columns: Iterable[int] | None = None) -> None:
        """Raise DatasetError for a formula in one of these columns, or in any, that gave an error or was not saved."""
        wanted = None if columns is None else frozenset(columns)
        for row in (self.header, *self.rows):
            for column, error in row.errors:
                if wanted is None or column in wanted:
                    raise self._error(row, column, error)
        unsaved = self.sheet.firsts if self.sheet else {}
        for column in unsaved if wanted is None else wanted:
            if column in unsaved:
                raise DatasetError(
                    "The value of the formula in this cell was not saved",
                    where=Message("{where}, cell {unsaved}", where=self.where, unsaved=unsaved[column]),
                    do="Open the file in Excel or LibreOffice and save it: that computes all of them.",
                )

    def _error(self, row: TableRow, column: int, error: str) -> DatasetError:
        name = self.header.cells[column] if column < len(self.header.cells) else ""
        cell = f"cell {column_letters(column)}{row.number}" + (f", column {name}" if name else "")
        return DatasetError(
            Message("The formula in this cell gave the error {error}", error=error),
            where=Message("{row}, {cell}", row=self.locate(row), cell=cell),
            do="Correct the formula, or write what the cell should hold.",
        )


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A row below a header: its cells by the names of the columns that the reader asked for."""

    row: TableRow
    where: str
    cells: Mapping[str, str]


def read_tables(path: Path, data: bytes, what: str, known: Known) -> list[Table]:
    """Return the tables of a .csv, .tsv or .xlsx file that are not empty.

    Raises DatasetError naming file and row.
    """
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        return _from_csv(path, read_text(path, data), known)
    if suffix == ".xlsx":
        return _from_xlsx(path, known)
    suffix = suffix or Message("without an extension")
    raise DatasetError(
        Message("The {what} must be .xlsx, .csv or .tsv, not {suffix}", what=what, suffix=suffix), where=str(path)
    )


def select_table(path: Path, tables: Iterable[Table]) -> Table | None:
    """Return the table whose header is known, or None. Raises DatasetError for several."""
    tables = [table for table in tables if table.known]
    if len(tables) > 1:
        raise DatasetError(
            "Several sheets have the same columns",
            where=joined(table.where for table in tables[:_SHEETS]),
            do=Message("Keep one of them in {path}, or put each into its own file.", path=path.name),
        )
    return tables[0] if tables else None


def read_records(path: Path, data: bytes, what: str, required: Sequence[str]) -> list[TableRecord]:
    """Return the rows of the table that has the required columns; columns that are not named are ignored.

    Every row that a merged cell spans has its value. Raises DatasetError for a file without rows, and for a column that
    is missing or occurs twice.
    """
    tables = read_tables(path, data, what, frozenset(map(normalise_header, required)).issubset)
    table = select_table(path, tables)
    if not tables or (table is not None and not table.rows):
        raise DatasetError(Message("The {what} has no rows", what=what), where=str(path))
    if table is None:
        raise _no_columns(tables, what, required)
    columns = {name: table.columns([name]) for name in required}
    if twice := [name for name, matches in columns.items() if len(matches) > 1]:
        raise DatasetError(
            Message("The {what} has the column {twice!r} twice", what=what, twice=twice[0]),
            where=table.where,
            do="Rename one of them.",
        )
    by_name = {name: matches[0] for name, matches in columns.items() if matches}
    merged = MergedCells(table.sheet.merged if table.sheet else ())
    return [
        TableRecord(
            row, table.locate(row), {name: row.cells[at] for name, at in by_name.items() if at < len(row.cells)}
        )
        for row in map(merged.fill, table.rows)
    ]


def _no_columns(tables: Sequence[Table], what: str, required: Sequence[str]) -> DatasetError:
    needed = frozenset(map(normalise_header, required))
    table = max(tables, key=lambda table: len(table.first_row.names & needed))
    row = table.first_row
    missing = [name for name in required if normalise_header(name) not in row.names]
    return DatasetError(
        Message(
            "The {what} has no column {missing}; this row has {cells}",
            what=what,
            missing=", ".join(map(repr, missing)),
            cells=describe_header(row.cells),
        ),
        where=table.locate(row),
        do=Message("Its header must be: {required}.", required=", ".join(required)),
    )


def _from_csv(path: Path, text: str, known: Known) -> list[Table]:
    try:
        tables = _tables(str(path), csv_rows(map(TextLine, io.StringIO(text, newline="")), known), known)
    except BrokenCsv as broken:
        raise DatasetError(
            Message("This CSV file cannot be read: {broken}", broken=broken),
            where=Message("{path}, {position}", path=path, position=broken.row.position),
            do="Is a quotation mark left open?",
        ) from broken
    for table in tables:
        for row in table.rows if table.known else ():
            if what := beyond_header(row, table.header.cells):
                raise DatasetError(what, where=table.locate(row), do="Is a comma not quoted?")
    return tables


def _from_xlsx(path: Path, known: Known) -> list[Table]:
    sheets = isolated_sheets(path)
    tables: list[Table] = []
    for sheet in sheets:
        where = Message("{path}, sheet {sheet!r}", path=path, sheet=sheet.title) if len(sheets) > 1 else str(path)
        tables += _tables(where, sheet.rows, known, sheet.facts)
    return tables


def _tables(where: str, rows: Iterable[TableRow], known: Known, sheet: SheetFacts | None = None) -> list[Table]:
    """Return these rows as one table, or none if they are blank and have no unsaved formula."""
    merged = sheet.merged if sheet else ()
    table = join_header(begin_table(rows, known, covered_columns(merged)).rows, merged)
    filled = list(islice(table, MAX_ROWS + 2))
    refuse_rows(len(filled) - 1, where)
    if not filled and not (sheet and sheet.firsts):
        return []
    header, *below = filled or [TableRow(1, 1)]
    return [Table(where, header, tuple(below), known(header.names), sheet)]
