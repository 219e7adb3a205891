"""What openpyxl's reader of large sheets does not tell: merged cells, and formulas whose values were not saved."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

_TAG = rb"<(?:\w+:)?"
_FORMULA = re.compile(
    _TAG
    + rb"c\s((?:[^>]*\s)?r=\"([A-Z]{1,3}\d{1,7})\"[^>]*)>\s*"
    + _TAG
    + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:" + _TAG + rb"v\s*/>|" + _TAG + rb"v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MERGED = re.compile(_TAG + rb"mergeCell\s[^>]*ref=\"([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})\"")
_TEXT = b't="str"'  # a formula that gives a text, which may be the empty one
_END = re.compile(rb"</(?:\w+:)?c>|" + _TAG + rb"mergeCell\s[^>]*>")
_BLOCK, _LONGEST = 1 << 20, 1 << 22


@dataclass(slots=True)
class Facts:
    """`merged`: the last row of cells merged downwards, by row (from 1) and column (from 0) of the first.

    `unsaved`: how many formulas have no saved value; `first` is the cell of the first.
    """

    merged: dict[tuple[int, int], int] = field(default_factory=dict)
    unsaved: int = 0
    first: str = ""


def look_through(sheet: IO[bytes]) -> Facts:
    """The facts of a sheet's XML, as far as it can be unpacked."""
    facts = Facts()
    with suppress(zipfile.BadZipFile, zlib.error, EOFError, OSError):
        for part in _parts(sheet):
            for found in _FORMULA.finditer(part):
                if _TEXT not in found.group(1):
                    facts.first = facts.first or found.group(2).decode()
                    facts.unsaved += 1
            for column, top, bottom in _MERGED.findall(part):
                if int(bottom) > int(top):
                    facts.merged[int(top), _number(column)] = int(bottom)
    return facts


def _parts(sheet: IO[bytes]) -> Iterator[bytes]:
    """The XML in parts that do not end within a cell, up to cells of some mebibytes."""
    rest = b""
    while block := sheet.read(_BLOCK):
        rest += block
        end = max((found.end() for found in _END.finditer(rest)), default=0)
        yield rest[:end]
        rest = rest[max(end, len(rest) - _LONGEST) :]
    yield rest


def _number(column: bytes) -> int:
    """A column from 0, by its letters.

    >>> _number(b"A"), _number(b"AA")
    (0, 26)
    """
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number - 1


class Merged:
    """Fills cells that are merged with the one above, row by row."""

    def __init__(self, facts: Mapping[tuple[int, int], int]) -> None:
        self._last = facts
        self._held: dict[int, tuple[str, int]] = {}

    def fill(self, cells: list[str], number: int, columns: frozenset[int]) -> None:
        """Put into blank cells of row `number` what the cells say that they are merged with, in these columns."""
        for place, (value, last) in list(self._held.items()):
            if number > last:
                del self._held[place]
            elif place < len(cells) and not cells[place]:
                cells[place] = value
        for place, cell in enumerate(cells):
            if place in columns and cell and (number, place) in self._last:
                self._held[place] = (cell, self._last[number, place])
