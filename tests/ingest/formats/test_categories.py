"""Categories that are filled in the first row of a group, in sheets and in tables of documents."""

from __future__ import annotations

import pytest

from ingest.formats.categories import Categories
from tests.ingest.files import docx, texts, xlsx

ROWS = [
    ["地方", "県", "見学先", "料金"],
    ["東北", "岩手", "製鉄所", "300"],
    ["", "", "橋", "100"],
    ["", "秋田", "鉱山", "500"],
    ["近畿", "奈良", "寺", "600"],
    ["", "", "〃", "200"],
    ["", "合計", "", "1700"],
]
FILLED = [
    "東北 岩手 製鉄所 300",
    "東北 岩手 橋 100",
    "東北 秋田 鉱山 500",
    "近畿 奈良 寺 600",
    "近畿 奈良 寺 200",
    "合計 1700",
]


def test_rows_have_the_category_of_their_group_in_every_format() -> None:
    from docx.document import Document

    def fill(document: Document) -> None:
        table = document.add_table(len(ROWS), 4)
        for row, cells in zip(table.rows, ROWS, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text

    html = "".join("<tr>" + "".join(f"<td>{cell or '&nbsp;'}" for cell in row) for row in ROWS)
    for name, data in (("a.csv", "\n".join(map(",".join, ROWS)).encode()), ("a.xlsx", xlsx(表=ROWS))):
        read = [" ".join(line.split(": ")[1] for line in text.split("\n")) for text in texts(name, data).values()]
        assert read == FILLED
    for name, data in (("a.html", f"<table>{html}</table>".encode()), ("a.docx", docx(fill))):
        (text,) = texts(name, data).values()
        assert [" ".join(line.replace("|", " ").split()) for line in text.split("\n")[1:]] == FILLED


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["役職", "氏名"], [["部長", "乙川"], ["", "丙山"]]),
        (["会員番号", "氏名", "内線"], [["8", "乙川", "1"], ["", "丙山", "2"]]),
        (["品名", "区分", "価格"], [["鍬", "新品", "9"], ["鎌", "", "5"]]),
        (["部署", "氏名"], [["総務", "乙川"], ["総務", "丙山"], ["", "丁田"]]),
        (["分類", "品名"], [["", "鍬"], ["", "鎌"]]),
        (["Name", "Note"], [["A", "x"], ["", "y"]]),
    ],
    ids=["post", "number", "behind a name", "filled in every row", "none above", "no category"],
)
def test_what_is_not_known_to_be_the_same_stays_blank(header: list[str], rows: list[list[str]]) -> None:
    categories = Categories(header)
    assert [categories.fill(row) for row in rows] == rows


def test_a_category_may_stand_behind_a_running_number() -> None:
    categories = Categories(["No.", "Category", "Item"])
    read = [categories.fill(row) for row in (["1", "Tools", "Saw"], ["2", "", "Axe"])]
    assert read == [["1", "Tools", "Saw"], ["2", "Tools", "Axe"]]
