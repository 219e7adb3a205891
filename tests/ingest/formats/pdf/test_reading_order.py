"""Columns, vertical lines and rows of a PDF are read in their order; other pages are left as PDFium has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

import pytest

from tests.ingest.files import texts
from tests.ingest.pdf_files import Piece, drawn_pdf

MINUTES = [
    "委員会は三月に開かれ、新しい図書",
    "館の計画を話し合った。建物は六月",
    "に開くことになり、古い建物は閉じ",
    "ることに決まった。",
]
WISHES = [
    "委員は開館時間を延ばすことを求め",
    "た。館長は職員の数によると述べ、",
    "九時まで開けるには二人が要ると答",
    "えた。次の会は五月に開かれる予定",
    "である。",
]
ENGLISH = [
    "The committee met in March to",
    "discuss the plan for the new",
    "library. It was agreed that the",
    "building should open in June.",
]
ROOMS = [
    "Members asked for longer hours.",
    "The director said that hours",
    "depend on staff, and that two",
    "more people would be needed.",
]


def read(pieces: Iterable[Piece]) -> str:
    (text,) = texts("a.pdf", drawn_pdf(list(pieces))).values()
    return text


def column(lines: Sequence[str], left: float, top: float = 700) -> list[Piece]:
    return [Piece(line, left, top - 20 * at) for at, line in enumerate(lines)]


def row_by_row(*columns: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in chain.from_iterable(zip_longest(*columns)) if piece is not None]


@pytest.mark.parametrize(
    ("first", "second", "between"), [(MINUTES, WISHES, ""), (ENGLISH, ROOMS, "\n")], ids=["ja", "en"]
)
def test_two_columns_are_read_one_after_the_other(first: list[str], second: list[str], between: str) -> None:
    """Whether the file has them column by column or row by row."""
    sides = column(first, 40), column(second, 540)
    text = "\n".join([between.join(first), between.join(second)])
    assert read(chain(*sides)) == read(row_by_row(*sides)) == text
    title = Piece("会議の記録", 250, 760, 20)
    assert read([title, *row_by_row(*sides), Piece("以上", 40, 500)]) == f"会議の記録\n{text}\n以上"


def table(rows: Sequence[str], width: float) -> Iterator[Piece]:
    for number, row in enumerate(rows):
        for at, cell in enumerate(row.split("|")):
            yield Piece(cell, 40 + width * at, 700 - 20 * number)


@pytest.mark.parametrize(
    "rows",
    [
        [
            "区分|料金|備考",
            "大人|800円|休日は900円",
            "子ども|400円|六歳まで",
            "団体|600円|要予約",
            "学生|500円|要学生証",
        ],
        ["Item|What it is", "Desk|A table for work", "Bin|It takes paper, and nothing else", "Cup|For tea", "Pen|Blue"],
        [
            "送料について|離島を除き無料です",
            "返品|七日以内",
            "支払い方法はどうなりますか|カード",
            "領収書|お求めの方に",
            "会員|割引",
        ],
    ],
)
def test_tables_are_read_row_by_row(rows: list[str]) -> None:
    assert read(table(rows, 400)) == "\n".join(rows).replace("|", " ")


def test_a_cell_of_one_letter_stays_in_its_row() -> None:
    rows = ["Item|Price|Stock", "Nut|0.75|3", "Bolt|2|12", "Cap|1.10|○"]
    assert read(table(rows, 150)) == "\n".join(rows).replace("|", " ")


def vertical(line: str, left: float, top: float) -> list[Piece]:
    return [Piece(letter, left, top - 14 * at) for at, letter in enumerate(line)]


def test_vertical_lines_are_read_from_the_right() -> None:
    lines = ["吾輩は猫である。名前は", "まだ無い。どこで生れた", "か見当がつかぬ。"]
    columns = [vertical(line, 500 - 24 * at, 700) for at, line in enumerate(lines)]
    assert read(chain(*columns)) == read(chain(*reversed(columns))) == "".join(lines)


def test_the_upper_tier_of_vertical_lines_comes_first() -> None:
    tiers = [
        vertical(line, left, top)
        for top in (700, 400)
        for left, line in ((500, f"一行目は{top}でありここ"), (470, "二行目です。"))
    ]
    assert read(chain(*tiers)).split("\n") == ["一行目は700でありここ二行目です。", "一行目は400でありここ二行目です。"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_from_the_top(turn: int) -> None:
    lines = ["第一行の文です。", "第二行の文です。", "第三行の文です。"]
    data = drawn_pdf(column(lines, 40)).replace(b"/Type/Page/", b"/Type/Page/Rotate %d/" % turn)
    (text,) = texts("a.pdf", data).values()
    assert text.split("\n") == lines
