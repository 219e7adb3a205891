"""Grading a table of answers, and the agreement with labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from eval.fallback.agreement import grade_labelled_answers, load_labelled_answers
from kotae.commands import main
from rag.errors import DatasetError

HEADER = "question,answer,references,type,language,labels,label\n"


def write(folder: Path, rows: str, header: str = HEADER) -> Path:
    path = folder / "answers.csv"
    path.write_text(header + rows, encoding="utf-8")
    return path


def encode(texts: list[str]) -> np.ndarray:
    """A stand-in: the same vector for the same text, another for another."""
    vectors = np.array([[1.0, 0.0] if "東京" in text or "Tokyo" in text else [0.6, 0.8] for text in texts])
    return vectors.astype(np.float32).reshape(len(texts), 2)


def test_grades_and_agrees_with_labels(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "日本の首都は？,答えは東京です。,東京|Tokyo,open_qa,ja,,1\n"
        "What is the capital of Japan?,Kyoto,東京|Tokyo,open_qa,en,,0\n"
        "What is the capital of Japan?,It is Tokyo.,Tokyo,open_qa,en,,0\n"
        "琴は？,弦楽器です,弦楽器,classification,ja,弦楽器=string|打楽器=percussion,1\n",
    )
    report = grade_labelled_answers(load_labelled_answers(path), encode)
    assert [one.verdict.correct for one in report.graded] == [True, False, True, True]
    assert report.ladder is not None
    assert (report.ladder.accuracy.correct, report.ladder.accuracy.total) == (3, 4)
    assert (report.ladder.true_positive_rate.total, report.ladder.true_negative_rate.total) == (2, 2)
    assert [one.labelled.row for one in report.disagreements] == [4]
    assert "row 4: ladder right, label wrong" in report.text()
    assert report.cosine is not None
    assert report.threshold is not None


def test_without_labels_there_is_no_agreement(tmp_path: Path) -> None:
    path = write(tmp_path, "日本の首都は？,東京,東京,open_qa,ja\n", "question,answer,references,type,language\n")
    report = grade_labelled_answers(load_labelled_answers(path))
    assert report.ladder is None
    assert report.text() == "1 answers: 1 right, 0 not right in content"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("q,a,r,open_qa,fr,,1\n", "no question with a reference in Japanese or English"),
        ("q,a,,open_qa,ja,,1\n", "row 2, column 'references'"),
        ("q,a,r,open_qa,ja,,perhaps\n", "row 2, column 'label'"),
        ("q,a,r,classification,ja,弦楽器,1\n", "row 2, column 'labels'"),
        ("", "no rows"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(DatasetError, match=r"answers\.csv") as caught:
        load_labelled_answers(write(tmp_path, rows))
    assert said in str(caught.value)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no column with the answers to grade"):
        load_labelled_answers(write(tmp_path, "q,a\n", "question,answer,type,language\n"))


def test_columns_may_have_any_usual_names(tmp_path: Path) -> None:
    path = write(
        tmp_path, "日本の首都は？,東京,東京です。,1\n日本の首都は？,東京,大阪です。,0\n", "質問,正解,回答,label\n"
    )
    report = grade_labelled_answers(load_labelled_answers(path))
    assert [row.verdict.correct for row in report.graded] == [True, False]
    assert report.ladder is not None
    assert report.ladder.accuracy.correct == 2


@pytest.mark.usefixtures("encoder")
def test_the_command_takes_columns_of_any_name(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("a,b,c\n日本の首都は？,東京,東京です。\n", encoding="utf-8")
    graded = CliRunner().invoke(main, ["eval", "grade", str(path), "--columns", "question=a,reference=b,answer=c"])
    assert "1 answers: 1 right" in graded.stdout


def test_in_a_table_of_both_languages_references_have_the_language_of_their_letters(tmp_path: Path) -> None:
    rows = "日本の首都は？,Tokyo,東京|Tokyo,ja\nWhat is the capital of Japan?,Tokyo,東京|Tokyo,en\n"
    labelled = load_labelled_answers(write(tmp_path, rows, "question,answer,references,language\n"))
    verdicts = [row.verdict for row in grade_labelled_answers(labelled).graded]
    assert [(verdict.correct, verdict.language_correct) for verdict in verdicts] == [(True, False), (True, True)]


@pytest.mark.parametrize("form", ["comma", "semicolon", "xlsx"])
def test_every_form_of_table_gives_the_same(tmp_path: Path, form: str) -> None:
    header = ["ＮＯ", " Question", "Answer", "References", "Type", "Language", "labels", "Label"]
    row = ["1", "率は？", "10%です", "10%", "Open_QA", "JA", "", "1"]
    path = tmp_path / ("a.xlsx" if form == "xlsx" else "a.csv")
    if form == "xlsx":
        book = openpyxl.Workbook()
        for cells in (["採点"], header, row):
            book.active.append(cells)
        book.active["D3"].value, book.active["D3"].number_format = 0.1, "0%"
        book.save(path)
    else:
        mark = {"comma": ",", "semicolon": ";"}[form]
        path.write_text("採点\n" + "\n".join(map(mark.join, (header, row))), encoding="cp932")
    (labelled,) = load_labelled_answers(path)
    assert (labelled.row, labelled.group.strip(), labelled.kind, labelled.language, labelled.label) == (
        3,
        "1",
        "open_qa",
        "ja",
        True,
    )
    assert [reference.text for reference in labelled.references] == ["10%"]


def test_an_open_quotation_mark_takes_in_no_rows(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="quotation mark left open"):
        load_labelled_answers(write(tmp_path, 'q,a,"r,open_qa,ja,,1\nq,a,r,open_qa,ja,,1\n'))


def test_labels_are_not_written_over_by_their_calibration(tmp_path: Path) -> None:
    path = write(tmp_path, "q,a,r,open_qa,ja,,1\n")
    before = path.read_bytes()
    said = CliRunner().invoke(main, ["eval", "calibrate", str(path), "--out", str(path)])
    assert said.exit_code == 1
    assert path.read_bytes() == before
