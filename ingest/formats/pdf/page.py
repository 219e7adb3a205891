"""A page of a PDF as PDFium gives it: lines of text, and where on the paper each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ingest.formats.pdf.ruby import readings

_LINE_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and its upper and lower edge in points, the upper one the greater."""

    text: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, by its number from 1 on: its lines in the order of the file, and its own upper and lower edge in points.

    Where `placed` is False, the edges of the lines are not known. `running` are lines that this page is the first to
    repeat on the pages after it, and that are not among `lines`.
    """

    number: int
    lines: tuple[Line, ...]
    top: float
    bottom: float
    placed: bool = True
    running: tuple[str, ...] = ()


def sheet_of(page: Any, shown: Any, number: int) -> Sheet:
    """The sheet of a page of PDFium and its text page, without readings (ruby) where these can be told."""
    _, bottom, _, top = page.get_bbox()
    text = shown.get_text_range()
    lines = text.split(_LINE_END)
    if shown.count_chars() != len(text):  # letters of two UTF-16 units: PDFium's places are not those of the text
        return Sheet(number, tuple(Line(line, top, bottom) for line in lines), top, bottom, placed=False)
    starts = list(accumulate((len(line) + len(_LINE_END) for line in lines), initial=0))[:-1]
    small = readings(shown, lines, starts)
    kept = (_line(shown, lines[at], starts[at]) for at in range(len(lines)) if at not in small)
    return Sheet(number, tuple(kept), top, bottom)


def _line(shown: Any, line: str, start: int) -> Line:
    """A line with the edges of its first and last letter: in vertical writing they are not the same."""
    if not line.strip():
        return Line(line, 0.0, 0.0)
    first, last = (start + len(line) - len(line.lstrip()), start + len(line.rstrip()) - 1)
    boxes = [shown.get_charbox(place, loose=True) for place in (first, last)]
    return Line(line, max(top for _, _, _, top in boxes), min(bottom for _, bottom, _, _ in boxes))
