"""Headings of groups within a table."""

from __future__ import annotations

import pytest

from tests.ingest.files import read_as, texts, xlsx
from tests.rag.tables.test_merged_cells import merged

HEADER = ["用具", "貸出料", "保証金"]
ITEMS = [["テント", "900", "3000"], ["寝袋", "400", "1000"], ["カヌー", "2500", "9000"]]


def table(first: str, second: str) -> list[list[str]]:
    return [HEADER, [first, "", ""], *ITEMS[:2], [second, "", ""], ITEMS[2], ["合計", "3800", "13000"]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("【山】", "【川】"),
        ("■山", "■川"),
        ("〔山〕", "〔川〕"),
        ("▼山", "▼川"),
        ("1. 山", "2. 川"),
        ("第一章　山", "第二章　川"),
        ("（１）山", "（２）川"),
    ],
)
def test_marked_headings_belong_to_the_rows_below_them(first: str, second: str) -> None:
    data = "\n".join(map(",".join, table(first, second))).encode()
    for name, file in (("a.csv", data), ("a.xlsx", xlsx(表=table(first, second)))):
        read = [text.split("\n") for text in texts(name, file).values()]
        assert [lines[:2] for lines in read] == [
            [first, "用具: テント"],
            [first, "用具: 寝袋"],
            [second, "用具: カヌー"],
            ["用具: 合計", "貸出料: 3800"],
        ]


def test_merged_headings_need_no_mark_and_may_hold_others() -> None:
    rows = [HEADER, ["山", "", ""], ["■夏", "", ""], ITEMS[0], ["■冬", "", ""], ITEMS[1], ["川", "", ""], ITEMS[2]]
    read = texts("a.xlsx", merged("A2:C2", "A7:C7", rows=rows))
    assert [text.split("\n")[0] for text in read.values()] == ["山 ■夏", "山 ■冬", "川"]


def test_the_heading_of_a_row_with_its_own_text_is_its_title() -> None:
    (document,) = read_as("a.csv", "id,text\n【配送】,\n7,離島へは船で送る。\n".encode())
    assert (document.title, document.text) == ("【配送】", "離島へは船で送る。")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "rows",
    [
        [["■鍬", "5"], ["■鎌", ""], ["■鋤", "7"]],
        [["1. 鍬", "5"], ["2. 鎌", ""], ["3. 鋤", "7"]],
        [["鍬", "5"], ["鎌", ""], ["鋤", "7"]],
        [["鍬", "5"], ["鋤", "7"], ["【税込】", ""]],
    ],
    ids=["marks of items", "numbers of items", "no mark", "nothing below"],
)
def test_other_rows_of_one_cell_are_rows(rows: list[list[str]]) -> None:
    data = "\n".join(map(",".join, [["品", "値"], *rows])).encode()
    assert [text.split("\n")[0] for text in texts("a.csv", data).values()] == [f"品: {row[0]}" for row in rows]
