"""A list of questions to a table of answers: every form in and out, failures kept, interrupted batches gone on with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from eval.batch import answer_table, read_questions
from rag.errors import DatasetError, IndexMissing, SettingsError
from rag.opening import IndexSettings, ModelSettings
from rag.prompt import PromptStyle
from rag.records import Decoding
from tests.eval.scripted import ROWS, Script, write_floats
from tests.ingest.files import xlsx
from tests.samples import REPOSITORY

QUESTIONS = [ROWS[0][1], ROWS[0][3], ROWS[4][1]]
ANSWERS = ["東京", "Tokyo", "H2O"]
MODEL = ModelSettings("scripted", Decoding(), 4096, PromptStyle.DEFAULT)


def write(folder: Path, kind: str, *, header: bool) -> Path:
    path = folder / f"questions.{kind}"
    if kind == "txt":
        path.write_bytes("\r\n\r\n".join(QUESTIONS).encode("cp932"))
    else:
        rows = (
            [("id", "question"), *((str(n), q) for n, q in enumerate(QUESTIONS))]
            if header
            else [(q,) for q in QUESTIONS]
        )
        if kind == "csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rows)
        else:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            book.save(path)
    return path


def read(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    return [
        ["" if c is None else c for c in row] for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    ]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("kind", ["txt", "csv", "xlsx"])
@pytest.mark.parametrize("out", ["answers.csv", "answers.xlsx"])
def test_every_form_in_and_out(script: Script, tmp_path, kind, header, out) -> None:
    failed = answer_table(write(tmp_path, kind, header=header), tmp_path / out, MODEL, None)
    assert failed == 0
    assert read(tmp_path / out) == [["Question", "Answer"], *map(list, zip(QUESTIONS, ANSWERS, strict=True))]
    assert not list(tmp_path.glob("*.answers"))


def test_with_an_index_there_are_sources(script: Script, tmp_path, index: Path) -> None:
    out = tmp_path / "answers.xlsx"
    assert answer_table(write(tmp_path, "txt", header=False), out, MODEL, IndexSettings(index, None, 2)) == 0
    header, *rows = read(out)
    assert header == ["Question", "Answer", "Sources"]
    assert rows[0][2].startswith("[1] ja/東京.md:")
    assert all(row[2].count("[") == 2 for row in rows)
    assert all("<passage 2" in prompt for prompt in script.prompts)


@pytest.mark.parametrize("out", ["answers.csv", "answers.xlsx"])
def test_a_failure_is_shown_and_kept_and_tried_again(script: Script, tmp_path, out) -> None:
    questions = write(tmp_path, "txt", header=False)
    script.replies[QUESTIONS[1]] = "!the model is down"
    assert answer_table(questions, tmp_path / out, MODEL, None) == 1
    assert [row[1] for row in read(tmp_path / out)[1:]] == ["東京", "[ModelFailed] the model is down", "H2O"]

    script.replies[QUESTIONS[1]] = "Tokyo"
    before = len(script.prompts)
    assert answer_table(questions, tmp_path / out, MODEL, None) == 0
    assert len(script.prompts) == before + 1
    assert [row[1] for row in read(tmp_path / out)[1:]] == ANSWERS
    assert not list(tmp_path.glob("*.answers"))


def test_an_interrupted_batch_goes_on(script: Script, tmp_path) -> None:
    questions, out = tmp_path / "q.txt", tmp_path / "a.csv"
    questions.write_text("\n".join(f"{n}. {text}" for n in range(3) for text in QUESTIONS), encoding="utf-8")

    def interrupt(done: int, total: int) -> None:
        assert total == 9
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_table(questions, out, MODEL, None, progress=interrupt)
    assert not out.exists()
    asked = len(script.prompts)
    seen: list[int] = []
    answer_table(questions, out, MODEL, None, progress=lambda done, total: seen.append(done))
    assert seen == [5, 6, 7, 8, 9]
    assert len(script.prompts) - asked == 5
    assert [row[1] for row in read(out)[1:]] == ANSWERS * 3


def test_another_model_setting_asks_anew(script: Script, tmp_path) -> None:
    questions, out = write(tmp_path, "txt", header=False), tmp_path / "a.csv"
    script.replies[QUESTIONS[0]] = "!down"
    answer_table(questions, out, MODEL, None)
    before = len(script.prompts)
    answer_table(questions, out, ModelSettings("scripted", Decoding(temperature=0.5), 4096, PromptStyle.DEFAULT), None)
    assert len(script.prompts) >= before + 3


def test_a_question_too_long_for_the_model_is_one_failure(script: Script, tmp_path) -> None:
    questions, out = tmp_path / "q.txt", tmp_path / "a.csv"
    questions.write_text("\n".join([QUESTIONS[0], "長" * 5000, QUESTIONS[2]]), encoding="utf-8")
    assert answer_table(questions, out, MODEL, None) == 1
    said = [row[1] for row in read(out)[1:]]
    assert (said[0], said[2]) == ("東京", "H2O")
    assert said[1].startswith("[PromptTooLong]")


def test_formulas_in_questions_and_answers_stay_text(script: Script, tmp_path) -> None:
    questions = tmp_path / "q.txt"
    questions.write_text("=cmd|' /C calc'!A0 what?", encoding="utf-8")
    script.replies["what?"] = "@SUM(1)"
    for name in ("a.csv", "a.xlsx"):
        answer_table(questions, tmp_path / name, MODEL, None)
    assert read(tmp_path / "a.csv")[1] == ["'=cmd|' /C calc'!A0 what?", "'@SUM(1)"]
    cells = openpyxl.load_workbook(tmp_path / "a.xlsx").active[2]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=cmd|' /C calc'!A0 what?", "s"), ("@SUM(1)", "s")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("blank.txt", b"\n \n"),
        ("header.csv", b"Question\r\n"),
        ("not.xlsx", b"Question"),
        ("binary.txt", bytes(range(256)) * 20),
        ("quotes.csv", b'Question\n"' + b"x" * 4_000_001),
        ("list.pdf", b"%PDF"),
    ],
)
def test_what_is_no_list_of_questions(tmp_path, name, data) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        read_questions(path)
    assert str(path) in str(caught.value)


def test_a_missing_list_a_wrong_table_and_no_index(script: Script, tmp_path) -> None:
    questions = write(tmp_path, "txt", header=False)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_questions(tmp_path / "nowhere.txt")
    with pytest.raises(SettingsError, match=r"a\.pdf"):
        answer_table(questions, tmp_path / "a.pdf", MODEL, None)
    with pytest.raises(IndexMissing):
        answer_table(questions, tmp_path / "a.csv", MODEL, IndexSettings(tmp_path / "none", None, 3))
    assert not list(tmp_path.glob("a.*"))


def test_numbers_in_a_workbook_read_as_shown(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Question"])
    book.active.append([1868.0])
    book.save(tmp_path / "q.xlsx")
    assert read_questions(write_floats(tmp_path / "q.xlsx")) == ["1868"]


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
    ["Question", "ＱＵＥＳＴＩＯＮ", " question ", "Questions", "質問", "問い", "問", "設問", "Instruction", "質 問"],
)
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


@pytest.mark.parametrize("way", ["itself", "another spelling", "symlink", "hard link", "link as questions"])
def test_the_questions_are_never_written_over(script: Script, tmp_path, way) -> None:
    questions = write(tmp_path, "csv", header=True)
    before, other = questions.read_bytes(), tmp_path / "other.csv"
    (tmp_path / "below").mkdir()
    given, out = questions, questions
    if way == "another spelling":
        out = tmp_path / "below" / ".." / questions.name
    elif way == "hard link":
        other.hardlink_to(questions)
        out = other
    elif way != "itself":
        other.symlink_to(questions)
        given, out = (questions, other) if way == "symlink" else (other, questions)
    with pytest.raises(SettingsError, match="would replace the file"):
        answer_table(given, out, MODEL, None)
    assert questions.read_bytes() == before
    assert not script.prompts
