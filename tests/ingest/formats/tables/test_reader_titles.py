"""What stands above a table is its title; a table that begins with its header is read as it is."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as, texts, xlsx

TABLE = [["質問", "回答"], ["有給は？", "年20日"], ["Hours?", "From nine."], ["定時は？", "9時から"]]
ABOVE = {
    "one cell": [["社内FAQ"]],
    "one cell, padded": [["社内FAQ", ""]],
    "a blank row": [["社内FAQ", ""], ["", ""]],
    "several": [[""], ["社内FAQ"], [], ["2025年版", ""], [""]],
}


def csv_of(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_rows_of_one_cell_above_a_header_are_the_title(above: list[list[str]]) -> None:
    title = " ".join(cell for row in above for cell in row if cell)
    for data, name, at in ((csv_of(above + TABLE), "a.csv", "row="), (xlsx(表=above + TABLE), "a.xlsx", "表!")):
        found = read_as(name, data)
        assert [(one.source, one.title, one.text) for one in found if isinstance(one, LoadedDocument)] == [
            (f"{name}#{at}{len(above) + place}", title, f"質問: {question}\n回答: {answer}")
            for place, (question, answer) in enumerate(TABLE[1:], 2)
        ]
        assert len(found) == len(TABLE) - 1


def test_a_title_merged_over_all_columns_and_an_empty_row() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=[["社内FAQ", None], [], *TABLE])))
    book.active.merge_cells("A1:B1")
    out = io.BytesIO()
    book.save(out)
    found = read_as("a.xlsx", out.getvalue())
    assert [(one.source, one.title) for one in found if isinstance(one, LoadedDocument)] == [
        (f"a.xlsx#表!{row}", "社内FAQ") for row in (4, 5, 6)
    ]


def test_a_title_of_its_own_is_a_rows_title_and_columns_are_those_of_the_header() -> None:
    rows = [["社内FAQ"], ["題名", "回答"], ["有給", "年20日"], ["", "9時から"]]
    assert [one.title for one in read_as("a.csv", csv_of(rows))] == ["有給", "社内FAQ"]  # type: ignore[union-attr]
    assert texts("a.csv", csv_of([["社内FAQ"], *TABLE[:2]]), "回答") == {"a.csv#row=3": "年20日"}


@pytest.mark.parametrize(
    "rows",
    [
        [["メモ"], ["一つ目。"], ["二つ目。"]],
        [["メモ"], ["一つ目。"], ["二つ目", "と三つ目"], ["四つ目。"], ["五つ目。"]],
        [["メモ"], ["a", "b"], ["a", "b", "c"], ["a", "b"]],
        [["", "2024年"], ["売上", "100"], ["利益", "50"]],
        [["メモ"], ["一"], ["二"], ["三"], ["四"], ["x", "y"], ["x", "y"]],
        [["質問", ""], ["回答だけ", ""]],
    ],
    ids=["one column", "a comma not quoted", "commas not quoted", "no corner", "a long list", "one row"],
)
def test_other_tables_begin_with_their_first_row(rows: list[list[str]]) -> None:
    header, *below = rows
    found = read_as("a.csv", csv_of(rows))
    wide = [place for place, row in enumerate(below, 2) if len(row) > len(header)]
    failed = [one.subject for one in found if isinstance(one, Failure)]
    assert failed[: len(wide)] == [f"a.csv#row={place}" for place in wide]
    for one in found:
        if isinstance(one, LoadedDocument):
            row = below[int(one.source.rpartition("=")[2]) - 2]
            names = [name or f"列{place}" for place, name in enumerate(header, 1)]
            assert one.text == "\n".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell)
            assert one.title == "a"


def test_what_breaks_among_the_first_rows_costs_none_before_it() -> None:
    found = read_as("a.csv", 'メモ\n一つ目\n二つ目\n"開いた\n'.encode())
    assert [one.text for one in found if isinstance(one, LoadedDocument)] == ["メモ: 一つ目", "メモ: 二つ目"]
    assert "From row 4" in found[-1].message  # type: ignore[union-attr]


def test_cells_without_a_header_are_named_with_what_helps_in_that_format() -> None:
    rows = [["質問", "回答"], ["a", "b", "c"]]
    for name, data, do in (("a.csv", csv_of(rows), "comma"), ("a.xlsx", xlsx(表=rows), "Give every column a header")):
        message = read_as(name, data)[0].message  # type: ignore[union-attr]
        assert "3 cells under 2 headers" in message
        assert do in message


def merged(rows: Sequence[Sequence[object]], *ranges: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=rows)))
    for cells in ranges:
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_title_and_its_unit_above_a_header_of_merged_rows() -> None:
    rows = [
        ["会議室の利用料", None, None, None, None, "単位：円"],
        ["階", "部屋", "午前", None, "午後"],
        [None, None, "平日", "土日", "平日", "土日"],
        [2, "大会議室", 3000, 4000, 3500, 4500],
        [None, "小会議室", 1000, 1500, 1200, 1700],
        [3, "和室", 800, 900, 850, 950],
    ]
    found = read_as("a.xlsx", merged(rows, "A2:A3", "B2:B3", "C2:D2", "E2:F2", "A4:A5"))
    assert [item.text for item in found if isinstance(item, LoadedDocument)][1] == (
        "階: 2\n部屋: 小会議室\n午前 平日: 1000\n午前 土日: 1500\n午後 平日: 1200\n午後 土日: 1700"
    )
    assert [item.title for item in found if isinstance(item, LoadedDocument)] == ["会議室の利用料 単位：円"] * 3


FORM = [
    ["備品購入申請書"],
    [],
    ["部署", "経理課", None, "申請者", "高木"],
    ["申請日", "4月8日", None, "承認", "済"],
    [],
    ["品名", "型番", "単価", "数量", "用途"],
    ["椅子", "C-3", 12000, 2, "会議室"],
    ["電卓", "K-1", 980, 5, None],
    ["机", "D-7", 30000, 1, "新人用"],
]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_a_table_below_a_form(name: str) -> None:
    wide = [[str(cell or "") for cell in [*row, *[None] * (5 - len(row))]] for row in FORM]
    found = read_as(name, merged(FORM) if name == "a.xlsx" else csv_of(wide))
    documents = [item for item in found if isinstance(item, LoadedDocument)]
    assert [item.text.split("\n")[0] for item in documents] == ["品名: 椅子", "品名: 電卓", "品名: 机"]
    assert {item.title for item in documents} == {"備品購入申請書 部署 経理課 申請者 高木 申請日 4月8日 承認 済"}
    assert documents[0].text == "品名: 椅子\n型番: C-3\n単価: 12000\n数量: 2\n用途: 会議室"


def test_a_header_with_a_gap_stays_where_nothing_below_it_is_a_header() -> None:
    rows = [["社内FAQ"], ["質問", None, "回答", "備考"], *[[f"問{at}", f"補{at}", f"答{at}", "済"] for at in range(5)]]
    found = read_as("a.xlsx", xlsx(表=rows))
    assert [item.text for item in found if isinstance(item, LoadedDocument)] == [
        f"質問: 問{at}\n列2: 補{at}\n回答: 答{at}\n備考: 済" for at in range(5)
    ]


def test_a_column_without_a_name_does_not_change_the_language() -> None:
    rows = [["支店", None, None, None], *[["東", at, at, at] for at in range(3)]]
    found = read_as("a.xlsx", xlsx(表=rows))
    assert {item.language for item in found if isinstance(item, LoadedDocument)} == {"ja"}


def test_a_header_that_is_repeated_is_no_row() -> None:
    rows = [["品名", "数"], ["鉛筆", "3"], ["品名", "数"], ["消しゴム", "4"], ["数", "品名"]]
    for data, name in ((csv_of(rows), "a.csv"), (xlsx(表=rows), "a.xlsx")):
        assert list(texts(name, data).values()) == ["品名: 鉛筆\n数: 3", "品名: 消しゴム\n数: 4", "品名: 数\n数: 品名"]


NOTES = {
    "a date": [["作成日", "2024-04-01"]],
    "a name with a colon": [["担当：", "田中"]],
    "two": [["最終更新", "4月1日"], ["担当：", "田中"]],
    "below a title": [["社内FAQ", ""], ["Updated", "2024-04-01"]],
}


@pytest.mark.parametrize("notes", NOTES.values(), ids=NOTES)
@pytest.mark.parametrize(
    "table", [TABLE, [["品名", "単価"], ["鉛筆", "100"], ["定規", "200"]]], ids=["texts", "amounts"]
)
def test_notes_directly_above_a_table_of_two_columns(notes: list[list[str]], table: list[list[str]]) -> None:
    for data, name in ((csv_of(notes + table), "a.csv"), (xlsx(表=notes + table), "a.xlsx")):
        found = [item for item in read_as(name, data) if isinstance(item, LoadedDocument)]
        (first, second), *rows = table
        assert [item.text for item in found] == [f"{first}: {cell}\n{second}: {other}" for cell, other in rows]
        assert {item.title for item in found} == {" ".join(cell for row in notes for cell in row if cell)}


@pytest.mark.parametrize(
    "rows",
    [
        [["売上", "4月1日"], ["東京店", "大阪店"], ["鈴木", "田中"], ["佐藤", "高木"]],
        [["氏名：", "田中"], ["部署：", "総務部"], ["電話：", "なし"], ["備考：", "なし"]],
        [["氏名：", "部署："], ["田中", "総務部"], ["鈴木", "経理課"], ["佐藤", "営業部"]],
    ],
    ids=["a column of a date", "a form", "names with colons"],
)
def test_what_only_looks_like_notes_is_a_header(rows: list[list[str]]) -> None:
    found = [item for item in read_as("a.csv", csv_of(rows)) if isinstance(item, LoadedDocument)]
    assert {item.title for item in found} == {"a"}
    assert len(found) in {1, 3}
