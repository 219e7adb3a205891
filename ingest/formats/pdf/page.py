"""A page of a PDF as PDFium reads it: lines of text and their positions on the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ingest.formats.pdf import narrow_blanks
from ingest.formats.pdf.placed_line import PlacedLine
from ingest.formats.pdf.raised_figures import RaisedFigures, join_raised
from ingest.formats.pdf.reading_order import in_order
from ingest.formats.pdf.ruby import ruby_lines
from ingest.formats.pdf.typed import TypedText, typed_texts

_LINE_END = "\r\n"
_BEHIND = 2.0
"""A text begins right behind a box if it is nearer than so many times the height of the box."""
_TALL = 1.5
"""A vertical line is so many times as high as it is wide: one of two letters, too."""


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
    """Read a page of PDFium, given its text page, with what was typed into it, and without ruby where recognised."""
    _, bottom, _, top = page.get_bbox()
    typed = typed_texts(page)
    text = _by_units(text_page.get_text_range())
    lines = text.split(_LINE_END) if text else []
    if text_page.count_chars() != len(text):  # PDFium's indexes are not those of the text
        lines = [_by_letters(line) for line in lines] + [box.text for box in typed]
        return PdfPage(number, tuple(PdfLine(line, top, bottom) for line in lines), top, bottom, placed=False)
    lines, starts = _rows(text_page, lines)
    small = ruby_lines(text_page, lines, starts)
    placed: list[PlacedLine] = []
    figures = RaisedFigures(text_page)
    for at, line in enumerate(lines):
        if at not in small:
            text, ruby = figures.marked(line, starts[at]), {at - 1, at + 1} & small
            text = narrow_blanks.marked(text_page, text, starts[at], has_ruby=bool(ruby))
            placed.append(_placed(text_page, text, starts[at], after_ruby=at - 1 in small))
    placed = in_order(text_page, placed)
    whole = [*_joined(_filled(text_page, placed, typed) if typed else placed)]
    texts = (_by_letters(join_raised(narrow_blanks.without_marks(line.text))) for line in whole)
    read = tuple(PdfLine(text, line.top, line.bottom) for text, line in zip(texts, whole, strict=True))
    return PdfPage(number, read, top, bottom)


def _rows(text_page: Any, lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return lines and where they begin in the text, those apart that PDFium has as one although they are rows."""
    rows, starts, start = [], [], 0
    for line in lines:
        begin = 0
        for end in [*_returns(text_page, line, start), len(line)]:
            rows.append(line[begin:end])
            starts.append(start + begin)
            begin = end
        start += len(line) + len(_LINE_END)
    return rows, starts


def _returns(text_page: Any, line: str, start: int) -> list[int]:
    """Return where a line goes back, after a blank, to its beginning on a lower height."""
    if " " not in line.strip():
        return []
    letters = [at for at, letter in enumerate(line) if not letter.isspace()]
    first, last = (text_page.get_charbox(start + at) for at in (letters[0], letters[-1]))
    if 2 * last[3] > first[1] + first[3]:
        return []
    boxes = {at: text_page.get_charbox(start + at) for at in letters}
    ends = [(at, boxes[at], boxes[before]) for before, at in pairwise(letters) if at > before + 1]
    return [at for at, box, before in ends if 2 * box[3] <= before[1] + before[3] and box[0] <= first[0] < before[0]]


def _by_units(text: str) -> str:
    """Return a text with two characters for a letter beyond U+FFFF (𠮟), as PDFium counts them."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-be")
    return "".join(chr(units[at] << 8 | units[at + 1]) for at in range(0, len(units), 2))


def _by_letters(text: str) -> str:
    """Return the text of `_by_units` as it was."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _placed(text_page: Any, line: str, start: int, *, after_ruby: bool) -> PlacedLine:
    """Return a line with the outer edges of its first and last letter, which differ in vertical writing."""
    if not line.strip():
        return PlacedLine(line, start)
    first, last = (start + len(line) - len(line.lstrip()), start + len(line.rstrip()) - 1)
    boxes = [text_page.get_charbox(index, loose=True) for index in (first, last)]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    edges = (min(lefts), min(bottoms), max(rights), max(tops))
    down = first < last and tops[0] > tops[1] and edges[3] - edges[1] > _TALL * (edges[2] - edges[0])
    return PlacedLine(line, start, *edges, after_ruby, down)


def _joined(lines: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """Yield lines, those as one that PDFium broke because it read the ruby above them in between."""
    whole: PlacedLine | None = None
    for line in lines:
        if whole is not None and line.continues(whole):
            edges = (whole.left, min(whole.bottom, line.bottom), line.right, max(whole.top, line.top))
            whole = PlacedLine(whole.text + line.text, whole.start, *edges, whole.after_ruby)
        else:
            if whole is not None:
                yield whole
            whole = line
    if whole is not None:
        yield whole


def _filled(text_page: Any, lines: Sequence[PlacedLine], typed: Sequence[TypedText]) -> list[PlacedLine]:
    """Return the lines with typed texts where they are on the paper: within a line of text, or as one of their own."""
    filled, within = list(lines), [(box, _nearest(lines, box)) for box in typed]
    for at, line in enumerate(lines):
        boxes = [(_offset(text_page, line, box.middle), box.middle, box.text) for box, index in within if index == at]
        for offset, _, text in sorted(boxes, reverse=True):
            before, after = filled[at].text[:offset].rstrip(), filled[at].text[offset:].lstrip()
            filled[at] = replace(line, text=" ".join(part for part in (before, text, after) if part))
    for box in (box for box, index in within if index is None):
        below = (at for at, line in enumerate(filled) if line.text.strip() and line.top <= box.bottom)
        own = PlacedLine(box.text, -1, box.left, box.bottom, box.right, box.top)
        filled.insert(next(below, len(filled)), own)
    return filled


def _nearest(lines: Sequence[PlacedLine], box: TypedText) -> int | None:
    """Return the line of the page's text on the height of a box that begins nearest to the left of it, if any.

    Where none does, it is the one that begins right behind it, as the label of a mark.
    """
    level = [at for at, line in enumerate(lines) if line.top > line.bottom and box.beside(line.top, line.bottom)]
    before = [at for at in level if lines[at].left < box.middle]
    if before:
        return max(before, key=lambda at: lines[at].left)
    behind = [at for at in level if lines[at].left - box.right < _BEHIND * (box.top - box.bottom)]
    return min(behind, key=lambda at: lines[at].left, default=None)


def _offset(text_page: Any, line: PlacedLine, middle: float) -> int:
    """Return how many letters of a line are left of the middle of a box."""
    if line.right <= middle:
        return len(line.text)
    lefts = (text_page.get_charbox(line.start + at, loose=True)[0] for at in range(len(line.text)))
    return next((at for at, left in enumerate(lefts) if left > middle), len(line.text))
