"""The shipped verification set and corpus hold what they promise; and each check can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from eval import data_workbook
from eval.dataset.load import Item
from eval.grading.labels.label_set import LabelSet
from tests.eval import set_checks
from tests.eval.set_checks import CHECKS, HEADER, Shipped


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return set_checks.read_shipped()


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_shipped_set(shipped: Shipped, check: Callable[[Shipped], list[str]]) -> None:
    assert check(shipped) == []


def test_workbook_is_what_the_csv_makes(tmp_path, monkeypatch, shipped: Shipped) -> None:
    monkeypatch.setattr(data_workbook, "XLSX", tmp_path / "made.xlsx")
    data_workbook.main()
    made = set_checks.load_dataset(tmp_path / "made.xlsx")
    assert made.items == shipped.items
    assert made.items == set_checks.load_dataset(data_workbook.CSV).items


@pytest.mark.slow
def test_another_questions_answer_is_wrong(shipped: Shipped) -> None:
    """Only 9 and 14 (both "9") may be taken for each other."""
    assert set(set_checks.wrong_answers(shipped.items, (1, 2, 3, 5, 8, 13, 21, 34))) <= {"9", "14"}


def _cell(shipped: Shipped, row: int, column: str, value: str) -> Shipped:
    cells = list(shipped.rows[row])
    cells[HEADER.index(column)] = value
    return replace(shipped, rows=(*shipped.rows[:row], tuple(cells), *shipped.rows[row + 1 :]))


def _document(shipped: Shipped, source: str, text: str) -> Shipped:
    return replace(shipped, documents={**shipped.documents, source: text})


def _item(shipped: Shipped, number: str, change: Callable[[Item], Item]) -> Shipped:
    return replace(shipped, items=tuple(change(item) if item.number == number else item for item in shipped.items))


def _answered(text: str) -> Callable[[Item], Item]:
    return lambda item: replace(item, responses={**item.responses, "ja": text})


YES_OR_NO = LabelSet.parse("はい=yes|いいえ=no")
BREAKAGES: list[tuple[str, Callable[[Shipped], Shipped]]] = [
    ("header_and_counts", lambda s: replace(s, header=(*s.header[:-1], "theme"))),
    ("header_and_counts", lambda s: _cell(s, 0, "type", "classification")),
    ("header_and_counts", lambda s: _cell(s, 99, "NO", "101")),
    ("both_files_agree", lambda s: _cell(s, 6, "response(jp)", "中国語")),
    ("both_files_agree", lambda s: replace(s, rows=s.rows[:-1])),
    ("evidence_exists", lambda s: replace(s, documents={k: v for k, v in s.documents.items() if k != "ja/許斐剛.md"})),
    ("evidence_language_agrees", lambda s: _cell(s, 0, "evidence_lang", "both")),
    ("evidence_has_the_answer", lambda s: _document(s, "ja/許斐剛.md", "漫画家である。")),
    ("evidence_has_the_answer", lambda s: _document(s, "en/solar-system.md", "There are planets.")),
    ("classification_parses", lambda s: _item(s, "70", _answered("万年筆"))),
    ("classification_parses", lambda s: _item(s, "79", _answered("三味線：弦楽器；和太鼓：管楽器；琴：弦楽器"))),
    ("classification_parses", lambda s: _item(s, "63", lambda item: replace(item, labels=None))),
    ("classification_parses", lambda s: _item(s, "64", lambda item: replace(item, labels=YES_OR_NO))),
    ("no_question_in_the_corpus", lambda s: _document(s, "ja/新.md", "さて「テニスの王子様」の\n作者はだれですか?")),
    ("questions_differ", lambda s: _cell(s, 1, "instruction(en)", "what is the  capital of Japan")),
    ("documents_differ", lambda s: _document(s, "en/copy.md", s.documents["en/femur.md"] + " One more sentence.")),
    ("corpus_size", lambda s: _document(s, "ja/新.md", "短い。")),
    ("corpus_size", lambda s: _document(s, "en/new.md", "word " * 601)),
    ("corpus_size", lambda s: _document(s, "ja/北海道.md", "北海道。" * 300)),
    ("corpus_size", lambda s: replace(s, documents=dict(list(s.documents.items())[:119]))),
    ("historical_questions", lambda s: _cell(s, 12, "instruction(jp)", "『テニスの王子様』の作者はだれですか？")),
    ("historical_questions", lambda s: _cell(s, 8, "instruction(en)", "What is the positive square root of 81?")),
    ("distractors", lambda s: replace(s, documents={one: "" for item in s.items for one in item.evidence})),
    ("references_are_right", lambda s: _item(replace(s, items=s.items[69:70]), "70", _answered("万年筆"))),
]


@pytest.mark.parametrize(("name", "breaking"), BREAKAGES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BREAKAGES)])
def test_each_check_can_fail(shipped: Shipped, name: str, breaking: Callable[[Shipped], Shipped]) -> None:
    assert getattr(set_checks, name)(breaking(shipped)) != []
