"""Reading verification sets: the same items whatever the file, and every fault named with file, row and column."""

from __future__ import annotations

import openpyxl
import pytest

from eval.dataset.load import REQUIRED, load_dataset
from tests.eval.scripted import write_floats
from tests.eval.set_files import HEADER, ROWS, changed, csv_bytes, fault, write_csv, write_xlsx


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
@pytest.mark.parametrize("column", REQUIRED[1:5])
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


def test_rows_of_a_csv_are_a_spreadsheets_and_their_lines_in_the_file_are_named(tmp_path) -> None:
    """The second question fills lines 3 to 5 (and 2 more breaks in English), so that the third begins in line 6."""
    path = write_csv(tmp_path, changed(2, "type", ""))
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    physical = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    assert len(physical) > len(lines)
    line = next(n for n, text in enumerate(physical, 1) if text.startswith("3,"))
    assert f"row 4 (line {line}), column 'type'" in str(fault(path))


def test_rows_of_an_xlsx_are_the_sheets_own(tmp_path) -> None:
    assert "row 4, column 'type'" in str(fault(write_xlsx(tmp_path, changed(2, "type", ""))))


def test_a_type_is_any_text_and_graded_as_an_open_question(tmp_path) -> None:
    item = load_dataset(write_xlsx(tmp_path, changed(2, "type", "essay"))).items[2]
    assert (item.kind, item.grading) == ("essay", "open_qa")


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
    assert "is used twice" in str(fault(write_xlsx(tmp_path, changed(1, "NO", 1.0))))


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
    assert "row 5 (line 8)" in str(fault(path))
