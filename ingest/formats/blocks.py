"""Build Markdown-like text from a tree of elements: blocks, headings, list items and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.formats.merged_table import MergedTable
from rag.text.letters import UNSPACED

SOFT_HYPHEN = "\xad"
"""A position where a word may be divided; readers do not see it."""
BULLET = "- "
"""The mark of an item without a number."""
STRUCK = "~~"
"""The mark before and behind text that is struck through."""
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")


class MarkdownLines:
    """Lines of Markdown, built from text (`add`) and the beginnings and ends of lines, blocks and cells."""

    def __init__(self) -> None:
        self.headings: dict[int, str] = {}  # the first heading of each level
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._prefix = ""
        self._level: int | None = None
        self._rows = 0
        self._tables: list[bool] = []
        self._table = MergedTable()
        self._verbatim = False

    @property
    def first_heading(self) -> str | None:
        """The first heading of the highest level in the text."""
        return self.headings[min(self.headings)] if self.headings else None

    def add(self, text: str | None) -> None:
        """Add text to the line; runs of blanks become one, line breaks between Japanese letters none."""
        if text:
            self._pieces.append(text.replace(SOFT_HYPHEN, ""))

    def line(self) -> None:
        """Begin a new line; in a row of a table or a heading, add a blank instead."""
        if self._rows or self._level is not None:
            self._pieces.append(" ")
        elif any(piece.strip() for piece in self._pieces):
            self._flush()
        else:
            self._pieces.clear()

    def end_item(self) -> None:
        """End the item or paragraph."""
        self.line()
        if not self._rows and self._level is None:
            self._prefix = ""

    def block(self) -> None:
        """Begin a new line after an empty one."""
        self.line()
        if not self._rows and self._level is None and self._lines and self._lines[-1]:
            self._lines.append("")

    def item(self, mark: str = BULLET) -> None:
        """Begin an item of a list with its mark, such as a number and a blank."""
        self.line()
        if not self._rows and self._level is None:
            self._prefix = mark
        elif mark != BULLET:
            self._pieces.append(mark)

    def heading(self, level: int, number: str = "") -> None:
        """Begin a heading, up to `end_heading`; level 0 is the document's title."""
        self.block()
        if self._rows:
            self._pieces.append(number)
        else:
            self._prefix, self._level = "#" * min(max(level, 1), 6) + f" {number}", level

    def end_heading(self) -> None:
        """End the heading."""
        level, self._level = self._level, None
        if level is not None:
            text = self._flush()
            if text:
                self.headings.setdefault(level, text.lstrip("# "))
            self.block()

    def table(self) -> None:
        """Begin a table."""
        self.block()
        self._end_table()
        self._table.begin()

    def row(self, *, data: bool) -> None:
        """Begin a row of a table, up to `end_row`: a row of `data`, on one line, or one that lays out a page."""
        self._tables.append(data)
        if not data:
            self.block()
        elif self._rows == 0:
            self._flush()
            self._prefix = "| "
        self._rows += data

    def end_cell(self, across: int = 1, down: int = 1, *, again: bool = False) -> None:
        """End a cell of the row, which covers so many columns and rows, or is that of the row above `again`."""
        if not (self._tables and self._tables[-1]):
            self.block()
        elif self._rows > 1:
            self._pieces.append(" | ")
        else:
            self._table.cell(collapse("".join(self._pieces)).strip(), across, down, again=again)
            self._pieces = []

    def end_row(self) -> None:
        """End the row."""
        self._rows -= self._tables.pop()
        if self._rows:
            self._pieces.append(" ")
        else:
            cells = self._table.row()
            self._pieces = [f"{cell} | " for cell in cells] + self._pieces
            if self._flush():
                self._table.keep(len(self._lines) - 1, cells)

    def verbatim(self, text: str | None) -> None:
        """Add text whose line breaks and blanks are kept."""
        for at, line in enumerate((text or "").split("\n")):
            if at:
                self._flush()
                self._verbatim = True
            self._pieces.append(line.replace(SOFT_HYPHEN, ""))

    def text(self) -> str:
        """Return the whole text."""
        self._flush()
        self._end_table()
        return "\n".join(self._lines).strip("\n")

    def _end_table(self) -> None:
        """Write the categories of groups into the rows of the table above, but where text is beside the cells."""
        for row, cells in self._table.end():
            if self._lines[row.line] == _row_of(row.cells):
                self._lines[row.line] = _row_of(cells)

    def _flush(self) -> str:
        text = "".join(self._pieces)
        text = text.rstrip() if self._verbatim else collapse(text).strip()
        self._verbatim = False
        prefix, self._prefix, self._pieces = self._prefix, "", []
        if prefix == "| ":
            text = text if text.strip(" |") else ""
        if text:
            text = prefix + text
            self._lines.append(text)
        return text


def collapse(text: str) -> str:
    r"""Return a text on one line: runs of blanks become one, line breaks between Japanese letters none.

    >>> collapse("品\n名"), collapse("unit\n price")
    ('品名', 'unit price')
    """
    return _BLANKS.sub((lambda run: _joint(text, run)) if "\n" in text else " ", text)


def _row_of(cells: Iterable[str]) -> str:
    return "| " + collapse("".join(f"{cell} | " for cell in cells)).strip()


def _joint(text: str, run: re.Match[str]) -> str:
    """Replace a run of blanks: a line break between Japanese letters by nothing, any other run by one blank."""
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    broken = "\n" in run.group() and _UNSPACED.match(before) and _UNSPACED.match(after)
    return "" if broken else " "
