"""Running heads and feet and page numbers of a PDF, which would stand in the middle of what runs on over its pages.

A line runs where it is in the margin of its page (see `ingest.formats.pdf.margins`), with none but running lines
outside it, and stands likewise, clear of the text, on four pages at least: of the eight before, this one and the eight
after. A number that goes up with the pages may differ where it plainly is the page's. A line of page numbers alone
runs on two pages already, where the file has no more.

The first page that has a running line keeps it, apart from its text, so that nothing but page numbers is lost. A page
that has no other line stays as it is, and so does one whose lines cannot be placed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.formats.pdf.margins import Margins, Row, margins
from ingest.formats.pdf.page import Sheet
from ingest.formats.types import Fault

_NEAR = 8
_PAGES, _NUMBERED_PAGES = 4, 2

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
class _Page:
    """A page, its margins, and by place the marks of the lines there."""

    page: Sheet | Fault
    margins: Margins
    marks: Mapping[int, frozenset[_Mark]]

    @property
    def shown(self) -> set[_Mark]:
        """The marks of those lines that stand clear of the text."""
        rows = (*self.margins.head, *self.margins.foot)
        return {mark for row in rows if row.clear for place in row.places for mark in self.marks[place]}


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
        self._pages.update(page.shown)

    def give(self) -> Sheet | Fault:
        """The first of the pages ahead, without its running lines."""
        page = self._settled(self.ahead[0])
        self._behind.append(self.ahead.popleft())
        if len(self._behind) > _NEAR:
            self._pages -= Counter(self._behind.popleft().shown)
        return page

    def _settled(self, one: _Page) -> Sheet | Fault:
        page = one.page
        if isinstance(page, Fault):
            return page
        places = [place for rows in (one.margins.head, one.margins.foot) for place in self._running(one, rows)]
        lines = tuple(line for place, line in enumerate(page.lines) if place not in places)
        if not any(line.text.strip() for line in lines):
            return page
        return replace(page, lines=lines, running=tuple(page.lines[place].text for place in self._first(one, places)))

    def _running(self, page: _Page, rows: Iterable[Row]) -> Iterator[int]:
        """The places of the lines in these rows up to the first row that does not run as a whole."""
        for row in rows:
            if not all(self._runs(page.marks[place]) for place in row.places):
                return
            yield from row.places

    def _runs(self, marks: Iterable[_Mark]) -> frozenset[_Mark]:
        """Those of the marks of a line that stand on pages enough."""
        pages = sum(isinstance(one.page, Sheet) for one in (*self._behind, *self.ahead))
        few = min(_PAGES, max(_NUMBERED_PAGES, pages))
        return frozenset(mark for mark in marks if self._pages[mark] >= (few if mark.numbers else _PAGES))

    def _first(self, page: _Page, places: Iterable[int]) -> Iterator[int]:
        """The places of running lines that no page before has kept, and that are more than page numbers."""
        for place in places:
            marks = self._runs(page.marks[place])
            if not marks & self._kept and not any(mark.numbers for mark in marks):
                yield place
            self._kept |= marks


def _seen(page: Sheet | Fault) -> _Page:
    if isinstance(page, Fault):
        return _Page(page, Margins(), {})
    edges = margins(page)
    places = {place for row in (*edges.head, *edges.foot) for place in row.places}
    return _Page(page, edges, {place: _marks(page.lines[place].text, page.number) for place in places})


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
