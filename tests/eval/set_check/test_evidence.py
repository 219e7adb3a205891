"""Evidence in the set or in an index: there or not, with the answer or without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.dataset.load import load_dataset
from eval.set_check.evidence import check_evidence
from rag.index.reader import open_index
from tests.eval.scripted import ROWS, write_set


def check(tmp_path: Path, question: str, answer: str, context: str, **more: object):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"question": question, "answer": answer, "context": context, **more}), encoding="utf-8")
    return check_evidence(load_dataset(path).items, None)


@pytest.mark.parametrize(
    ("question", "answer", "context", "held"),
    [
        ("日本の首都は？", "東京", "東京は日本の首都である。", True),
        ("日本の首都は？", "東京", "大阪は日本の都市である。", False),
        ("塔の高さは？", "３３３メートル", "塔は高さ333 mで、1958年に建った。", True),
        ("塔の高さは？", "332メートル", "塔は高さ333 mで、1958年に建った。", False),
        ("How high is the tower?", "1,000 metres", "The tower is 1 km high.", True),
        ("How high is the tower?", "two kilometres", "The tower is 1 km high.", False),
        ("Why do camels survive?", "Camels use the fat in their humps to keep hydrated for long periods of time",
         "For long periods the fat in the humps keeps camels hydrated.", True),
        ("Why do camels survive?", "Camels use the fat in their humps to keep hydrated for long periods of time",
         "Camels live in deserts.", False),
    ],
)  # fmt: skip
def test_whether_a_passage_holds_the_answer(
    tmp_path: Path, question: str, answer: str, context: str, held: bool
) -> None:
    result = check(tmp_path, question, answer, context)
    assert ([found.fault.value for found in result.findings], result.unchecked) == (
        [] if held else ["evidence without the answer"],
        0,
    )


def test_a_heading_is_part_of_a_passage(tmp_path: Path) -> None:
    assert check(tmp_path, "何という局ですか？", "あさひ放送", "1950年に開局した。", title="あさひ放送").findings == ()


def test_evidence_in_another_language_than_the_references_is_not_judged(tmp_path: Path) -> None:
    result = check(tmp_path, "日本の首都は？", "東京", "Kyoto was the capital of Japan.")
    assert (result.findings, result.unchecked) == ((), 1)


def test_without_an_index_named_documents_are_not_judged(tmp_path: Path) -> None:
    rows = [(*row[:8], "ja/東京.md" if row[0] == "1" else "", *row[9:]) for row in ROWS]
    result = check_evidence(load_dataset(write_set(tmp_path / "set.csv", rows)).items, None)
    assert (result.findings, result.unchecked) == ((), 1)


def test_documents_of_an_index(tmp_path: Path, index: Path) -> None:
    gold = {"1": "ja/東京.md", "2": "ja/東京.md", "5": "en/nowhere.md"}
    rows = [(*row[:8], gold.get(row[0], ""), *row[9:]) for row in ROWS]
    opened = open_index(index)
    result = check_evidence(load_dataset(write_set(tmp_path / "set.csv", rows)).items, opened.store)
    opened.close()
    assert [(found.fault.value, found.numbers) for found in result.findings] == [
        ("evidence without the answer", ("2",)),
        ("evidence missing", ("5",)),
    ]
