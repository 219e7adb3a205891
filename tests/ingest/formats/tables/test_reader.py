"""Rows of csv and xlsx, lines of jsonl: a document each, found again by its source."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import edited, read_as, texts, xlsx

ROWS = [
    ["質問", "回答", "分類"],
    ["送料は？", "無料です。", "配送"],
    ["Is it free?", "Yes.", ""],
    ["", "", ""],
    ["返品は？", "七日以内。\n未開封に限る。", None],
]
LINES = {
    "2": "質問: 送料は？\n回答: 無料です。\n分類: 配送",
    "3": "質問: Is it free?\n回答: Yes.",
    "5": "質問: 返品は？\n回答: 七日以内。\n未開封に限る。",
}


def csv_of(rows: list[list[Any]], delimiter: str = ",", codec: str = "utf-8") -> bytes:
    quoted = (['"' + (cell or "").replace('"', '""') + '"' for cell in row] for row in rows)
    return "\r\n".join(delimiter.join(row) for row in quoted).encode(codec)


def jsonl_of(*values: Any) -> bytes:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_rows(codec: str, delimiter: str) -> None:
    expected = {f"faq.csv#row={number}": text for number, text in LINES.items()}
    assert texts("faq.csv", csv_of(ROWS, delimiter, codec)) == expected


def test_xlsx_rows_of_every_sheet() -> None:
    second = [["NO", "値"], [1, 2.0], [datetime(2024, 4, 1), True], [datetime(2024, 4, 1, 9, 30), 0.5]]
    assert texts("faq.xlsx", xlsx(シート1=ROWS, 空=[], 数=second)) == {
        **{f"faq.xlsx#シート1!{number}": text for number, text in LINES.items()},
        "faq.xlsx#数!2": "NO: 1\n値: 2",
        "faq.xlsx#数!3": "NO: 2024-04-01\n値: TRUE",
        "faq.xlsx#数!4": "NO: 2024-04-01 9:30\n値: 0.5",
    }


@pytest.mark.parametrize(
    "header", [["id", "title", "text", "lang"], ["ID", "題名", "本文", "LANG"], ["ｉｄ", " タイトル ", "Text", "lang"]]
)
def test_columns_that_have_a_role(header: list[str]) -> None:
    rows = [
        header,
        ["A-1", "東京", "日本の首都。", "ja"],
        ["", "Ottawa", "カナダの首都。", "en"],
        ["A-3", "", "Text.", ""],
    ]
    for data, name, prefix in ((csv_of(rows), "d.csv", ""), (xlsx(表=rows), "d.xlsx", "表!")):
        found = read_as(name, data)
        row = "3" if prefix else "row=3"
        assert [(one.source, one.title, one.text, one.language) for one in found] == [  # type: ignore[union-attr]
            (f"{name}#{prefix}id=A-1", "東京", "日本の首都。", "ja"),
            (f"{name}#{prefix}{row}", "Ottawa", "カナダの首都。", "en"),
            (f"{name}#{prefix}id=A-3", "d", "Text.", "en"),
        ]


def test_jsonl() -> None:
    values = [
        {"id": "q1", "title": "東京", "text": "日本の首都。", "lang": "ja"},
        {"id": 2, "text": "Second."},
        {"text": "三つ目。", "title": None},
    ]
    found = read_as("d.jsonl", jsonl_of(values[0], values[1]) + b"\r\n\n" + jsonl_of(values[2]) + b"\n")
    assert [(one.source, one.title, one.text, one.language) for one in found] == [  # type: ignore[union-attr]
        ("d.jsonl#q1", "東京", "日本の首都。", "ja"),
        ("d.jsonl#2", "d", "Second.", "en"),
        ("d.jsonl#line=4", "d", "三つ目。", "ja"),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_jsonl_in_other_encodings(codec: str) -> None:
    data = '{"id": "a", "text": "表示能力。"}\n{"id": "b", "text": "東京都。"}\n'.encode(codec)
    assert texts("d.jsonl", data) == {"d.jsonl#a": "表示能力。", "d.jsonl#b": "東京都。"}


@pytest.mark.parametrize(
    ("columns", "title", "text"),
    [
        (("回答",), "faq", "七日以内。"),
        (("回答", "質問"), "faq", "回答: 七日以内。\n質問: 返品は？"),
        (("タイトル", "回答"), "返品", "七日以内。"),
        (("title", "回答", "質問"), "返品", "回答: 七日以内。\n質問: 返品は？"),
        (("title",), "返品", "返品"),
        (("ｔｉｔｌｅ", " 回答"), "返品", "七日以内。"),
    ],
)
def test_chosen_columns(columns: tuple[str, ...], title: str, text: str) -> None:
    header, row = ["id", "題名", "質問", "回答"], ["x", "返品", "返品は？", "七日以内。"]
    files = {
        "faq.csv": csv_of([header, row]),
        "faq.xlsx": xlsx(表=[header, row]),
        "faq.jsonl": jsonl_of(dict(zip(header, row, strict=True))),
    }
    for name, data in files.items():
        (one,) = read_as(name, data, *columns)
        assert isinstance(one, LoadedDocument), one
        assert (one.title, one.text, one.source.rpartition("#")[2].rpartition("=")[2]) == (title, text, "x")


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    for name, data in (("a.csv", csv_of(ROWS)), ("a.xlsx", xlsx(表=ROWS)), ("a.jsonl", jsonl_of({"質問": "送料は？"}))):
        one, whole = read_as(name, data, "質問", "本文なし")
        assert isinstance(one, Failure)
        assert "no column 本文なし" in one.message or "no 本文なし" in one.message
        assert "質問" in one.message
        assert whole.subject == name  # type: ignore[union-attr]


def test_headers_that_are_blank_or_stand_twice() -> None:
    assert texts("a.csv", "質問,,質問\n一,二,三\n".encode()) == {"a.csv#row=2": "質問: 一\n列2: 二\n質問: 三"}


def test_rows_above_a_broken_one_are_kept() -> None:
    found = read_as("a.csv", '質問,回答\n送料は？,無料\n"開いた,引用\n次,行\n'.encode())
    assert [type(one).__name__ for one in found] == ["LoadedDocument", "Failure"]
    assert found[1].subject == "a.csv"  # type: ignore[union-attr]
    assert "From row 3" in found[1].message  # type: ignore[union-attr]


def test_readings_in_cells_are_left_out_and_a_wrong_size_is_not_believed() -> None:
    def change(sheet: bytes) -> bytes:
        plain = "<is><t>送料は？</t></is>".encode("ascii", "xmlcharrefreplace")
        cell = "<is><r><t>送料は？</t></r><rPh sb='0' eb='2'><t>ソウリョウ</t></rPh></is>".encode()
        assert plain in sheet
        assert b'<dimension ref="A1:C5"' in sheet
        return sheet.replace(plain, cell).replace(b'ref="A1:C5"', b'ref="A1:A2"')

    data = edited(xlsx(表=ROWS), "xl/worksheets/sheet1.xml", change)
    assert texts("a.xlsx", data) == {f"a.xlsx#表!{number}": text for number, text in LINES.items()}


def test_a_row_with_bytes_that_are_no_text_is_named_and_costs_no_other() -> None:
    rows = ["id,本文", "1,一つ目", '2,"二つ', "目の?行", '三行"', "3,三つ目"]
    data = "\r\n".join(rows).encode().replace(b"?", b"\xff")
    one, bad, three = read_as("a.csv", data)
    assert [one.source, three.source] == ["a.csv#id=1", "a.csv#id=3"]  # type: ignore[union-attr]
    assert isinstance(bad, Failure)
    assert bad.subject == "a.csv#row=3"
    assert "line 4 of the file is not UTF-8: its byte 7 is 0xFF" in bad.message
    lines = jsonl_of({"text": "一"}, {"text": "二つ?目"}, {"text": "三"}).replace(b"?", b"\xff")
    one, bad, three = read_as("a.jsonl", lines)
    assert [one.source, three.source] == ["a.jsonl#line=1", "a.jsonl#line=3"]  # type: ignore[union-attr]
    assert "This line is not UTF-8: its byte 17 is 0xFF (a.jsonl#line=2)" in bad.message  # type: ignore[union-attr]


def test_a_header_with_bytes_that_are_no_text_costs_the_table() -> None:
    bad, whole = read_as("a.csv", "id,本?文\n1,一つ目\n2,二つ目\n".encode().replace(b"?", b"\xff"))
    assert (bad.subject, whole.subject) == ("a.csv#row=1", "a.csv")  # type: ignore[union-attr]
    assert "Nothing in this file can be read: This row cannot be read: line 1" in whole.message  # type: ignore[union-attr]


def test_blank_lines_above_a_header_are_counted() -> None:
    assert texts("a.csv", "\n\r\n質問;回答\n送料は？;無料\n".encode()) == {"a.csv#row=4": "質問: 送料は？\n回答: 無料"}


def test_a_nul_in_one_row_costs_that_row() -> None:
    rows = [f"{n},行{n}" for n in range(30)]
    found = read_as("a.csv", "\n".join(["id,本文", *rows[:9], "x,\0", *rows[9:]]).encode())
    assert [one.subject for one in found if isinstance(one, Failure)] == ["a.csv#row=11"]
    assert len(found) == 31


def test_an_open_quotation_mark_does_not_take_in_a_whole_large_file() -> None:
    data = "質問,回答\n送料は？,無料\n".encode() + b'x,"' + (b"y" * 9_999 + b"\n") * 2000
    one, bad = read_as("a.csv", data)
    assert isinstance(one, LoadedDocument)
    assert "From row 3 (line 3) on, this is not valid CSV: field larger than" in bad.message  # type: ignore[union-attr]


def test_sheets_of_one_row() -> None:
    found = read_as(
        "a.xlsx",
        xlsx(表=[["質問", "回答"], ["送料は？", "無料"]], 注意=[["会員は一割引き。"]], 雛形=[["質問", "回答"]]),
    )
    assert [one.text for one in found if isinstance(one, LoadedDocument)] == [
        "質問: 送料は？\n回答: 無料",
        "会員は一割引き。",
    ]
    (failed,) = [one for one in found if isinstance(one, Failure)]
    assert "This table has a header and no rows (a.xlsx#雛形!1)" in failed.message


def test_errors_of_formulas_are_named_and_are_no_text() -> None:
    rows = [["質問", "回答"], ["送料は？", "#N/A"], ["#REF!", "#DIV/0!"], ["返品は？", "可"]]
    for name, data, place in (("a.csv", csv_of(rows), "row=2"), ("a.xlsx", xlsx(表=rows), "表!B2")):
        found = read_as(name, data)
        assert [one.text for one in found if isinstance(one, LoadedDocument)] == [
            "質問: 送料は？",
            "質問: 返品は？\n回答: 可",
        ]
        (failed,) = [one for one in found if isinstance(one, Failure)]
        assert f"(#N/A): 3 ({name}#{place})" in failed.message


def test_hidden_sheets_rows_and_columns_are_left_out_and_named() -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=ROWS, 旧=ROWS)))
    book["旧"].sheet_state = "hidden"
    book["表"].row_dimensions[3].hidden = True
    book["表"].column_dimensions["C"].hidden = True
    out = io.BytesIO()
    book.save(out)
    found = read_as("a.xlsx", out.getvalue())
    assert [one.text for one in found if isinstance(one, LoadedDocument)] == [
        "質問: 送料は？\n回答: 無料です。", "質問: 返品は？\n回答: 七日以内。\n未開封に限る。",
    ]  # fmt: skip
    assert [(one.subject, one.error) for one in found if isinstance(one, Failure)] == [
        ("a.xlsx#表!3", "LeftOut"), ("a.xlsx#表!C", "LeftOut"), ("a.xlsx#旧", "LeftOut"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "above", [[["作成日", "2024-04-01"]], [["作成日", "4月"], ["担当", "総務"]], [["一覧"], ["担当", "総務"], []]]
)
def test_notes_of_two_cells_above_a_wider_header(above: list[list[str]]) -> None:
    table = [["支店", "売上", "利益"], ["東京", "120", "30"], ["大阪", "80", "12"]]
    expected = ["支店: 東京\n売上: 120\n利益: 30", "支店: 大阪\n売上: 80\n利益: 12"]
    width = max(map(len, table))
    padded = [row + [""] * (width - len(row)) for row in above + table]
    assert list(texts("a.csv", csv_of(padded)).values()) == expected
    assert list(texts("a.xlsx", xlsx(表=above + table)).values()) == expected


def test_text_boxes_of_a_sheet_are_a_document() -> None:
    drawn = (
        '<x:wsDr xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><x:sp><x:txBody>'
        "<a:p><a:r><a:t>注意：</a:t></a:r><a:r><a:t>八月は休業</a:t></a:r></a:p><a:p><a:r><a:t>します。</a:t></a:r></a:p>"
        "</x:txBody></x:sp><x:sp><x:txBody><a:p/></x:txBody></x:sp></x:wsDr>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{kind}" Target="../drawings/d.xml"/></Relationships>'
    )
    for rows in ([["品名", "価格"], ["りんご", 100]], []):
        stream = io.BytesIO(xlsx(一覧=rows))
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("xl/drawings/d.xml", drawn)
            archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", links)
        assert texts("a.xlsx", stream.getvalue())["a.xlsx#一覧!shapes"] == "注意：八月は休業\nします。"
