"""Where the questions of a table are: under which header, in which sheet, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.dataset.column_names import Role, names_of
from eval.dataset.load import load_dataset
from eval.runs.batch import read_questions
from rag.errors import DatasetError
from tests.ingest.files import xlsx
from tests.samples import REPOSITORY

ASKED = ["富士山の高さは？", "What is H2O?"]


def tables(folder: Path, rows: Sequence[Sequence[object]]) -> list[Path]:
    """The rows as a workbook, and as a CSV in every dialect."""
    (book := folder / "q.xlsx").write_bytes(xlsx(シート1=[list(row) for row in rows]))
    paths = [book]
    for name, delimiter, encoding in (("c", ",", "utf-8-sig"), ("s", ";", "cp932"), ("t", "\t", "utf-16")):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=delimiter).writerows(rows)
        paths.append(folder / f"{name}.csv")
        paths[-1].write_bytes(buffer.getvalue().encode(encoding))
    return paths


@pytest.mark.parametrize(
    "header",
    ["Question", "ＱＵＥＳＴＩＯＮ", " question ", "Questions", "質問", "問い", "問", "設問", "Instruction", "質 問",
     "質問内容", "問題文", "お問い合わせ内容", "FAQの質問文", "query"],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["alone", "among others", "below titles", "below a title of the same name"])
def test_questions_stand_under_a_known_header(tmp_path, header, shape) -> None:
    rows: list[list[object]] = [["NO", header, "備考"], *([n, asked, "x"] for n, asked in enumerate(ASKED, 1))]
    if shape == "alone":
        rows = [[header], *([asked] for asked in ASKED)]
    elif shape == "below titles":
        rows = [["社内アンケート", "", ""], ["", "", ""], ["2024年4月", "", ""], *rows]
    elif shape != "among others":
        rows = [[header, "", ""], *rows]
    assert [read_questions(path) for path in tables(tmp_path, rows)] == [ASKED] * 4


@pytest.mark.parametrize("name", sorted(names_of(Role.QUESTION)))
def test_a_header_of_a_verification_set_is_one_of_a_list(tmp_path, name) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"NO,{name},備考\n1,首都は？,x\n", "utf-8")
    assert read_questions(path) == ["首都は？"]
    path.write_text(f"NO,{name},reference\n1,首都は？,東京\n", "utf-8")
    assert [question for item in load_dataset(path).items for question in item.questions.values()] == ["首都は？"]


def test_a_list_without_a_header_is_asked_from_its_first_row_on(tmp_path) -> None:
    for path in tables(tmp_path, [["", asked] for asked in ASKED])[:1] + tables(tmp_path, [[one] for one in ASKED]):
        assert read_questions(path) == ASKED


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["NO", "内容", "備考"], [1, ASKED[0], "x"]], "'NO', '内容', '備考'"),
        ([["題", ""], ["NO", "内容"], [1, ASKED[0]]], "'NO', '内容'"),
        ([[1, ASKED[0]], [2, ASKED[1]]], f"'1', '{ASKED[0]}'"),
        ([["NO", "内容", "種別"], [1, ASKED[0], "質問"]], "'NO', '内容', '種別'"),
        ([["質問", "Question"], ASKED], "'質問', 'Question'"),
    ],
)
def test_a_table_that_leaves_open_where_questions_are_is_refused_with_its_header(tmp_path, rows, named) -> None:
    for path in tables(tmp_path, rows):
        with pytest.raises(DatasetError) as caught:
            read_questions(path)
        text = str(caught.value)
        assert named in text
        assert f"{path}, row {1 if rows[0][1] else 2}" in text
        assert "設問" in text


@pytest.mark.parametrize("name", ["verify100.xlsx", "verify100.csv"])
def test_a_verification_set_is_no_list_of_questions(name) -> None:
    with pytest.raises(DatasetError, match=r"'instruction\(jp\)', 'response\(jp\)'"):
        read_questions(REPOSITORY / "eval" / "data" / name)


def test_a_cover_sheet_is_passed_over_and_two_sheets_of_questions_are_refused(tmp_path) -> None:
    path, asked = tmp_path / "q.xlsx", [["質問"], *([one] for one in ASKED)]
    path.write_bytes(xlsx(表紙=[["社内用"], ["作成", "総務部"]], 空=[], 質問票=asked))
    assert read_questions(path) == ASKED
    path.write_bytes(xlsx(今年=asked, 去年=asked))
    with pytest.raises(DatasetError, match=r"Several sheets.*'今年'.*'去年'"):
        read_questions(path)
    path.write_bytes(xlsx(表紙=[["社内用"]], 質問票=asked[1:]))
    with pytest.raises(DatasetError, match="No header"):
        read_questions(path)


@pytest.mark.parametrize("header", [["質問"], [], ["NO", "質問"]])
def test_a_formula_whose_value_was_not_saved_is_named(tmp_path, header) -> None:
    path, before = tmp_path / "q.xlsx", [""] * (len(header) - 1)
    path.write_bytes(xlsx(表=[header, *([*before, one] for one in (ASKED[0], '="B"&"?"', ASKED[1]))][not header :]))
    cell = f"{'AAB'[len(header)]}{3 if header else 2}"
    with pytest.raises(DatasetError, match=rf"not saved .*q\.xlsx, cell {cell}\)\. Open the file in Excel"):
        read_questions(path)
    path.write_bytes(xlsx(表=[["質問", "字数"], [ASKED[0], "=LEN(A2)"]]))
    assert read_questions(path) == ASKED[:1]


def test_nothing_but_an_unsaved_formula_is_named_too(tmp_path) -> None:
    path = tmp_path / "q.xlsx"
    path.write_bytes(xlsx(表=[["=1"]]))
    with pytest.raises(DatasetError, match="cell A1"):
        read_questions(path)
    path.write_bytes(xlsx(表=[["=1"]], 次=[["=1"]]))
    with pytest.raises(DatasetError, match="No header"):
        read_questions(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Question\nWhich of these, exactly, is it?\n", "row 2"),
        ("NO,質問\n1,東京は？\n2,東京,京都？\n", "3 cells under 2 headers"),
        ('Question\n"開いた引用\n次の質問\n', "row 2). Is a quotation mark left open"),
    ],
)
def test_a_csv_whose_rows_would_lose_something_is_refused(tmp_path, text, said) -> None:
    path = tmp_path / "q.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        read_questions(path)
    assert said in str(caught.value)


def test_a_question_may_hold_what_divides_other_tables(tmp_path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('Question\n"A, B?"\nC; D?\nE\tF?\n', encoding="utf-8")
    assert read_questions(path) == ["A, B?", "C; D?", "E\tF?"]
