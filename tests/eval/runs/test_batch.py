"""A list of questions to a table of answers: every form in and out, failures kept, interrupted batches gone on with."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from eval.runs.batch import answer_table, read_questions
from rag.errors import DatasetError, IndexMissing, SettingsError
from rag.factory import IndexSettings, ModelSettings
from rag.records import Decoding
from tests.eval.scripted import ROWS, Script, write_floats

QUESTIONS = [ROWS[0][1], ROWS[0][3], ROWS[4][1]]
ANSWERS = ["東京", "Tokyo", "H2O"]
MODEL = ModelSettings("scripted", Decoding(), 4096)


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
    assert [row[1] for row in read(tmp_path / out)[1:]] == ["東京", "[No answer] the model is down", "H2O"]

    script.replies[QUESTIONS[1]] = "Tokyo"
    before = len(script.prompts)
    assert answer_table(questions, tmp_path / out, MODEL, None) == 0
    assert len(script.prompts) == before + 1
    assert [row[1] for row in read(tmp_path / out)[1:]] == ANSWERS
    assert not list(tmp_path.glob("*.answers"))


def test_an_interrupted_table_keeps_every_answer_that_was_given_and_goes_on(script: Script, tmp_path) -> None:
    """Questions are asked three at a time; progress is reported when all of their answers are kept."""
    questions, out = tmp_path / "q.txt", tmp_path / "a.csv"
    questions.write_text("\n".join(f"{n}. {text}" for n in range(6) for text in QUESTIONS), encoding="utf-8")

    def interrupt(done: int, total: int) -> None:
        assert (done, total) == (3, 18)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_table(questions, out, MODEL, None, progress=interrupt)
    assert not out.exists()
    assert len(script.prompts) == 3
    seen: list[int] = []
    answer_table(questions, out, MODEL, None, progress=lambda done, total: seen.append(done))
    assert seen == [6, 9, 12, 15, 18]
    assert len(script.prompts) == 18
    assert [row[1] for row in read(out)[1:]] == ANSWERS * 6


def test_another_model_setting_asks_anew(script: Script, tmp_path) -> None:
    questions, out = write(tmp_path, "txt", header=False), tmp_path / "a.csv"
    script.replies[QUESTIONS[0]] = "!down"
    answer_table(questions, out, MODEL, None)
    before = len(script.prompts)
    answer_table(questions, out, ModelSettings("scripted", Decoding(temperature=0.5), 4096), None)
    assert len(script.prompts) >= before + 3


def test_a_question_too_long_for_the_model_is_one_failure(script: Script, tmp_path) -> None:
    questions, out = tmp_path / "q.txt", tmp_path / "a.csv"
    questions.write_text("\n".join([QUESTIONS[0], "長" * 5000, QUESTIONS[2]]), encoding="utf-8")
    assert answer_table(questions, out, MODEL, None) == 1
    said = [row[1] for row in read(out)[1:]]
    assert (said[0], said[2]) == ("東京", "H2O")
    assert said[1].startswith("[No answer] The question")


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
