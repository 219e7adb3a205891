"""The workbook goes out blind and safe, and comes back whole, or with a named error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from eval.audit.key import AuditKey, draw, load_key, save_key
from eval.audit.result import audit_result
from eval.audit.sheet import ANSWER, CODE, JUDGEMENT, RIGHT, WRONG, audit_of, read_judgements, write_sheet
from eval.dataset.conditions import Condition
from eval.runs.graded import RunAnswer, ladder_answers
from eval.runs.run import load_run
from rag.errors import DatasetError, RunError
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import BOTH, write_set

ROWS = [
    (str(n), f"質問{n}？", f"答え{n}番", f"Question {n}?", f"reply {n}x", "open_qa", "", "", "", "", "")
    for n in range(1, 13)
]
Edit = Callable[[Any], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    verify = write_set(tmp_path / "set.csv", ROWS)
    said = {}
    for row in ROWS:
        for condition in BOTH:
            right = int(row[0]) % (3 if condition is Condition.NO_RAG else 2)
            said[row[0], "ja", condition] = row[2] if right else "=1+1だと思います"
    said["1", "ja", Condition.RAG] = FAILED
    return make_run(tmp_path / "run", verify, said, languages=("ja",))


@pytest.fixture
def answers(folder: Path) -> tuple[RunAnswer, ...]:
    return ladder_answers(load_run(folder))


@pytest.fixture
def key(answers) -> AuditKey:
    return draw(answers, 16, 3)


@pytest.fixture
def path(tmp_path: Path, key, answers) -> Path:
    write_sheet(tmp_path / "audit.xlsx", key, answers)
    return tmp_path / "audit.xlsx"


def edit(path: Path, change: Edit) -> Path:
    """Fill every judgement with "right", then change the sheet."""
    book = load_workbook(path)
    sheet = book["answers"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 5).value = RIGHT
    change(sheet)
    book.save(path)
    return path


def test_the_sample_is_reproducible_and_stratified(answers, key) -> None:
    assert draw(answers, 16, 3) == key
    assert draw(answers, 16, 4) != key
    assert len(key.drawn) == len({keyed.code for keyed in key.drawn}) >= 16
    assert {keyed.stratum for keyed in key.drawn} == {keyed.stratum for keyed in key.answers if keyed.stratum}
    assert sum(keyed.stratum is None for keyed in key.answers) == 1
    assert [keyed.place for keyed in key.drawn] != sorted(keyed.place for keyed in key.drawn)


def test_the_workbook_is_blind_bilingual_and_takes_two_words_only(path) -> None:
    book = load_workbook(path)
    assert book.sheetnames == ["instructions", "answers"]
    instructions = " ".join(str(row[0]) for row in book["instructions"].values)
    assert "Judge every row" in instructions
    assert "すべての行を判定してください" in instructions
    sheet = book["answers"]
    cells = [str(cell) for row in sheet.values for cell in row if cell is not None]
    assert not {"rag", "no_rag", "correct", "not right"} & set(cells)
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.formula1, offered.showErrorMessage) == (f'"{RIGHT},{WRONG}"', True)
    risky = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=1+1"))
    assert risky.data_type == "s"


def test_sorted_rows_and_any_usual_word_are_read(path, key, answers) -> None:
    def change(sheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for at, row in enumerate(reversed(rows), 2):
            for column, value in enumerate(row, 1):
                sheet.cell(at, column).value = value
                sheet.cell(at, column).data_type = "s"  # as Excel keeps it
        for at, word in enumerate(["正しい", "誤り", "○", "×", "1", "0", "Right", "WRONG", RIGHT, WRONG], 2):
            sheet.cell(at, 5).value = word

    judged = read_judgements(edit(path, change), key, answers)
    assert len(judged) == len(key.drawn)
    assert sum(not right for right in judged.values()) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sheet: setattr(sheet.cell(3, 5), "value", None), "1 of 1. answers have no judgement: row 3"),
        (lambda sheet: setattr(sheet.cell(3, 5), "value", "多分"), "'多分' is neither right nor wrong"),
        (lambda sheet: setattr(sheet.cell(4, 4), "value", "別の回答"), "differs from the run"),
        (lambda sheet: setattr(sheet.cell(4, 2), "value", "別の質問"), "differs from the run"),
        (lambda sheet: sheet.delete_rows(5), "1 of 1. rows are missing"),
        (lambda sheet: setattr(sheet.cell(2, 1), "value", sheet.cell(3, 1).value), "is used twice"),
        (lambda sheet: setattr(sheet.cell(1, 5), "value", "?"), "judgement"),
    ],
)
def test_what_was_changed_is_named(path, key, answers, change: Edit, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_judgements(edit(path, change), key, answers)


def test_judgements_of_another_run_or_no_audit(path, folder, answers) -> None:
    filled = edit(path, lambda sheet: None)
    with pytest.raises(RunError, match="no audit"):
        audit_result(folder, filled, answers, Condition.NO_RAG, Condition.RAG)
    mixed = edit(path, lambda sheet: setattr(sheet.cell(2, 1), "value", "12345678-0001"))
    with pytest.raises(DatasetError, match="do not belong to a single audit"):
        audit_of(mixed)


def test_a_run_that_changed_after_the_sample_was_drawn(path, folder, key, answers) -> None:
    save_key(folder, key)
    filled = edit(path, lambda sheet: None)
    assert audit_result(folder, filled, answers, Condition.NO_RAG, Condition.RAG).judged == len(key.drawn)
    with pytest.raises(RunError, match="1 answers of this run changed"):
        audit_result(folder, filled, answers[1:], Condition.NO_RAG, Condition.RAG)


def test_a_damaged_key_and_a_run_that_cannot_be_judged(folder, key, answers, tmp_path: Path) -> None:
    save_key(folder, key)
    assert load_key(folder, key.id) == key
    (folder / f"audit-{key.id}.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match="key of this audit is damaged"):
        load_key(folder, key.id)
    verify = write_set(tmp_path / "other.csv", ROWS[:1])
    unfinished = ladder_answers(load_run(make_run(tmp_path / "unfinished", verify, {})))
    with pytest.raises(RunError, match="are missing"):
        draw(unfinished, 10, 0)
    failed = {("1", language, condition): FAILED for language in ("ja", "en") for condition in BOTH}
    with pytest.raises(RunError, match="for people to judge"):
        draw(ladder_answers(load_run(make_run(tmp_path / "failed", verify, failed))), 10, 0)


def test_headers_are_those_that_are_read() -> None:
    assert all(" " in header for header in (CODE, ANSWER, JUDGEMENT))
