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


def filled(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    categories = Categories(header, rows)
    return [[*categories.fill(row)] for row in rows]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["役職", "氏名"], [["部長", "乙川"], ["", "丙山"], ["課長", "丁田"], ["", "戊木"]]),
        (["会員番号", "氏名", "内線"], [["8", "乙川", "1"], ["", "丙山", "2"], ["9", "丁田", "3"], ["", "戊木", "4"]]),
        (["品名", "区分", "価格"], [["鍬", "新品", "9"], ["鎌", "", "5"], ["鋤", "中古", "5"], ["斧", "", "5"]]),
        (["部署", "氏名"], [["総務", "乙川"], ["総務", "丙山"], ["", "丁田"], ["人事", "甲"], ["", "戊木"]]),
        (["分類", "品名"], [["", "鍬"], ["", "鎌"]]),
        (["Name", "Note"], [["A", "x"], ["", "y"], ["B", "x"], ["", "y"]]),
        (["会社", "氏名"], [["北社", "乙川"], ["南社", "丙山"], ["", "丁田（個人）"], ["西社", "甲野"]]),
        (["会社", "氏名"], [["", "戊木（個人）"], ["北社", "乙川"], ["", "丙山"], ["西社", "甲野"], ["", "己川"]]),
        (["Maker", "Product"], [["Acme", "saw"], ["", "cable without a name"]]),
        (["種別", "品"], [["特売", "鍬"], ["", "鎌"], ["特売", "鋤"], ["", "斧"], ["新品", "槌"], ["", "鋸"]]),
        (
            ["月", "火", "水"],
            [["国語", "理科", "体育"], ["", "音楽", "美術"], ["算数", "社会", "国語"], ["", "道徳", ""]],
        ),
    ],
    ids=[
        *(
            "post",
            "number",
            "behind a name",
            "filled in every row",
            "none above",
            "no category",
            "one group",
            "none first",
        ),
        *("one cell", "comes again", "weekdays"),
    ],
)
def test_what_is_not_known_to_be_the_same_stays_blank(header: list[str], rows: list[list[str]]) -> None:
    assert filled(header, rows) == rows
    html = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in [header, *rows])
    (text,) = texts("a.html", f"<table>{html}</table>".encode()).values()
    lines = [" ".join(line.replace("|", " ").split()) for line in text.split("\n")]
    assert lines == [" ".join(filter(None, row)) for row in [header, *rows]]


def test_a_column_that_is_blank_where_a_wider_group_begins_stays_blank() -> None:
    rows = [["北社", "総務", "甲"], ["", "", "乙"], ["南社", "", "丙"], ["", "営業", "丁"], ["", "", "戊"]]
    read = filled(["会社", "部署", "氏名"], rows)
    assert ["".join(row) for row in read] == ["北社総務甲", "北社乙", "南社丙", "南社営業丁", "南社戊"]


def test_a_category_may_stand_behind_a_running_number() -> None:
    rows = [["1", "Tools", "Saw"], ["2", "", "Axe"], ["3", "Seeds", "Pea"], ["4", "", "Oat"]]
    assert [row[1] for row in filled(["No.", "Category", "Item"], rows)] == ["Tools", "Tools", "Seeds", "Seeds"]


TOTALS = ["合計", "合計金額", "合計（税込）", "Total:", "【総計】", "平均", "小計", "Grand total", "合計（円）", "川計"]


@pytest.mark.parametrize("total", TOTALS)
def test_totals_have_no_category_and_end_the_group(total: str) -> None:
    rows = [["山", "鍬", "3"], ["", "鎌", "4"], ["川", "網", "1"], ["", "竿", "2"], ["", total, "9"], ["", "送料", "1"]]
    assert [row[0] for row in filled(["地域", "品", "数"], rows)] == ["山", "山", "川", "川", "", ""]


@pytest.mark.parametrize(("total", "names"), [("小計", "東東東"), ("岩手計", "東東東"), ("総計", "東東")])
def test_groups_go_on_below_the_total_of_a_part(total: str, names: str) -> None:
    rows = [["東", "岩手", "橋"], ["", "", "寺"], ["", total, ""], ["", "秋田", "鉱山"], ["", "", "港"]]
    rows += [["西", "奈良", "寺"], ["", "", "塔"]]
    read = filled(["地方", "県", "所"], rows)
    assert "".join(row[0] for row in read[:4]) == names
    assert read[-1] == ["西", "奈良", "塔"]


def test_columns_of_a_long_table_are_judged_by_its_first_rows() -> None:
    rows = [[f"棚{at}" if at % 3 == 0 else "", f"本{at}", "可"] for at in range(900)]
    data = "\n".join(map(",".join, [["区分", "書名", "貸出"], *rows])).encode()
    read = [*texts("a.csv", data).values()]
    assert read[899] == "区分: 棚897\n書名: 本899\n貸出: 可"
    assert len(read) == 900
