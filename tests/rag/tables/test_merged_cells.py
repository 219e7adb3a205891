"""Workbooks as programs write them: formulas that were never computed, cells merged downwards."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import edited, read_as, texts, xlsx

SHEET = "xl/worksheets/sheet1.xml"
TABLE = [["部門", "月", "計"], ["営業部", "四月", "=1+1"], ["経理部", "五月", '=IF(A3="","","x")']]


def merged(*ranges: str, rows: list[list[str]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=rows)))
    for one in ranges:
        book.active.merge_cells(one)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_formulas_without_saved_values_are_named_once_a_sheet_and_the_rows_are_kept() -> None:
    found = read_as("a.xlsx", xlsx(売上=TABLE, 空=[["a"], ["=1"]], 済=[["a"], ["b"]]))
    read = {one.source: one.text for one in found if isinstance(one, LoadedDocument)}
    assert read == {
        "a.xlsx#売上!2": "部門: 営業部\n月: 四月",
        "a.xlsx#売上!3": "部門: 経理部\n月: 五月",
        "a.xlsx#済!2": "a: b",
    }
    failed = [one for one in found if isinstance(one, Failure)]
    assert [one.subject for one in failed] == ["a.xlsx#売上!C2", "a.xlsx#空!A2"]
    assert (
        "not saved, this one first; they are read as empty cells: 2 (a.xlsx#売上!C2). Open the file"
        in failed[0].message
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", xml), "\n計: 2"),
        (lambda xml: xml.replace(b'<c r="C2"', b'<c r="C2" t="str"'), ""),
    ],
)
def test_saved_values_and_formulas_that_gave_an_empty_text_are_no_fault(
    change: Callable[[bytes], bytes], said: str
) -> None:
    data = edited(xlsx(売上=TABLE[:2]), SHEET, change)
    assert texts("a.xlsx", data) == {"a.xlsx#売上!2": f"部門: 営業部\n月: 四月{said}"}


def test_cells_merged_downwards_say_the_same_in_every_row() -> None:
    rows = [["部門", "月", "額"], ["営業部", "四月", "1"], ["", "五月", "2"], ["", "六月", "3"], ["", "計", "6"]]
    assert texts("a.xlsx", merged("A2:A4", rows=rows)) == {
        "a.xlsx#表!2": "部門: 営業部\n月: 四月\n額: 1",
        "a.xlsx#表!3": "部門: 営業部\n月: 五月\n額: 2",
        "a.xlsx#表!4": "部門: 営業部\n月: 六月\n額: 3",
        "a.xlsx#表!5": "月: 計\n額: 6",
    }


def test_merged_ids_and_headers_are_not_filled() -> None:
    rows = [["id", "題名", "値"], ["x", "名", "1"], ["", "", "2"], ["y", "幅", ""], ["z", "終", "4"]]
    assert texts("a.xlsx", merged("A2:A3", "B2:B3", "B4:C4", rows=rows)) == {
        "a.xlsx#表!id=x": "id: x\n題名: 名\n値: 1",
        "a.xlsx#表!3": "題名: 名\n値: 2",
        "a.xlsx#表!id=y": "id: y\n題名: 幅",
        "a.xlsx#表!id=z": "id: z\n題名: 終\n値: 4",
    }


def cut(data: bytes) -> bytes:
    return data[:20]


@pytest.mark.parametrize("change", [cut, lambda _: b"", lambda xml: xml.replace(b"</row>", b"")])
def test_a_damaged_sheet_is_looked_through_as_far_as_it_goes(change: Callable[[bytes], bytes]) -> None:
    assert read_as("a.xlsx", edited(xlsx(売上=TABLE), SHEET, change))


def test_cells_merged_across_say_the_same_below_every_name() -> None:
    rows = [
        ["時限", "月", "火", "水"],
        ["1", "国語", "算数", "理科"],
        ["休み", "", "", ""],
        ["2", "体育", "", "図工"],
        ["3", "遠足", "", ""],
        ["4", "", "", ""],
    ]
    assert list(texts("a.xlsx", merged("A3:D3", "B4:C4", "B5:D6", rows=rows)).values()) == [
        "時限: 1\n月: 国語\n火: 算数\n水: 理科",
        "時限: 休み",
        "時限: 2\n月: 体育\n火: 体育\n水: 図工",
        "時限: 3\n月: 遠足\n火: 遠足\n水: 遠足",
        "時限: 4\n月: 遠足\n火: 遠足\n水: 遠足",
    ]


def test_labels_of_totals_are_not_spread() -> None:
    data = merged("A3:B3", rows=[["品名", "数量", "金額"], ["ペン", "2", "200"], ["合計", "", "200"]])
    assert list(texts("a.xlsx", data).values())[1] == "品名: 合計\n金額: 200"


def test_headings_beside_a_number_or_within_a_group_are_not_spread() -> None:
    rows = [["No", "項目", "担当"], ["1", "基本情報", ""], ["1.1", "氏名", "山田"]]
    assert next(iter(texts("a.xlsx", merged("B2:C2", rows=rows)).values())) == "No: 1\n項目: 基本情報"
    rows = [["課", "項目", "担当", "期限"], ["総務", "採用", "", ""], ["", "面接", "山田", "春"], ["", "小計", "", "2"]]
    found = list(texts("a.xlsx", merged("A2:A4", "B2:D2", "B4:C4", rows=rows)).values())
    assert found == [
        "課: 総務\n項目: 採用",
        "課: 総務\n項目: 面接\n担当: 山田\n期限: 春",
        "課: 総務\n項目: 小計\n期限: 2",
    ]


def test_a_cell_that_is_merged_over_an_id_gives_none() -> None:
    rows = [["組", "名前", "ID"], ["甲", "山田", ""], ["乙", "佐藤", "7"]]
    assert list(texts("a.xlsx", merged("B2:C2", rows=rows))) == ["a.xlsx#表!2", "a.xlsx#表!id=7"]


def test_raised_figures_of_a_cell_stay_raised() -> None:
    data = edited(
        xlsx(表=[["項目", "値"], ["面積", "x"]]),
        SHEET,
        lambda xml: xml.replace(
            b"<t>x</t>",
            b'<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>5</t></r><r><t>m</t></r>'
            b'<r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r>',
        ),
    )
    assert texts("a.xlsx", data) == {"a.xlsx#表!2": "項目: 面積\n値: 10⁵m2"}
