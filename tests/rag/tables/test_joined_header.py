"""Headers of several rows, merged and by their shape, and units below names."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from ingest.documents import LoadedDocument
from tests.ingest.files import read_as, texts, xlsx
from tests.rag.tables.test_merged_cells import merged


def test_headers_of_several_rows_are_joined() -> None:
    rows = [
        ["支店", "2023年度", "", "", "備考"],
        ["", "上期", "", "下期", ""],
        ["", "売上", "利益", "売上", ""],
        ["東京", "1", "2", "3", "可"],
    ]
    name = "a.xlsx#表!"
    assert texts("a.xlsx", merged("B1:D1", "B2:C2", rows=rows)) == {
        f"{name}4": "支店: 東京\n2023年度 上期 売上: 1\n2023年度 上期 利益: 2\n2023年度 下期 売上: 3\n備考: 可"
    }
    assert texts("a.xlsx", merged("A1:A2", "B1:C1", rows=[["店", "売上", ""], ["", "春", "秋"], ["A", "1", "2"]])) == {
        f"{name}3": "店: A\n売上 春: 1\n売上 秋: 2"
    }


def test_a_row_that_is_not_below_a_merged_header_is_data() -> None:
    for rows in ([["NO", "氏名", ""], ["1", "山田", "太郎"]], [["NO", "氏名", ""], ["", "", ""], ["", "山田", "太郎"]]):
        (text,) = texts("a.xlsx", merged("B1:C1", rows=rows)).values()
        assert text.endswith("氏名: 山田\n列3: 太郎")


def both(rows: list[list[object]]) -> list[list[str]]:
    """The texts of a csv and of a workbook with these rows, where no cells are merged."""
    data = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()
    return [[*texts("a.csv", data).values()], [*texts("a.xlsx", xlsx(表=rows)).values()]]


def test_groups_of_names_in_a_header_whose_cells_are_not_merged() -> None:
    rows: list[list[object]] = [
        ["年度", "国内", None, "海外", None, "備考"],
        [None, "件数", "金額", "件数", "金額", None],
        [2023, 4, 800, 1, 90, "速報"],
        [2024, 6, 950, 2, 75, None],
    ]
    for found in both(rows):
        assert found[0] == "年度: 2023\n国内 件数: 4\n国内 金額: 800\n海外 件数: 1\n海外 金額: 90\n備考: 速報"
        assert len(found) == 2


def test_a_row_of_units_belongs_to_the_header() -> None:
    rows: list[list[object]] = [["試料", "質量", "温度"], [None, "（kg）", "[K]"], ["甲", 2, 300], ["乙", 3, 310]]
    for found in both(rows):
        assert found == ["試料: 甲\n質量 （kg）: 2\n温度 [K]: 300", "試料: 乙\n質量 （kg）: 3\n温度 [K]: 310"]


@pytest.mark.parametrize(
    "rows",
    [
        [["質問", None, "回答"], ["何日？", "休暇", None], ["何時？", "始業", "九時"]],
        [["年度", "国内", None, "海外"], [2022, 1, 2, 3], [2023, 5, 6, 7]],
        [["品名", "備考"], ["（甲）", None], ["（乙）", "済"]],
    ],
    ids=["texts", "numbers", "one cell in brackets"],
)
def test_other_rows_below_a_header_with_gaps_are_rows(rows: list[list[object]]) -> None:
    for found in both(rows):
        assert len(found) == 2


def test_a_name_that_is_merged_downwards_holds_the_header_together() -> None:
    rows = [["番号", "品目", "数量"], ["", "", "（個）"], ["1", "釘", "10"], ["2", "板", "20"]]
    assert list(texts("a.xlsx", merged("A1:A2", "B1:B2", rows=rows)).values()) == [
        "番号: 1\n品目: 釘\n数量 （個）: 10",
        "番号: 2\n品目: 板\n数量 （個）: 20",
    ]
    side = [["気温", "四月", "五月"], ["", "14", "19"], ["", "9", "13"]]  # a title at the side of a table
    assert len(texts("a.xlsx", merged("A1:A3", rows=side))) == 2


@pytest.mark.parametrize("title", [[], [["支店別の実績", "", "", "", ""]]], ids=["", "title"])
def test_merged_names_over_others_are_no_titles_of_a_table(title: list[list[str]]) -> None:
    rows = [
        *title,
        ["支店", "実績", "", "", ""],
        ["", "上期", "", "下期", ""],
        ["", "四月", "五月", "十月", "十一月"],
        ["仙台", "3", "1", "4", "1"],
        ["金沢", "5", "9", "2", "6"],
    ]
    top = len(title) + 1
    ranges = [f"A{top}:A{top + 2}", f"B{top}:E{top}", f"B{top + 1}:C{top + 1}", f"D{top + 1}:E{top + 1}"]
    read = texts("a.xlsx", merged(*ranges, *(["A1:E1"] if title else []), rows=rows))
    assert read[f"a.xlsx#表!{top + 3}"] == (
        "支店: 仙台\n実績 上期 四月: 3\n実績 上期 五月: 1\n実績 下期 十月: 4\n実績 下期 十一月: 1"
    )
    assert len(read) == 2


def test_names_at_the_left_may_stand_in_the_lower_row_only() -> None:
    rows = [["", "販売", "", "仕入", ""], ["月", "国内", "海外", "国内", "海外"], ["四月", "1", "2", "3", "4"]] * 1
    expected = ["月: 四月\n販売 国内: 1\n販売 海外: 2\n仕入 国内: 3\n仕入 海外: 4"]
    rows.append(["五月", "5", "6", "7", "8"])
    read = [*both([[cell or None for cell in row] for row in rows])]
    read.append([*texts("a.xlsx", merged("B1:C1", "D1:E1", rows=rows)).values()])
    assert [found[:1] for found in read] == [expected] * 3


def test_values_of_a_form_are_not_the_upper_row_of_a_header() -> None:
    rows = [
        ["作成者", "山本", "", ""],
        ["作成日", "六月", "", ""],
        ["品名", "産地", "単価", "在庫"],
        ["豆", "帯広", "9", "4"],
    ]
    rows.append(["芋", "富良野", "5", "2"])
    read = texts("a.xlsx", merged("B1:D1", "B2:D2", rows=rows))
    assert read["a.xlsx#表!4"] == "品名: 豆\n産地: 帯広\n単価: 9\n在庫: 4"


def test_headers_of_several_rows_as_pandas_writes_them() -> None:
    index = pd.MultiIndex.from_tuples([("東北", "仙台"), ("東北", "盛岡")], names=["地方", "市"])
    columns = pd.MultiIndex.from_product([["2022", "2023"], ["客数", "単価"]])
    frame = pd.DataFrame([[8, 3, 7, 2], [6, 1, 5, 4]], index=index, columns=columns)
    frame.to_excel(out := io.BytesIO())
    assert list(texts("a.xlsx", out.getvalue()).values()) == [
        "地方: 東北\n市: 仙台\n2022 客数: 8\n2022 単価: 3\n2023 客数: 7\n2023 単価: 2",
        "地方: 東北\n市: 盛岡\n2022 客数: 6\n2022 単価: 1\n2023 客数: 5\n2023 単価: 4",
    ]


def test_a_row_of_bare_units_belongs_to_the_header_where_numbers_are_below_it() -> None:
    rows: list[list[object]] = [["種", "体長", "体重"], [None, "cm", "kg"], ["鹿", 150, 80], ["猪", 120, 95]]
    for found in both(rows):
        assert found == ["種: 鹿\n体長 cm: 150\n体重 kg: 80", "種: 猪\n体長 cm: 120\n体重 kg: 95"]
    for found in both([["記号", "名", "単位"], [None, "m", "kg"], ["a", "長さ", "cm"]]):
        assert len(found) == 2


def test_names_of_columns_are_on_one_line() -> None:
    read = texts("a.xlsx", xlsx(表=[["品\n名", "unit\nprice"], ["米", 1], ["麦", 2]]))
    assert read["a.xlsx#表!2"] == "品名: 米\nunit price: 1"


@pytest.mark.parametrize(
    ("ranges", "title"),
    [(["B1:D1"], ["", "店別の在庫", "", ""]), (["C1:D1"], ["", "", "Stock", ""])],
    ids=["all but the first", "two of four"],
)
def test_a_merged_cell_that_is_alone_is_a_title(ranges: list[str], title: list[str]) -> None:
    rows = [title, ["番号", "品", "棚", "係"], ["1", "釘", "東", "甲田"], ["2", "板", "西", "乙川"]]
    for found in (merged(*ranges, rows=rows), merged(*ranges, rows=[[*row, ""] for row in rows])):
        documents = [document for document in read_as("a.xlsx", found) if isinstance(document, LoadedDocument)]
        assert documents[0].text == "番号: 1\n品: 釘\n棚: 東\n係: 甲田"
        assert {document.title for document in documents} == {"".join(title)}
        assert len(documents) == 2


@pytest.mark.parametrize(
    ("ranges", "rows"),
    [
        (["C1:C2"], [["品名", "価格", "備考"], ["豆", "あり", ""], ["芋", "なし", "次週"]]),
        (["A1:A2"], [["当番", "四月", "五月"], ["", "甲田", "乙川"], ["", "丙山", "丁野"]]),
        (["B1:B3"], [["name", "note", "room"], ["Ann", "", "north"], ["Bob", "", "south"]]),
    ],
    ids=["a note", "a side title", "a name in the middle"],
)
def test_a_row_below_names_of_its_own_is_data(ranges: list[str], rows: list[list[str]]) -> None:
    read = "\n".join(texts("a.xlsx", merged(*ranges, rows=rows)).values())
    assert all(f"{name}: {cell}" in read for row in rows[1:] for name, cell in zip(rows[0], row, strict=True) if cell)


def test_most_names_are_merged_down_beside_a_second_name() -> None:
    rows = [["番号", "品目", "数量"], ["", "", "個数"], ["い", "釘", "多い"]]
    assert [*texts("a.xlsx", merged("A1:A2", "B1:B2", rows=rows)).values()] == ["番号: い\n品目: 釘\n数量 個数: 多い"]


def test_a_name_merged_across_and_down_has_data_below_it() -> None:
    rows = [
        ["区分", "", "料金", ""],
        ["", "", "平日", "休日"],
        ["大人", "一般", "500", "600"],
        ["", "会員", "400", "500"],
        ["小人", "一般", "無料", "無料"],
    ]
    found = texts("a.xlsx", merged("A1:B2", "C1:D1", "A3:A4", rows=rows))
    assert [*found.values()] == [
        "区分: 大人\n区分: 一般\n料金 平日: 500\n料金 休日: 600",
        "区分: 大人\n区分: 会員\n料金 平日: 400\n料金 休日: 500",
        "区分: 小人\n区分: 一般\n料金 平日: 無料\n料金 休日: 無料",
    ]
