"""Lines that run through the pages of a PDF go, whatever their place in the file; what only looks like them stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from ingest.formats.pdf.page import PdfLine, PdfPage
from ingest.formats.pdf.running_heads import without_running_heads
from ingest.formats.types import Fault
from tests.ingest.files import texts
from tests.ingest.pdf_files import BLANK, Page, pdf

BODY = ["この規程は、経費の精算について定める。", "All expenses are paid within a month."]


def sheet(number: int, head: Sequence[str] = (), foot: Sequence[str] = (), body: Sequence[str] = BODY) -> PdfPage:
    """An A4 page: lines of 10 points every 15, the first of the text at 740, heads from 810 and feet from 50 down.

    The foot comes first in the file.
    """
    blocks = (foot, 50), (head, 810), ([f"{number}、{line}" for line in body], 740)
    lines = (PdfLine(line, top - 15 * at + 10, top - 15 * at) for block, top in blocks for at, line in enumerate(block))
    return PdfPage(number, tuple(lines), 842.0, 0.0)


def left(pages: Sequence[PdfPage | Fault]) -> list[list[str]]:
    """What is left in the margins of each page: the lines but those of the text."""
    found = list(without_running_heads(pages))
    assert len(found) == len(pages)
    texts_of = [{f"{one.number}、{line}" for line in BODY} for one in found if isinstance(one, PdfPage)]
    shown = [[*one.running_heads, *(line.text for line in one.lines)] for one in found if isinstance(one, PdfPage)]
    assert all(text <= set(lines) for text, lines in zip(texts_of, shown, strict=True)), "the text stays as it is"
    return [[line for line in lines if line not in text] for text, lines in zip(texts_of, shown, strict=True)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("社内規程集　第3版", "- {} -"),
        ("社内規程集 第３版　２０２４年４月１日", "{}／6"),
        ("Staff Handbook (third edition)", "Page {} of 6"),
        ("Staff  Handbook", "p. {}"),
        ("社外秘", "ー {}ページ ー"),
        ("社外秘", "3-{}"),
    ],
)
def test_a_head_is_kept_once_and_page_numbers_never(head: str, foot: str) -> None:
    pages = [sheet(page, [head], [foot.format(page + 4)]) for page in range(1, 7)]
    assert left(pages) == [[head], [], [], [], [], []]


@pytest.mark.parametrize(
    "line", ["Annual Report 2023 | {}", "{} 経費精算規程", "経費精算規程 {}/90", "Staff Handbook - {} - 1 April 2024"]
)
def test_a_page_number_beside_a_title(line: str) -> None:
    pages = [sheet(page, foot=[line.format(page + 11)]) for page in range(1, 8)]
    assert left(pages) == [[line.format(12)], *[[]] * 6]


def test_left_and_right_pages_and_a_page_without() -> None:
    heads = [f"{page} 社内規程集" if page % 2 else f"第一章 総則の定め {page}" for page in range(1, 13)]
    pages = [sheet(page, [head] if page != 5 else []) for page, head in enumerate(heads, 1)]
    assert left(pages) == [[heads[0]], [heads[1]], *[[]] * 10]


def test_heads_of_chapters_are_kept_once_each() -> None:
    pages = [sheet(page, ["社内規程集", f"Chapter {1 + page // 20}: Travel"]) for page in range(60)]
    found = left(pages)
    assert found[0] == ["社内規程集", "Chapter 1: Travel"]
    assert [found[20], found[40]] == [["Chapter 2: Travel"], ["Chapter 3: Travel"]]
    assert sum(map(len, found)) == 4


@pytest.mark.parametrize(
    "line",
    ["第{}条", "Question {}", "問題 {}", "事例{}", "第{}章 経費の精算の方法", "問 {} 次の文を読んで答えなさい。"],
)
def test_headings_that_count_with_the_pages_stay(line: str) -> None:
    pages = [sheet(page, [line.format(page)]) for page in range(1, 10)]
    assert left(pages) == [[line.format(page)] for page in range(1, 10)]


def test_three_pages_lose_their_page_numbers_alone() -> None:
    pages = [sheet(page, ["社内規程集"], [f"- {page} -"]) for page in range(1, 4)]
    assert left(pages) == [["社内規程集"]] * 3
    assert left([sheet(1, foot=["- 1 -"])]) == [["- 1 -"]]
    assert left([sheet(1, foot=["12"]), sheet(2, foot=["15"])]) == [["12"], ["15"]]


def test_a_line_on_three_pages_of_many_stays() -> None:
    pages = [sheet(page, ["Notes"] if page in {3, 5, 9} else []) for page in range(1, 12)]
    assert [page for page, lines in enumerate(left(pages), 1) if lines] == [3, 5, 9]


def test_a_line_on_pages_far_apart_stays() -> None:
    pages = [sheet(page, ["Notes"] if page % 6 == 0 else []) for page in range(1, 60)]
    assert [page for page, lines in enumerate(left(pages), 1) if lines] == list(range(6, 60, 6))


def test_lines_close_to_the_text_stay() -> None:
    """As the header of a table that is repeated on every page, below a head or without one."""
    table = [PdfLine(text, 765 - 15 * at + 10, 765 - 15 * at) for at, text in enumerate(["品目 数量 単価", "Item 1 2"])]
    for head in ([], ["社内規程集"]):
        pages = [sheet(page, head) for page in range(1, 8)]
        pages = [PdfPage(one.number, (*table, *one.lines), one.top, one.bottom) for one in pages]
        assert left(pages)[1:] == [["品目 数量 単価", "Item 1 2"]] * 6


def test_rows_with_much_white_among_them_stay() -> None:
    """As those of a table with high rows, whose header is repeated."""
    rows = ["品目 数量 単価", *[f"{price}円" for price in range(6)]]
    pages = [
        PdfPage(page, tuple(PdfLine(row, 800 - 40 * at, 790 - 40 * at) for at, row in enumerate(rows)), 842.0, 0.0)
        for page in range(1, 8)
    ]
    assert list(without_running_heads(pages)) == pages


@pytest.mark.parametrize("at", [760, 65])
def test_a_chorus_stays_whether_it_begins_pages_or_ends_them(at: int) -> None:
    chorus = [PdfLine(text, at + 10 - 15 * row, at - 15 * row) for row, text in enumerate(["さあ、歌え。", "Sing!"])]
    verses = [PdfLine(f"{row}", 755 - 15 * row, 745 - 15 * row) for row in range(1, 45)]
    pages = [PdfPage(page, (*chorus, *verses), 842.0, 0.0) for page in range(1, 8)]
    assert list(without_running_heads(pages)) == pages


def test_a_title_in_large_letters_stays() -> None:
    pages = [sheet(page) for page in range(1, 8)]
    pages = [PdfPage(one.number, (PdfLine("売上報告", 830, 806), *one.lines), one.top, one.bottom) for one in pages]
    assert list(without_running_heads(pages)) == pages


def test_pages_with_nothing_else_and_pages_that_cannot_be_placed_stay() -> None:
    stamped = [
        PdfPage(page, (PdfLine("社外秘", 820, 810), PdfLine(f"{page}", 40, 30)), 842.0, 0.0) for page in range(1, 8)
    ]
    assert list(without_running_heads(stamped)) == stamped
    unknown = [replace(sheet(page, ["社内規程集"]), placed=False) for page in range(1, 8)]
    assert list(without_running_heads(unknown)) == unknown


def test_faults_keep_their_place() -> None:
    pages: list[PdfPage | Fault] = [sheet(page, ["社内規程集"]) for page in range(1, 30)]
    pages[7] = Fault("a picture", "page=8")
    found = list(without_running_heads(pages))
    assert [one.position if isinstance(one, Fault) else one.number for one in found] == [
        *range(1, 8),
        "page=8",
        *range(9, 30),
    ]
    assert left(pages) == [["社内規程集"], *[[]] * 27]


def test_pages_are_given_while_others_are_read() -> None:
    read = 0

    def pages() -> Iterator[PdfPage]:
        nonlocal read
        for read in range(1, 1001):
            yield sheet(read, ["社内規程集"])

    for page in without_running_heads(pages()):
        assert isinstance(page, PdfPage)
        assert read <= page.number + 8


def test_in_a_file() -> None:
    pages = [
        Page([f"{text}頁目の文。", "The rules."], head=["社内規程集　第3版"], foot=[f"- {page} -"])
        for page, text in enumerate("一二三四五六", 1)
    ]
    pages[1] = Page(cmap=BLANK)
    found = texts("a.pdf", pdf(*pages))
    assert found.pop("a.pdf#page=1") == "社内規程集　第3版\n\n一頁目の文。\nThe rules."
    assert found == {
        f"a.pdf#page={page}": f"{text}頁目の文。\nThe rules."
        for page, text in zip((3, 4, 5, 6), "三四五六", strict=True)
    }
