"""Reading verification sets: the same items whatever the file, and every fault named with file, row and column."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from eval.dataset import OPTIONAL, REQUIRED, load_dataset
from rag.errors import DatasetError
from tests.eval.scripted import write_floats
from tests.ingest.files import edited, xlsx

HEADER = (*REQUIRED, *OPTIONAL)
ROWS = [
    (1, "日本の首都はどこですか？", "東京", "What is the capital of Japan?", "Tokyo", "open_qa",
     "東京都|とうきょう", "Tōkyō", "ja/東京都.md", "ja", ""),
    (2, "次の楽器は\n弦楽器ですか、打楽器ですか。\n琴", "弦楽器", "String or percussion?\nkoto", "string",
     "classification", "", "", "ja/琴.md|en/koto.md", "both", "弦楽器=string|打楽器=percussion"),
    (3, "81の正の平方根は？", "9", 'The root of "81", please?', "9", "open_qa", "", "", "", "none", ""),
]  # fmt: skip


def csv_bytes(rows=ROWS, header=HEADER, encoding="utf-8-sig") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode(encoding)


def write_csv(folder: Path, rows=ROWS, header=HEADER, encoding="utf-8-sig") -> Path:
    path = folder / "set.csv"
    path.write_bytes(csv_bytes(rows, header, encoding))
    return path


def write_xlsx(folder: Path, rows=ROWS, header=HEADER) -> Path:
    path = folder / "set.xlsx"
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)
    return path


def changed(row: int, column: str, value: object) -> list[tuple[object, ...]]:
    """ROWS with one cell changed."""
    rows = [list(cells) for cells in ROWS]
    rows[row][HEADER.index(column)] = value
    return [tuple(cells) for cells in rows]


def fault(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932", "utf-16", "euc_jp"])
def test_csv_gives_the_items_that_xlsx_gives(tmp_path, encoding) -> None:
    rows = [tuple("Tokyo" if cell == "Tōkyō" else cell for cell in row) for row in ROWS]  # CP932 has no ō
    (tmp_path / "x").mkdir()
    from_csv = load_dataset(write_csv(tmp_path, rows, encoding=encoding)).items
    from_xlsx = load_dataset(write_xlsx(tmp_path / "x", rows)).items
    assert from_csv == from_xlsx
    assert [item.number for item in from_csv] == ["1", "2", "3"]
    assert from_csv[1].questions["ja"] == "次の楽器は\n弦楽器ですか、打楽器ですか。\n琴"


def test_an_item_has_everything_of_its_row(tmp_path) -> None:
    first, second, third = load_dataset(write_xlsx(tmp_path)).items
    assert (first.questions["ja"], first.questions["en"]) == (
        "日本の首都はどこですか？",
        "What is the capital of Japan?",
    )
    assert first.aliases == {"ja": ("東京都", "とうきょう"), "en": ("Tōkyō",)}
    assert [reference.text for reference in first.references] == ["東京", "東京都", "とうきょう", "Tokyo", "Tōkyō"]
    assert first.labels is None
    assert second.labels is not None
    assert [label.name("ja") for label in second.labels.labels] == ["弦楽器", "打楽器"]
    assert [item.evidence_language for item in (first, second, third)] == ["ja", "both", "none"]


def test_the_hash_is_of_the_file(tmp_path) -> None:
    before = load_dataset(write_csv(tmp_path)).sha256
    assert load_dataset(write_csv(tmp_path)).sha256 == before
    assert load_dataset(write_csv(tmp_path, changed(0, "response(jp)", "京都"))).sha256 != before


def test_only_the_historical_columns_are_needed(tmp_path) -> None:
    rows = [(*row[:6], "ignored") for row in ROWS]
    (item, *_) = load_dataset(write_xlsx(tmp_path, rows, (*REQUIRED, "memo"))).items
    assert item.evidence == ()
    assert item.aliases == {"ja": (), "en": ()}


@pytest.mark.parametrize("number", [1.0, "1", " 1 ", 1])
def test_a_number_is_the_same_however_excel_keeps_it(tmp_path, number) -> None:
    assert load_dataset(write_xlsx(tmp_path, changed(0, "NO", number))).items[0].number == "1"


def test_whole_numbers_that_are_floats_in_the_file(tmp_path) -> None:
    path = write_floats(write_xlsx(tmp_path, changed(2, "response(jp)", 9)))
    assert openpyxl.load_workbook(path).active["C4"].value == 9.0
    assert isinstance(openpyxl.load_workbook(path).active["C4"].value, float)
    items = load_dataset(path).items
    assert [item.number for item in items] == ["1", "2", "3"]
    assert items[2].responses["ja"] == "9"


def test_a_float_response_stays_what_the_sheet_shows(tmp_path) -> None:
    items = load_dataset(write_xlsx(tmp_path, changed(2, "response(jp)", 9.0))).items
    assert items[2].responses["ja"] == "9"
    items = load_dataset(write_xlsx(tmp_path, changed(2, "response(jp)", 15.21))).items
    assert items[2].responses["ja"] == "15.21"


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column_is_named(tmp_path, write, column) -> None:
    at = HEADER.index(column)
    path = write(tmp_path, [row[:at] + row[at + 1 :] for row in ROWS], HEADER[:at] + HEADER[at + 1 :])
    text = str(fault(path))
    assert repr(column) in text
    assert "row 1" in text


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize("column", REQUIRED)
def test_an_empty_cell_is_named(tmp_path, write, column) -> None:
    text = str(fault(write(tmp_path, changed(0, column, "  "))))
    assert f"row 2, column {column!r}" in text


def test_rows_of_a_csv_are_physical_lines(tmp_path) -> None:
    """The second question fills lines 3 to 5 (and 2 more breaks in English), so that the third begins in line 6."""
    path = write_csv(tmp_path, changed(2, "type", "essay"))
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    physical = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    assert len(physical) > len(lines)
    line = next(n for n, text in enumerate(physical, 1) if text.startswith("3,"))
    assert f"row {line}, column 'type'" in str(fault(path))


def test_rows_of_an_xlsx_are_the_sheets_own(tmp_path) -> None:
    text = str(fault(write_xlsx(tmp_path, changed(2, "type", "essay"))))
    assert "row 4, column 'type'" in text
    assert "'essay'" in text
    assert "open_qa or classification" in text


def test_blank_rows_are_passed_over_and_counted(tmp_path) -> None:
    rows = [ROWS[0], ("",) * len(HEADER), changed(1, "type", "")[1]]
    assert "row 4" in str(fault(write_xlsx(tmp_path, rows)))
    assert len(load_dataset(write_xlsx(tmp_path, [ROWS[0], ("",) * len(HEADER), ROWS[1]])).items) == 2


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_duplicate_number_names_both_rows(tmp_path, write) -> None:
    text = str(fault(write(tmp_path, changed(1, "NO", "1"))))
    assert "NO 1" in text
    assert "row 2" in text
    assert "row 3, column 'NO'" in text


def test_a_float_duplicate_is_one(tmp_path) -> None:
    assert "stands twice" in str(fault(write_xlsx(tmp_path, changed(1, "NO", 1.0))))


@pytest.mark.parametrize("labels", ["弦楽器=string", "弦楽器|打楽器", "弦楽器=|打楽器=percussion", "甲=a|乙=a"])
def test_bad_labels_are_named(tmp_path, labels) -> None:
    assert "row 3, column 'labels'" in str(fault(write_xlsx(tmp_path, changed(1, "labels", labels))))


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_file_without_rows(tmp_path, write) -> None:
    assert "no rows" in str(fault(write(tmp_path, [])))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("empty.xlsx", b""),
        ("text.xlsx", b"NO,instruction(jp)\n"),
        ("half.xlsx", b"PK\x03\x04 and then nothing"),
        ("binary.csv", bytes(range(256)) * 20),
        ("set.ods", b"anything"),
        ("set", b"anything"),
    ],
)
def test_what_is_no_verification_set(tmp_path, name, data) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    fault(path)


def test_an_excel_file_that_is_cut_off(tmp_path) -> None:
    path = write_xlsx(tmp_path)
    path.write_bytes(path.read_bytes()[:-400])
    fault(path)


def test_an_excel_file_with_a_broken_sheet(tmp_path) -> None:
    import zipfile

    path, broken = write_xlsx(tmp_path), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name.startswith("xl/worksheets/") else data)
    fault(broken)


def test_a_missing_file_and_a_folder(tmp_path) -> None:
    fault(tmp_path / "nowhere.xlsx")
    (tmp_path / "folder.csv").mkdir()
    fault(tmp_path / "folder.csv")


def test_a_csv_whose_quotes_never_close(tmp_path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(csv_bytes() + b'4,"' + b"x" * 200_000)
    assert "row 8" in str(fault(path))


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
    assert "row 4, column 'type'" in str(fault(write(tmp_path, [blank, HEADER, *changed(0, "type", "x")], ("題",))))


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
    assert "has no column 'NO', 'instruction(jp)', 'response(jp)', 'instruction(en)', 'response(en)';" in text
    assert "'番号', '質問', 'TYPE'" in text
    assert "Its header must be: NO, instruction(jp)," in text
    text = str(fault(write_xlsx(tmp_path, [(1, "x" * 5000)], ("題",))))
    assert "x…" in text
    assert len(text) < 600


def test_the_sheet_is_named_where_there_are_several(tmp_path) -> None:
    path, rows = tmp_path / "set.xlsx", [list(HEADER), *map(list, changed(1, "type", "essay"))]
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
