"""Labels read out of questions and references, and answers that people wrote for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.fallback.agreement import load_labelled_answers
from eval.grading.labels.inferred import asks_to_choose, asks_truth, label_task
from eval.grading.labels.synonyms import FAMILIES
from eval.grading.ladder import grade

FRESH = Path(__file__).with_name("fresh_answers.csv")
SET = Path(__file__).parents[4] / "eval" / "data" / "labelled.csv"


@pytest.mark.parametrize("half", ["dev", "unseen"])
def test_fresh_answers_are_judged_as_their_writer_did(half) -> None:
    with FRESH.open(encoding="utf-8", newline="") as file:
        halves = [row["half"] for row in csv.DictReader(file)]
    rows = [row for row, its in zip(load_labelled_answers(FRESH), halves, strict=True) if its == half]
    wrong = [
        row.answer
        for row in rows
        if grade(row.question, row.answer, row.references, row.kind, row.language, row.labels).correct is not row.label
    ]
    assert len(rows) >= 80
    assert wrong == []


def test_without_the_column_the_labels_of_a_real_set_are_read() -> None:
    rows = [row for row in load_labelled_answers(SET) if row.kind == "classification"]
    changed = [
        row.answer
        for row in rows
        if grade(row.question, row.answer, row.references, row.kind, row.language, row.labels).correct
        is not grade(row.question, row.answer, row.references, row.kind, row.language).correct
    ]
    assert len(rows) == 142
    assert changed == []


@pytest.mark.parametrize(
    ("question", "reference", "names"),
    [
        ("「猫」か「犬」に分類してください。にゃあ", "猫", ["猫", "犬"]),
        ("Is it a bird, a fish or a mammal?", "fish", ["bird", "fish", "mammal"]),
        ("肯定的な感想ですか、否定的な感想ですか。", "肯定的", ["肯定的", "否定的"]),
        ("次から選んでください：鉄、銅、金", "銅", ["鉄", "銅", "金"]),
        ("首都はどれですか。①東京②京都", "①", ["東京", "京都"]),
        ("Which? a) red b) blue", "b", ["red", "blue"]),
        ("分類してください：鯨、鷲", "鯨＝哺乳類、鷲＝鳥類", ["哺乳類", "鳥類"]),
        ("What is the sentiment of this review? Nice.", "positive", ["肯定的", "否定的", "中立"]),
        ("月は地球より大きいですか。", "いいえ", ["はい", "いいえ"]),
        ("誰が歌っていますか。", "イエス|Yes", None),
        ("Which band sings Roundabout?", "Yes", None),
        ("What is it about?", "the sea", None),
    ],
)
def test_labels_of_a_question(question, reference, names) -> None:
    task = label_task(question, tuple(reference.split("|")), None)
    assert (task and [label.name("ja") for label in task.labels.labels]) == names


def test_truth_is_not_asked_by_who_and_what() -> None:
    assert not asks_truth("どこで生まれましたか。")
    assert not asks_truth("Name the band.")
    assert asks_truth("この文は正しいですか。")
    assert asks_truth("Does it rain?")


def test_every_family_has_labels_in_both_languages() -> None:
    assert len(FAMILIES) >= 14
    assert all(len(family.labels) >= 2 for family in FAMILIES)


@pytest.mark.parametrize(
    ("question", "reference", "chooses"),
    [
        ("議会は一院制ですか、二院制ですか。", "一院制", True),
        ("Is the statue made of bronze or marble?", "bronze", True),
        ("月と太陽ではどちらが大きいですか、近いですか。", "太陽", False),
        ("Who wrote poems or plays?", "plays", False),
        ("Is it larger or smaller?", "green", False),
    ],
)
def test_a_question_of_any_kind_may_offer_its_two_answers(question, reference, chooses) -> None:
    assert asks_to_choose(question, [reference]) is chooses
