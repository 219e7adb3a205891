"""Running heads and feet and page numbers of a PDF, which would stand in the middle of what runs on over its pages.

A line runs where all of this holds: it stands in the upper or lower fifth of the page, in one of the three outermost
rows, and all rows outside it run too; it is hardly larger than the lines of the page; more white lies between it and
the page's text than between the lines of that text; and it stands likewise on four pages at least, of the eight before,
this one and the eight after. A number that goes up with the pages may differ where it plainly is the page's. A line of
page numbers alone runs on two pages already, where the file has no more.

The first page that has a running line keeps it, apart from its text, so that nothing but page numbers is lost. A page
that has no other line stays as it is, and so does one whose lines cannot be placed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median, median_high

from ingest.formats.parts import Fault
from ingest.formats.sheet import Line, Sheet

_NEAR = 8
_PAGES, _NUMBERED_PAGES = 4, 2
_ROWS = 3
_MARGIN = 0.2
_LARGER = 1.4
_WHITE, _MORE_WHITE = 1.25, 1.5  # in heights of a line; times the white between the rows beyond
_ROWS_BEYOND = 6

_NUMBER = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
_NUMBERS_ALONE = re.compile(
    r"(?:[\d\W_ー]|(?<![^\W\d])(?:p|pp|pages?|of|no)(?![^\W\d])|ページ|頁|全|中)*", re.IGNORECASE
)
_OF_ALL = re.compile(r"(?: ?(?:/|of) ?\d{1,5})?[\W_]*")
_NO_WORD = re.compile(r"[\W_]*")
_BARS = frozenset("-‐‑–—―−ー|·・•")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = tuple("。．！？!?")


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a line has in common with its likes on other pages; `numbers` says that it is page numbers alone."""

    text: str
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """Lines side by side: at which places among the lines of their page, and the marks of each.

    `ends` says that enough white follows for this to be the last row of a head, or the first of a foot.
    """

    places: tuple[int, ...]
    marks: tuple[frozenset[_Mark], ...]
    ends: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with the rows that may run, from outside inwards."""

    page: Sheet | Fault
    head: tuple[_Row, ...] = ()
    foot: tuple[_Row, ...] = ()

    def marks(self) -> set[_Mark]:
        """The marks of all lines that may run."""
        return {mark for row in (*self.head, *self.foot) for marks in row.marks for mark in marks}


def without_running(pages: Iterable[Sheet | Fault]) -> Iterator[Sheet | Fault]:
    """The pages without the lines that run through them. Holds 17 pages, and one text of each such line."""
    window = _Window()
    for page in pages:
        window.take(_seen(page))
        if len(window.ahead) > _NEAR:
            yield window.give()
    while window.ahead:
        yield window.give()


class _Window:
    """The pages around one, on how many of them each mark stands, and the marks that an earlier page has kept."""

    def __init__(self) -> None:
        self.ahead: deque[_Page] = deque()
        self._behind: deque[_Page] = deque()
        self._pages: Counter[_Mark] = Counter()
        self._kept: set[_Mark] = set()

    def take(self, page: _Page) -> None:
        """One more page ahead."""
        self.ahead.append(page)
        self._pages.update(page.marks())

    def give(self) -> Sheet | Fault:
        """The first of the pages ahead, without its running lines."""
        page = self.ahead[0].page
        if isinstance(page, Sheet):
            page = self._settled(page, (*self._run(self.ahead[0].head), *self._run(self.ahead[0].foot)))
        self._behind.append(self.ahead.popleft())
        if len(self._behind) > _NEAR:
            gone = self._behind.popleft().marks()
            self._pages.subtract(gone)
            for mark in gone:
                if not self._pages[mark]:
                    del self._pages[mark]
        return page

    def _run(self, rows: Sequence[_Row]) -> Sequence[_Row]:
        """Those of the rows that run, up to the last that may end a head or foot."""
        last = 0
        for count, row in enumerate(rows, 1):
            if not all(any(self._is_running(mark) for mark in marks) for marks in row.marks):
                break
            last = count if row.ends else last
        return rows[:last]

    def _is_running(self, mark: _Mark) -> bool:
        there = sum(isinstance(one.page, Sheet) for one in (*self._behind, *self.ahead))
        needed = min(_PAGES, max(_NUMBERED_PAGES, there)) if mark.numbers else _PAGES
        return self._pages[mark] >= needed

    def _settled(self, page: Sheet, rows: Sequence[_Row]) -> Sheet:
        running = {place for row in rows for place in row.places}
        lines = tuple(line for place, line in enumerate(page.lines) if place not in running)
        if not any(line.text.strip() for line in lines):
            return page
        first = []
        for place, marks in (
            (place, marks) for row in rows for place, marks in zip(row.places, row.marks, strict=True)
        ):
            found = {mark for mark in marks if self._is_running(mark)}
            if not found & self._kept and not any(mark.numbers for mark in found):
                first.append(page.lines[place].text)
            self._kept |= found
        return replace(page, lines=lines, running=tuple(first))


def _seen(page: Sheet | Fault) -> _Page:
    if isinstance(page, Fault) or not page.placed:
        return _Page(page)
    rows = _rows(page.lines)
    height = median(_height(page.lines, row) for row in rows) if rows else 0.0
    margin = _MARGIN * (page.top - page.bottom)

    def edge(places: Sequence[tuple[int, ...]], outside: float) -> tuple[_Row, ...]:
        whites = [_white(page.lines, one, another) for one, another in pairwise(places)]
        found = []
        for at, row in enumerate(places[:_ROWS]):
            reach = max(abs(outside - edge) for place in row for edge in _edges(page.lines[place]))
            if reach > margin or _height(page.lines, row) > _LARGER * height:
                break
            beyond = whites[at + 1 : at + 1 + _ROWS_BEYOND]
            enough = max(_WHITE * height, _MORE_WHITE * median_high(beyond) if beyond else 0.0)
            marks = tuple(_marks(page.lines[place].text, page.number) for place in row)
            found.append(_Row(row, marks, ends=at < len(whites) and whites[at] >= enough))
        return tuple(found)

    return _Page(page, edge(rows, page.top), edge(rows[::-1], page.bottom))


def _rows(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    """The places of the lines that have text, those side by side together, from above downwards."""
    rows: list[tuple[int, ...]] = []
    shown = sorted((place for place, line in enumerate(lines) if line.text.strip()), key=lambda one: -lines[one].top)
    for place in shown:
        above = lines[rows[-1][-1]] if rows else None
        line = lines[place]
        shared = min(above.top, line.top) - max(above.bottom, line.bottom) if above else 0.0
        if above and shared > 0.5 * min(above.top - above.bottom, line.top - line.bottom):
            rows[-1] = (*rows[-1], place)
        else:
            rows.append((place,))
    return rows


def _edges(line: Line) -> tuple[float, float]:
    return line.top, line.bottom


def _height(lines: Sequence[Line], row: Sequence[int]) -> float:
    return max(lines[place].top for place in row) - min(lines[place].bottom for place in row)


def _white(lines: Sequence[Line], row: Sequence[int], another: Sequence[int]) -> float:
    """The points between two rows, whichever is above; negative where they overlap."""
    return max(
        min(lines[place].bottom for place in above) - max(lines[place].top for place in below)
        for above, below in ((row, another), (another, row))
    )


def _marks(text: str, page: int) -> frozenset[_Mark]:
    """The marks of a line: its text, and that text with a number as what it is more than the page's.

    >>> sorted(mark.text for mark in _marks("Annual Report 2023 | 12", 9))
    ['Annual Report 2023 | 12', 'Annual Report 2023 | <+3>']
    >>> [mark.text for mark in _marks("第12条", 9)]
    ['第12条']
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    alone = _NUMBERS_ALONE.fullmatch(text) is not None
    marks = {_Mark(text)}
    for found in _NUMBER.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if alone or _is_page_number(before, after):
            marks.add(_Mark(f"{before}<{int(found.group()) - page:+}>{after}", alone))
    return frozenset(marks)


def _is_page_number(before: str, after: str) -> bool:
    """Whether a number between these is plainly a page's: at an end or between bars, apart, and beside words enough.

    "Question 12", "Lesson 12" and 事例 12 may well be headings; "Annual Report 12" and 経費精算規程 12 are not.
    """
    words = _WORD.findall(f"{before} {after}")
    if after.endswith(_SENTENCE_END) or not (
        len(words) > 1 or any(len(one) > 4 and not one.isascii() for one in words)
    ):
        return False
    first = _NO_WORD.fullmatch(before) and _NO_WORD.match(after[:1])
    last = _NO_WORD.fullmatch(before[-1:]) and _OF_ALL.fullmatch(after)
    barred = before.rstrip()[-1:] in _BARS and after.lstrip()[:1] in _BARS
    return bool((first and after) or (last and before) or barred)
