"""Tables that people hand over, CSV and Excel: the sheet that is meant, its header, and the rows below by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rag.errors import DatasetError
from rag.tables.files import read_text
from rag.tables.xlsx import read_sheets
from rag.text.language import normalise

_LONGEST = 4_000_000
"""Characters of a cell. A question too long for the model fails by itself; a quote that is never closed ends here."""
_NAMED, _NAME = 15, 40  # of a header, how many names and how many characters of each are repeated in a message
_DELIMITERS, _TITLES = ",\t;", 10  # of a CSV, and in how many lines at its top a header is looked for

Known = Callable[[frozenset[str]], bool]
"""Whether a row whose folded cells are these is the header that is looked for."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as stripped text, not all of it blank; `line` is the physical line on which it begins, counted from 1."""

    line: int
    cells: tuple[str, ...]

    @property
    def folded(self) -> frozenset[str]:
        """Its cells as headers are compared."""
        return frozenset(folded(cell) for cell in self.cells if cell)

    @property
    def several(self) -> bool:
        """Whether more than one cell is filled."""
        return sum(map(bool, self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file or a sheet. `unsaved` has the first cell in each column (from 0) whose formula has no saved value.

    `header` is None where every row has one filled cell and none is known: a list. What is above a header is a title.
    """

    where: str
    header: TableRow | None
    rows: tuple[TableRow, ...]
    unsaved: Mapping[int, str]

    @property
    def top(self) -> TableRow:
        """The header, else the first row."""
        return self.header or (*self.rows, TableRow(1, ()))[0]

    def place(self, row: TableRow) -> str:
        """Where a row is, for messages."""
        return f"{self.where}, row {row.line}"

    def columns(self, names: Iterable[str]) -> list[int]:
        """The columns, from 0, whose headers are any of these. Raises DatasetError where what they say is not saved."""
        wanted = {folded(name) for name in names}
        found = [at for at, cell in enumerate(self.header.cells if self.header else ()) if folded(cell) in wanted]
        self.refuse_unsaved(found)
        return found

    def refuse_unsaved(self, columns: Iterable[int]) -> None:
        """Raise DatasetError where a formula in one of these columns has no saved value."""
        for column in columns:
            if column in self.unsaved:
                raise DatasetError(
                    "The value of the formula in this cell was not saved",
                    where=f"{self.where}, cell {self.unsaved[column]}",
                    do="Open the file in Excel or LibreOffice and save it: that computes all of them.",
                )


@dataclass(frozen=True, slots=True)
class Record:
    """A row below a header: what stands in the columns that were asked for, by the names that they were asked by."""

    line: int
    where: str
    cells: Mapping[str, str]


def folded(name: str) -> str:
    """A header as it is compared: in one width and case, without spaces and a final full stop.

    >>> folded(" Ｎｏ. "), folded("instruction（ＪＰ）")
    ('no', 'instruction(jp)')
    """
    return "".join(normalise(name).split()).rstrip(".")


def named(row: TableRow) -> str:
    """The filled cells of a row, for messages."""
    cells = [repr(cell if len(cell) <= _NAME else f"{cell[:_NAME]}…") for cell in row.cells if cell]
    return ", ".join([*cells[:_NAMED], *(["…"] if len(cells) > _NAMED else [])])


def read_tables(path: Path, data: bytes, what: str, known: Known) -> list[Table]:
    """The tables of a .csv or .xlsx file that are not empty. Raises DatasetError naming file and row."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _from_csv(path, read_text(path, data), known)
    if suffix == ".xlsx":
        return _from_xlsx(path, data, known)
    raise DatasetError(f"A table of {what} is .xlsx or .csv, not {suffix or 'without an ending'}", where=str(path))


def the_one(path: Path, tables: Iterable[Table], known: Known) -> Table | None:
    """The table whose header is known, None where there is none. Raises DatasetError where there are several."""
    found = [table for table in tables if table.header and known(table.header.folded)]
    if len(found) > 1:
        raise DatasetError(
            "Several sheets have the same columns",
            where="; ".join(table.where for table in found[:_NAMED]),
            do=f"Leave one of them in {path.name}, or give each a file of its own.",
        )
    return found[0] if found else None


def read_records(
    path: Path, data: bytes, what: str, required: Sequence[str], optional: Sequence[str] = ()
) -> list[Record]:
    """The rows of the table that has the required columns; other columns than these are passed over.

    Raises DatasetError for a file without rows, a column that is not there, and one that stands twice.
    """
    needed = frozenset(map(folded, required))
    tables = read_tables(path, data, what, needed.issubset)
    table = the_one(path, tables, needed.issubset)
    if not tables or (table is not None and not table.rows):
        raise DatasetError(f"The {what} has no rows", where=str(path))
    if table is None:
        raise _no_columns(tables, what, required)
    columns = {name: table.columns([name]) for name in (*required, *optional)}
    if twice := [name for name, at in columns.items() if len(at) > 1]:
        raise DatasetError(f"The {what} has the column {twice[0]!r} twice", where=table.where, do="Rename one of them.")
    places = {name: at[0] for name, at in columns.items() if at}
    return [
        Record(row.line, table.place(row), {name: row.cells[at] for name, at in places.items() if at < len(row.cells)})
        for row in table.rows
    ]


def _no_columns(tables: Sequence[Table], what: str, required: Sequence[str]) -> DatasetError:
    headers = {table.where: table.top for table in tables}
    needed = {folded(name) for name in required}
    where, header = max(headers.items(), key=lambda one: len(one[1].folded & needed))
    missing = [name for name in required if folded(name) not in header.folded]
    return DatasetError(
        f"The {what} has no column {', '.join(map(repr, missing))}; this row has {named(header)}",
        where=f"{where}, row {header.line}",
        do=f"Its header must be: {', '.join(required)}.",
    )


def _from_csv(path: Path, text: str, known: Known) -> list[Table]:
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, known), strict=True)
    rows: list[TableRow] = []
    line = 1
    try:
        for cells in reader:
            rows.append(TableRow(line, tuple(cell.strip() for cell in cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DatasetError(
            f"This CSV file cannot be read: {error}", where=f"{path}, row {line}", do="Is a quotation mark left open?"
        ) from error
    tables = _tables(str(path), rows, {}, known)
    for table in tables:
        width = len(table.header.cells) if table.header else 0
        for row in table.rows if width else ():
            if any(row.cells[width:]):
                raise DatasetError(
                    f"This row has {len(row.cells)} cells under {width} headers",
                    where=table.place(row),
                    do="Is a comma not quoted?",
                )
    return tables


def _delimiter(text: str, known: Known) -> str:
    """What cuts one of the first lines into a known header, else what the first line has most of."""
    first = list(islice((line for line in text.split("\n") if line.strip()), _TITLES))
    for line in first:
        for mark in _DELIMITERS:
            if mark in line and known(frozenset(folded(cell.strip(' "')) for cell in line.split(mark))):
                return mark
    return max(_DELIMITERS, key=first[0].count) if first else ","


def _from_xlsx(path: Path, data: bytes, known: Known) -> list[Table]:
    sheets: list[tuple[str, list[TableRow], Mapping[int, str]]] = []
    try:
        for sheet in read_sheets(io.BytesIO(data)):
            rows = [TableRow(line, tuple(map(str.strip, row))) for line, row in enumerate(sheet.rows, 1)]
            sheets.append((sheet.title, rows, sheet.facts.firsts))
    except Exception as error:  # openpyxl raises whatever zipfile and its XML parser raise
        raise DatasetError(f"This is not an Excel file that can be read: {error}", where=str(path)) from error
    tables: list[Table] = []
    for title, rows, unsaved in sheets:
        tables += _tables(f"{path}, sheet {title!r}" if len(sheets) > 1 else str(path), rows, unsaved, known)
    return tables


def _tables(where: str, rows: Iterable[TableRow], unsaved: Mapping[int, str], known: Known) -> list[Table]:
    """The table that rows are, its header found; none where nothing is in them."""
    filled = tuple(row for row in rows if any(row.cells))
    at = _header(filled, known)
    if at is None:
        return [Table(where, None, filled, unsaved)] if filled or unsaved else []
    return [Table(where, filled[at], filled[at + 1 :], unsaved)]


def _header(rows: Sequence[TableRow], known: Known) -> int | None:
    """Which row is the header: the first of several cells, or a known one of one cell that is not another's title."""
    for at, row in enumerate(rows):
        if row.several:
            return at
        if known(row.folded) and not any(below.several and known(below.folded) for below in rows[at + 1 : at + 2]):
            return at
    return None
