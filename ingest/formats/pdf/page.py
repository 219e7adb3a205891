"""A page of a PDF as PDFium reads it: lines of text and their positions on the paper."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ingest.formats.pdf.ruby import ruby_lines

_LINE_END = "\r\n"


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of text with its upper and lower edge in points; `top` is the greater."""

    text: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page: its number, from 1, its lines in the order of the file, and its upper and lower edge in points.

    `placed` is False if the edges of the lines are not known. `running_heads` are running lines that this page is the
    first to have; they are not among `lines`.
    """

    number: int
    lines: tuple[PdfLine, ...]
    top: float
    bottom: float
    placed: bool = True
    running_heads: tuple[str, ...] = ()


def read_page(page: Any, text_page: Any, number: int) -> PdfPage:
    """Read a page of PDFium, given its text page, without ruby as far as it is recognised."""
    _, bottom, _, top = page.get_bbox()
    text = text_page.get_text_range()
    lines = text.split(_LINE_END)
    if text_page.count_chars() != len(text):  # letters of two UTF-16 units: PDFium's indexes are not those of the text
        return PdfPage(number, tuple(PdfLine(line, top, bottom) for line in lines), top, bottom, placed=False)
    starts = list(accumulate((len(line) + len(_LINE_END) for line in lines), initial=0))[:-1]
    small = ruby_lines(text_page, lines, starts)
    kept = (_line(text_page, lines[at], starts[at]) for at in range(len(lines)) if at not in small)
    return PdfPage(number, tuple(kept), top, bottom)


def _line(text_page: Any, line: str, start: int) -> PdfLine:
    """Return a line with the outer edges of its first and last letter, which differ in vertical writing."""
    if not line.strip():
        return PdfLine(line, 0.0, 0.0)
    first, last = (start + len(line) - len(line.lstrip()), start + len(line.rstrip()) - 1)
    boxes = [text_page.get_charbox(index, loose=True) for index in (first, last)]
    return PdfLine(line, max(top for _, _, _, top in boxes), min(bottom for _, bottom, _, _ in boxes))
