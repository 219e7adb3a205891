"""Verification sets as people lay them out: headers in any writing, titles, cover sheets, cells as shown."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, time

import openpyxl
import pytest

from eval.dataset.load import load_dataset
from tests.eval.set_files import HEADER, ROWS, changed, fault, write_csv, write_xlsx
from tests.ingest.files import edited, xlsx


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.replace("(", "（").replace(")", "）"),
        str.title,
        str.upper,
        lambda name: f" {name.replace('(', ' (')} ",
        lambda name: "Ｎｏ．" if name == "NO" else name,
    ],
)
def test_headers_are_the_same_in_any_width_case_and_spacing(tmp_path, write, change) -> None:
    expected = load_dataset(write(tmp_path)).items
    assert load_dataset(write(tmp_path, ROWS, tuple(map(change, HEADER)))).items == expected


@pytest.mark.parametrize("kind", ["Classification", "ＣＬＡＳＳＩＦＩＣＡＴＩＯＮ"])
def test_types_too(tmp_path, kind) -> None:
    assert load_dataset(write_xlsx(tmp_path, changed(1, "type", kind))).items[1].kind == "classification"


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_title_above_the_header_is_passed_over(tmp_path, write) -> None:
    blank = ("",) * len(HEADER)
    expected = load_dataset(write(tmp_path)).items
    path = write(tmp_path, [blank, HEADER, *ROWS], ("検証セット", *blank[1:]))
    assert load_dataset(path).items == expected
    assert "row 4, column 'type'" in str(fault(write(tmp_path, [blank, HEADER, *changed(0, "type", "")], ("題",))))


def test_a_merged_title_and_a_cover_sheet_are_passed_over(tmp_path) -> None:
    path = write_xlsx(tmp_path)
    expected = load_dataset(path).items
    book = openpyxl.load_workbook(path)
    book.active.insert_rows(1)
    book.active["A1"] = "検証セット"
    book.active.merge_cells("A1:F1")
    book.create_sheet("表紙", 0).append(["社内用", "総務部"])
    book.save(path)
    assert load_dataset(path).items == expected


def test_what_was_found_and_what_is_expected_are_named(tmp_path) -> None:
    text = str(fault(write_xlsx(tmp_path, [], ("番号", "質問", "TYPE"))))
    assert "no column with the reference; this row has '番号', '質問', 'TYPE'" in text
    assert "--columns question=質問,reference=COLUMN" in text
    text = str(fault(write_xlsx(tmp_path, [(1, "x" * 5000)], ("題",))))
    assert "x…" in text
    assert len(text) < 600


def test_the_sheet_is_named_where_there_are_several(tmp_path) -> None:
    path, rows = tmp_path / "set.xlsx", [list(HEADER), *map(list, changed(1, "type", ""))]
    path.write_bytes(xlsx(表紙=[["題"]], 検証=rows))
    assert "sheet '検証', row 3, column 'type'" in str(fault(path))
    path.write_bytes(xlsx(一=rows, 二=rows))
    assert "Several sheets have the same columns" in str(fault(path))


@pytest.mark.parametrize("column", ["Type", "ｌａｂｅｌｓ"])
def test_a_column_that_stands_twice_is_refused(tmp_path, column) -> None:
    rows = [(*row, "x") for row in ROWS]
    assert f"column {'type' if column == 'Type' else 'labels'!r} twice" in str(
        fault(write_xlsx(tmp_path, rows, (*HEADER, column)))
    )


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("title", ["", "検証セット\n"])
def test_other_delimiters(tmp_path, delimiter, title) -> None:
    expected = load_dataset(write_csv(tmp_path)).items
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([HEADER, *ROWS])
    (tmp_path / "set.csv").write_text(title + buffer.getvalue(), encoding="utf-8")
    assert load_dataset(tmp_path / "set.csv").items == expected


@pytest.mark.parametrize("size", [b"A1", b"A1:F2", b"A1:C99"])
def test_a_sheet_that_states_a_wrong_size_is_read_whole(tmp_path, size) -> None:
    path = write_xlsx(tmp_path)
    expected = load_dataset(path).items

    def change(sheet: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + size + b'"', sheet)

    path.write_bytes(edited(path.read_bytes(), "xl/worksheets/sheet1.xml", change))
    assert load_dataset(path).items == expected


def test_dates_times_percents_and_truth_are_what_the_sheet_shows(tmp_path) -> None:
    path = write_xlsx(tmp_path)
    book = openpyxl.load_workbook(path)
    for line, value in enumerate((datetime(1969, 7, 20), 0.1, time(9, 30)), 2):
        book.active[f"C{line}"] = value
    book.active["C3"].number_format = "0%"
    book.active["E4"] = True
    book.save(path)
    items = load_dataset(path).items
    assert [item.responses["ja"] for item in items] == ["1969-07-20", "10%", "9:30"]
    assert items[2].responses["en"] == "TRUE"


@pytest.mark.parametrize("column", ["response(jp)", "aliases(en)"])
def test_a_formula_whose_value_was_not_saved_is_named(tmp_path, column) -> None:
    path = write_xlsx(tmp_path, changed(1, column, '="a"'))
    assert f"cell {'ABCDEFGHIJK'[HEADER.index(column)]}3). Open the file" in str(fault(path))
    rows = [(*row, "=LEN(B2)") for row in ROWS]
    assert len(load_dataset(write_xlsx(tmp_path, rows, (*HEADER, "字数"))).items) == len(ROWS)
