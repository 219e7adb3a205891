"""Headings of groups within a table."""

from __future__ import annotations

import pytest

from ingest.documents import LoadedDocument
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
    assert [text.split("\n")[0] for text in read.values()] == ["用具: 山", "山 ■夏", "山 ■冬", "用具: 川", "川"]


def test_a_heading_that_is_merged_and_marked_may_be_alone() -> None:
    rows = [HEADER, ITEMS[0], ["◆川", "", ""], ITEMS[2]]
    read = texts("a.xlsx", merged("A3:C3", rows=rows))
    assert [text.split("\n")[0] for text in read.values()] == ["用具: テント", "用具: ◆川", "◆川"]


def test_the_heading_of_a_row_with_its_own_text_is_its_title() -> None:
    data = "id,text\n【配送】,\n7,離島へは船で送る。\n【返品】,\n8,箱に入れて送る。\n".encode()
    documents = [document for document in read_as("a.csv", data) if isinstance(document, LoadedDocument)]
    assert [(document.title, document.text) for document in documents] == [
        ("【配送】", "離島へは船で送る。"),
        ("【返品】", "箱に入れて送る。"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [["■鍬", "5"], ["■鎌", ""], ["■鋤", "7"]],
        [["1. 鍬", "5"], ["2. 鎌", ""], ["3. 鋤", "7"]],
        [["鍬", "5"], ["鎌", ""], ["鋤", "7"]],
        [["鍬", "5"], ["鋤", "7"], ["【税込】", ""]],
        [["【訳あり】", ""], ["鍬", "5"], ["鋤", "7"]],
        [["鍬", "5"], ["【新品】", ""], ["鋤", "7"], ["【中古】", ""], ["鎌", "1"]],
        [["2. 鎌", ""], ["送料", "9"], ["3. 鋤", ""], ["鍬", "5"], ["4. 斧", "7"]],
        [["【特価】鎌", ""], ["鍬", "5"], ["【特価】鋤", ""], ["斧", "7"]],
        [["[late] mow the lawn", ""], ["dig", "5"], ["[late] rake", ""], ["sow", "7"]],
        [["I like digging", ""], ["spade", "5"], ["X marks the spot", ""], ["map", "7"]],
        [["V 100 Vacuum", ""], ["brush", "5"], ["I 20 Iron", ""], ["board", "7"]],
        [["□ 鎌", ""], ["鍬", "5"], ["□ 鋤", ""], ["斧", "7"]],
        [["一部の店", ""], ["鍬", "5"], ["三部作", ""], ["斧", "7"]],
    ],
    ids=[
        *(
            "marks of items",
            "numbers of items",
            "no mark",
            "nothing below",
            "one",
            "none at the top",
            "a number of a row",
        ),
        *("a mark before text", "words in brackets", "words", "names of models", "boxes", "counts"),
    ],
)
def test_other_rows_of_one_cell_are_rows(rows: list[list[str]]) -> None:
    data = "\n".join(map(",".join, [["品", "値"], *rows])).encode()
    assert [text.split("\n")[0] for text in texts("a.csv", data).values()] == [f"品: {row[0]}" for row in rows]


@pytest.mark.parametrize("note", ["昼休み", "税込価格です。", "※送料は別です", "送料は別です", "（以下は貸出のみ）"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_note_that_is_merged_across_heads_nothing(note: str, at: int) -> None:
    rows = [HEADER, *ITEMS]
    rows.insert(at, [note, "", ""])
    read = [*texts("a.xlsx", merged(f"A{at + 1}:C{at + 1}", rows=rows)).values()]
    assert [text.split("\n")[0] for text in read] == [f"用具: {row[0]}" for row in rows[1:]]


def test_notes_within_a_group_are_its_rows() -> None:
    rows = [HEADER, ["■山", "", ""], ITEMS[0], ["税は別です", "", ""], ITEMS[1], ["■川", "", ""], ITEMS[2]]
    read = texts("a.xlsx", merged(*(f"A{row}:C{row}" for row in (2, 4, 6)), rows=rows))
    assert [text.split("\n")[0] for text in read.values()] == ["■山", "■山", "■山", "■川"]


def test_a_row_with_the_mark_of_an_open_heading_closes_it() -> None:
    rows = [["【山】", "", ""], ITEMS[0], ["【川】", "", ""], ITEMS[2]] * 60 + [["【海】", "1", ""], ["櫂", "2", ""]]
    data = "\n".join(map(",".join, [HEADER, *rows])).encode()
    read = [text.split("\n")[0] for text in texts("a.csv", data).values()]
    assert read[-3:] == ["【川】", "用具: 【海】", "用具: 櫂"]


@pytest.mark.parametrize("total", ["合計金額", "総計（税込）", "Total:", "【合計】"])
def test_totals_are_in_no_group(total: str) -> None:
    rows = [*table("【山】", "【川】")[:-1], [total, "3800", "13000"]]
    read = [*texts("a.csv", "\n".join(map(",".join, rows)).encode()).values()]
    assert read[-1] == f"用具: {total}\n貸出料: 3800\n保証金: 13000"
