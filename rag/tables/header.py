"""The header of a table: which row it is below any title, and how its cells are compared and described.

The one rule for every table that is read: documents, verification sets, lists of questions and labelled answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from rag.messages import Message
from rag.tables.ahead import failing
from rag.tables.notes import are_amounts, count_notes, is_note
from rag.text.language import normalise

Known = Callable[[frozenset[str]], bool]
"""Tell whether the row with these normalised cells is the header that a reader expects."""

Covered = Callable[[int], Collection[int]]
"""Return the columns, from 0, of a row, from 1, that are merged with a cell to their left."""

_LOOK_AHEAD = 100
"""Rows that are read before a table begins, not counting blank ones."""
_ROWS, _TITLES, _NOTE = 20, 4, 2
"""Rows by which a header is recognised, how many of them may be titles or notes, and cells of a note (作成日, 4月)."""
_LONGEST_NOTES = 100
_SHOWN_CELLS, _SHOWN_LETTERS = 15, 40  # of a row in a message, and of a cell


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of stripped text.

    `number` is counted from 1 as a spreadsheet counts, blank rows too; `line` is the line of the file on which the row
    begins, from 1. `fault` says why a row of a CSV cannot be read; it then has no cells. `errors` are the columns, from
    0, whose cells hold the error of a formula, and the error (#N/A); the cells themselves are empty.
    """

    number: int
    line: int
    cells: tuple[str, ...] = ()
    fault: str = ""
    errors: tuple[tuple[int, str], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The normalised filled cells."""
        return frozenset(normalise_header(cell) for cell in self.cells if cell)

    @property
    def filled(self) -> list[int]:
        """The columns, from 0, of the cells that are not empty."""
        return [column for column, cell in enumerate(self.cells) if cell]

    @property
    def is_filled(self) -> bool:
        """True unless the row is blank."""
        return bool(self.fault or self.errors or any(self.cells))

    @property
    def several(self) -> bool:
        """True where more than one cell is filled."""
        return len(self.filled) > 1

    @property
    def position(self) -> Message:
        """The row for messages, with its line where the two differ: "row 3", "row 3 (line 5)"."""
        if self.line == self.number:
            return Message("row {number}", number=self.number)
        return Message("row {number} (line {line})", number=self.number, line=self.line)


@dataclass(frozen=True, slots=True)
class TitledTable:
    """A table without its blank rows: the text above its header as one line, and the rows from the header on."""

    title: str
    rows: Iterator[TableRow]


def normalise_header(name: str) -> str:
    r"""Return a header in the form in which headers are compared: one width and case, no blanks, no final full stop.

    >>> normalise_header(" Ｎｏ. "), normalise_header("instruction\n（ＪＰ）"), normalise_header("ﾀｲﾄﾙ")
    ('no', 'instruction(jp)', 'タイトル')
    """
    return "".join(normalise(name).split()).rstrip(".")


def describe_header(cells: Iterable[str]) -> str:
    """Return the filled cells of a header, quoted and shortened, for messages."""
    filled = [cell for cell in cells if cell]
    quoted = [repr(cell if len(cell) <= _SHOWN_LETTERS else f"{cell[:_SHOWN_LETTERS]}…") for cell in filled]
    return ", ".join(quoted[:_SHOWN_CELLS] + ["…"] * (len(filled) > _SHOWN_CELLS))


def beyond_header(row: TableRow, header: Sequence[str]) -> str:
    """Describe a row that has text to the right of its header; "" for any other row."""
    if not any(row.cells[len(header) :]):
        return ""
    return Message("This row has {cells} cells under {headers} headers", cells=len(row.cells), headers=len(header))


def begin_table(rows: Iterable[TableRow], known: Known | None = None, covered: Covered | None = None) -> TitledTable:
    """Split the rows of a table, read one by one, into its title and the rows from its header on.

    `covered` gives the columns of a row, by its number, that are merged with a cell to their left. Whatever `rows`
    raises is raised again only after the rows before it were given.
    """
    remaining = iter(rows)
    first: list[TableRow] = []
    try:
        for row in remaining:
            if row.is_filled:
                first.append(row)
            if row.fault or len(first) == _LOOK_AHEAD:
                break
            if first and len(first[0].filled) > _NOTE and not is_note(first[0].cells):
                break
            if len(first) > _ROWS and first[0].several:
                break
    except Exception as error:  # a library may raise anything
        remaining = failing(error)
    header = find_header([row for row in first if not row.fault], known, covered)
    title = " ".join(cell for row in first[:header] for cell in row.cells if cell)
    below = (row for row in remaining if row.is_filled)
    return TitledTable(title, chain(first[header:], below))


def find_header(rows: Sequence[TableRow], known: Known | None = None, covered: Covered | None = None) -> int:
    """Return which of the first rows of a table, none of them blank, is its header.

    Above a header there are only rows with a single filled cell, titles, or two, notes, or what `_above_blank` counts.
    The header is, of the rows down to the first of several cells that is no note (below others, more than two), the
    first that is `known` (unless the next one is known and has several); else a row that `_above_blank`, `_note_rows`
    or `_title_rows` recognises, or the first. If that has gaps, the table may stand below a form: see `_below_form`.
    """
    wide = (at for at, row in enumerate(rows) if row.several and (at >= _TITLES or not is_note(row.cells)))
    several = next(wide, len(rows))
    notes = next((at for at, row in enumerate(rows[:_TITLES]) if len(row.filled) > _NOTE), _TITLES)
    candidates: list[int] = [*range(min(several + 1, len(rows))), *([notes] if several < notes < len(rows) else [])]
    for at in candidates if known else ():
        if known and known(rows[at].names) and not (at + 1 == several < len(rows) and known(rows[several].names)):
            return at
    first, covered = rows[:_ROWS], covered or (lambda _: ())
    if first and len(first[0].filled) > _NOTE:
        return _above_blank(first)
    joined = next((at for at in range(min(_TITLES + 1, len(first) - 2)) if _stands_over(first[at:], covered)), None)
    two = count_notes([row.cells for row in first], _TITLES)
    notes = _above_blank(first) or _note_rows(first) or two or _title_rows(first, covered)
    return _below_form(first, notes, covered) if joined is None else joined


def _stands_over(rows: Sequence[TableRow], covered: Covered) -> bool:
    """Tell whether a row is the upper one of a header: its merged cells stand over several names of the row below.

    Other names below it may only be at the left, where it has none, and some column is below none of its merged cells.
    A merged cell that is alone is a title. In a form, what is below a merged value stands beside a name of its own.
    """
    row, below = rows[:2]
    if row.fault or below.fault or below.number != row.number + 1 or not row.filled:
        return False
    merged = {*covered(row.number)}
    if not merged:
        return repeats_below(row, below)
    spans = [columns for start in row.filled if len(columns := _span(start, merged)) > 1]
    within = {column for columns in spans for column in columns}
    others = [column for column in below.filled if column not in within]
    if any(column >= row.filled[0] for column in others) or not any({*other.filled} - within for other in rows):
        return False
    if others and any(is_number(below.cells[column]) for column in below.filled):
        return False
    several = any(len(columns.intersection(below.filled)) > 1 for columns in map(set, spans))
    return several and len(row.filled) > 1


def _span(start: int, merged: Collection[int]) -> list[int]:
    columns = [start]
    while columns[-1] + 1 in merged:
        columns.append(columns[-1] + 1)
    return columns


def repeats_below(row: TableRow, below: TableRow) -> bool:
    """Tell whether the same names stand in the row below under each cell of a row that has none at the left.

    >>> above = TableRow(1, 1, ("", "売上", "", "利益", ""))
    >>> repeats_below(above, TableRow(2, 2, ("年", "国内", "海外", "国内", "海外")))
    True
    """
    starts = row.filled
    if len(starts) < 2 or starts[0] == 0 or below.filled != [*range(len(below.filled))] or not below.filled:
        return False
    ends = [*starts[1:], below.filled[-1] + 1]
    names = [below.cells[start:end] for start, end in zip(starts, ends, strict=True)]
    return len(names[0]) > 1 and len(set(names)) == 1 and not any(is_number(name) for name in names[0])


def _below_form(rows: Sequence[TableRow], header: int, covered: Covered) -> int:
    """Return which row is the header if there may be a form above it: names beside their values, and gaps.

    It is the first row that names all columns below it, some of numbers, and has a number in the row below, if `header`
    has a gap where most rows below, but for notes and totals, are filled; else `header`.
    """
    for at in range(header, len(rows) - 2):
        row, below = rows[at], rows[at + 1 :]
        wide = [other for other in below if len(other.filled) > _NOTE] or below
        counts = Counter(column for other in wide for column in other.filled)
        needed = {column for column, count in counts.items() if 2 * count > len(wide)}
        named = {*row.filled, *covered(row.number)}
        if at == header and not any(row.filled[0] < column < row.filled[-1] for column in needed - named):
            return header
        as_wide = all(other.filled[-1] <= max(named) for other in below)
        over_data = any(is_number(cell) for cell in below[0].cells if cell) and _over_numbers(row, wide)
        if at > header and len(row.filled) > _NOTE and needed <= named and as_wide and over_data:
            return at
    return header


def _over_numbers(row: TableRow, below: Sequence[TableRow]) -> bool:
    """Tell whether a row without numbers has mostly numbers below one of its cells."""
    if any(is_number(row.cells[column]) for column in row.filled):
        return False
    columns = ([other.cells[column] for other in below if column in other.filled] for column in row.filled)
    return any(2 * sum(map(is_number, cells)) > len(cells) for cells in columns)


def _title_rows(rows: Sequence[TableRow], covered: Covered) -> int:
    """Count the titles above the first row with several filled cells, by the shape of the table.

    They are up to `_TITLES` single cells, at the left or merged across, over a row that is as wide as all rows below
    it, most of which reach beyond the first title's column too. A list of texts, some with unquoted commas, is not such
    a table.
    """
    filled = [row.filled for row in rows]
    titles = next((at for at, columns in enumerate(filled) if len(columns) > 1), 0)
    above, below = filled[:titles], filled[titles + 1 :]
    if not above or not below or titles > _TITLES:
        return 0
    left = filled[titles][0]
    at_the_left = all(row.filled[0] <= left or row.filled[0] + 1 in covered(row.number) for row in rows[:titles])
    as_wide = all(columns[-1] < len(rows[titles].cells) for columns in below)
    a_table = 2 * sum(columns[-1] > above[0][0] for columns in below) > len(below)
    return titles if at_the_left and as_wide and a_table else 0


def _note_rows(rows: Sequence[TableRow]) -> int:
    """Count the notes of one or two cells (作成日, 4月1日) above a wider header, by the shape of the table.

    The header has at least three cells, all filled and none a number, and most rows below it have more than a note has.
    """
    at = next((at for at, row in enumerate(rows) if len(row.filled) > _NOTE), 0)
    below = [len(row.filled) for row in rows[at + 1 :]]
    if not 0 < at <= _TITLES or not below:
        return 0
    cells = [cell for cell in rows[at].cells if cell]
    names = len(rows[at].filled) == rows[at].filled[-1] - rows[at].filled[0] + 1 and not any(map(is_number, cells))
    above = [row for row in rows[:at] if row.several and not is_note(row.cells)]
    names = names and all(row.filled[-1] != rows[at].filled[-1] for row in above)
    as_wide = all(row.filled[-1] <= rows[at].filled[-1] for row in rows[at + 1 :] if row.filled)
    return at if names and as_wide and 2 * sum(count > _NOTE for count in below) > len(below) else 0


def _above_blank(rows: Sequence[TableRow]) -> int:
    """Count the rows above a blank row and names without a number, if they begin with a note, below titles.

    Where the note is not the first of them, they may be data below a header, unless a column below has only amounts.
    """
    at = next((at for at, (row, after) in enumerate(pairwise(rows), 1) if after.number > row.number + 1), 0)
    if not 0 < at <= _TITLES:
        return 0
    above, header = rows[:at], rows[at]
    below = [row for row, before in zip(rows[at + 1 :], rows[at:], strict=False) if row.number == before.number + 1]
    note = next((row for row in above if row.several), above[0])
    amounts = any(
        are_amounts(row.cells[column] for row in below if column < len(row.cells)) for column in header.filled
    )
    if not is_note(note.cells) and not (amounts and any(is_note(row.cells) for row in above)):
        return 0
    if not below or sum(len(cell) for row in above for cell in row.cells) > _LONGEST_NOTES:
        return 0
    names = header.several and not any(is_number(cell) for cell in header.cells if cell) and not is_note(header.cells)
    return at if names and all(row.filled[-1] <= header.filled[-1] for row in below if row.filled) else 0


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number, also with a unit of money or a sign."""
    return cell.strip("-+▲△¥$%円,.０１２３４５６７８９0123456789") == ""


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, in order, each once.

    >>> repeated(["a", "b", "c", "b", "b", "a"])
    ['a', 'b']
    """
    return [name for name, count in Counter(names).items() if count > 1]
