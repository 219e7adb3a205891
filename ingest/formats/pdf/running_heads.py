"""Remove running heads and feet and page numbers of a PDF, which would interrupt text that continues over pages.

A line is a running one if it is in the margin of its page (see `ingest.formats.pdf.margins`), only running lines are
further out, and it occurs likewise, clear of the text, on at least four pages: of the eight before, this one and the
eight after. A number that clearly is the page's may differ if it increases with the pages. Two pages are enough for a
line of page numbers alone, if the file has no more.

The first page with a running line keeps it, apart from its text, so that nothing but page numbers is lost. A page
without any other line is left as it is, and so is one whose lines have no known positions.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.formats.pdf.margins import MarginRow, Margins, margins
from ingest.formats.pdf.page import PdfPage
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
    """The text by which a line is recognised on other pages; `numbers` is True for page numbers alone."""

    text: str
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, its margins, and the marks of the lines in them, by index."""

    page: PdfPage | Fault
    margins: Margins
    marks: Mapping[int, frozenset[_Mark]]

    @property
    def clear_marks(self) -> set[_Mark]:
        """The marks of the lines that are clear of the text."""
        rows = (*self.margins.head, *self.margins.foot)
        return {mark for row in rows if row.clear for index in row.lines for mark in self.marks[index]}


def without_running_heads(pages: Iterable[PdfPage | Fault]) -> Iterator[PdfPage | Fault]:
    """Yield the pages without their running lines. Keeps 17 pages in memory, and one text of each such line."""
    window = _Window()
    for page in pages:
        window.push(_marked(page))
        if len(window.following) > _NEAR:
            yield window.pop()
    while window.following:
        yield window.pop()


class _Window:
    """Pages around the current one, the number of them with each mark, and the marks that earlier pages have kept."""

    def __init__(self) -> None:
        self.following: deque[_Page] = deque()
        self._previous: deque[_Page] = deque()
        self._pages: Counter[_Mark] = Counter()
        self._kept: set[_Mark] = set()

    def push(self, page: _Page) -> None:
        """Add the next page."""
        self.following.append(page)
        self._pages.update(page.clear_marks)

    def pop(self) -> PdfPage | Fault:
        """Remove and return the first page, without its running lines."""
        page = self._strip(self.following[0])
        self._previous.append(self.following.popleft())
        if len(self._previous) > _NEAR:
            self._pages -= Counter(self._previous.popleft().clear_marks)
        return page

    def _strip(self, marked: _Page) -> PdfPage | Fault:
        page, edges = marked.page, marked.margins
        if isinstance(page, Fault):
            return page
        running = [index for rows in (edges.head, edges.foot) for index in self._running(marked, rows)]
        lines = tuple(line for index, line in enumerate(page.lines) if index not in running)
        if not any(line.text.strip() for line in lines):
            return page
        heads = tuple(page.lines[index].text for index in self._new(marked, running))
        return replace(page, lines=lines, running_heads=heads)

    def _running(self, page: _Page, rows: Iterable[MarginRow]) -> Iterator[int]:
        """Yield the indexes of the lines in these rows, up to the first row that is not a running one as a whole."""
        for row in rows:
            if not all(self._running_marks(page.marks[index]) for index in row.lines):
                return
            yield from row.lines

    def _running_marks(self, marks: Iterable[_Mark]) -> frozenset[_Mark]:
        """Return those of the marks of a line that occur on enough pages."""
        pages = sum(isinstance(near.page, PdfPage) for near in (*self._previous, *self.following))
        few = min(_PAGES, max(_NUMBERED_PAGES, pages))
        return frozenset(mark for mark in marks if self._pages[mark] >= (few if mark.numbers else _PAGES))

    def _new(self, page: _Page, running: Iterable[int]) -> Iterator[int]:
        """Yield the indexes of running lines that no earlier page has kept and that are more than page numbers."""
        for index in running:
            marks = self._running_marks(page.marks[index])
            if not marks & self._kept and not any(mark.numbers for mark in marks):
                yield index
            self._kept |= marks


def _marked(page: PdfPage | Fault) -> _Page:
    if isinstance(page, Fault):
        return _Page(page, Margins(), {})
    edges = margins(page)
    indexes = {index for row in (*edges.head, *edges.foot) for index in row.lines}
    return _Page(page, edges, {index: _marks(page.lines[index].text, page.number) for index in indexes})


def _marks(text: str, page: int) -> frozenset[_Mark]:
    """Return the marks of a line: its text, and its text with a number as its difference from the page's.

    >>> sorted(mark.text for mark in _marks("Annual Report 2023 | 12", 9))
    ['Annual Report 2023 | 12', 'Annual Report 2023 | <+3>']
    >>> [mark.text for mark in _marks("第12条", 9)]
    ['第12条']
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    alone = _NUMBERS_ALONE.fullmatch(text) is not None
    marks = {_Mark(text)}
    for number in _NUMBER.finditer(text):
        before, after = text[: number.start()], text[number.end() :]
        if alone or _is_page_number(before, after):
            marks.add(_Mark(f"{before}<{int(number.group()) - page:+}>{after}", alone))
    return frozenset(marks)


def _is_page_number(before: str, after: str) -> bool:
    """Tell whether a number between these is clearly a page's: at an end or between bars, apart, with enough words.

    "Question 12", "Lesson 12" and 事例 12 may well be headings; "Annual Report 12" and 経費精算規程 12 are not.
    """
    words = _WORD.findall(f"{before} {after}")
    if after.endswith(_SENTENCE_END) or not (
        len(words) > 1 or any(len(word) > 4 and not word.isascii() for word in words)
    ):
        return False
    first = _NO_WORD.fullmatch(before) and _NO_WORD.match(after[:1])
    last = _NO_WORD.fullmatch(before[-1:]) and _OF_ALL.fullmatch(after)
    barred = before.rstrip()[-1:] in _BARS and after.lstrip()[:1] in _BARS
    return bool((first and after) or (last and before) or barred)
