"""Single questions: an answer in the question, no labels, hardly more than one label."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.load import load_dataset
from eval.set_check.questions import find_answers_in_questions, find_one_label, find_unlabelled
from tests.eval.scripted import write_set


@pytest.mark.parametrize(
    ("question", "answer", "held"),
    [
        ("ソニーの創業者である盛田昭夫はだれですか？", "盛田昭夫", True),
        ("スペイン語が公用語の国は？", "スペイン", False),
        ("木星と土星では、どちらが大きい？", "木星", False),
        ("フルートは金管楽器、木管楽器？", "木管楽器", False),
        ("3つの辺を持つ図形の角はいくつ？", "3", False),
        ("Akio Morita founded Sony; who founded Sony?", "Akio Morita", True),
        ("Is a whale a fish or a mammal?", "mammal", False),
        ("Who founded Sony?", "Akio Morita", False),
    ],
)
def test_answers_in_questions(tmp_path: Path, question: str, answer: str, held: bool) -> None:
    dataset = load_dataset(write_set(tmp_path / "set.csv", [(question, answer)], ("question", "answer")))
    (language,) = dataset.languages
    assert bool(list(find_answers_in_questions(dataset.items, language))) is held


def classification(tmp_path: Path, references: list[str], labels: str):
    rows = [
        (str(n), f"曲{n}は？", text, f"Song {n}?", text, "classification", "", "", "", "", labels)
        for n, text in enumerate(references, 1)
    ]
    return load_dataset(write_set(tmp_path / "set.csv", rows)).items


def test_classifications_without_labels(tmp_path: Path) -> None:
    assert [found.numbers for found in find_unlabelled(classification(tmp_path, ["静か"], ""))] == [("1",)]
    assert list(find_unlabelled(classification(tmp_path, ["静か"], "静か=静か|派手=派手"))) == []


@pytest.mark.parametrize(("quiet", "loud", "noticed"), [(10, 1, True), (10, 2, False), (8, 0, False), (10, 0, True)])
def test_nearly_one_label(tmp_path: Path, quiet: int, loud: int, noticed: bool) -> None:
    items = classification(tmp_path, ["静か"] * quiet + ["派手"] * loud, "静か=静か|派手=派手")
    assert bool(list(find_one_label(items))) is noticed
