"""The labelled answers: what the card says of them, and that the ladder still agrees with them."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from eval.dataset.load import load_dataset
from eval.fallback.agreement import grade_labelled_answers, load_labelled_answers

DATA = Path(str(resources.files("eval"))) / "data"
LABELLED = DATA / "labelled.csv"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with LABELLED.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_they_are_answers_to_the_set(rows) -> None:
    items = {item.number: item for item in load_dataset(DATA / "verify100.xlsx").items}
    for row in rows:
        item = items[row["NO"]]
        assert row["question"] == item.questions[row["language"]]
        assert row["type"] == item.kind
        assert row["half"] == ("dev" if int(row["NO"]) % 2 else "test")
        assert row["references"].split("|") == list(dict.fromkeys(one.text for one in item.references))


def test_they_are_of_all_kinds(rows) -> None:
    assert len(rows) == 453
    assert len({(row["question"], row["answer"]) for row in rows}) == len(rows)
    kinds = Counter((row["half"], row["language"], row["type"], row["label"]) for row in rows)
    assert len(kinds) == 16
    assert min(kinds.values()) >= 10
    assert {(row["model"], row["condition"]) for row in rows} == {
        (model, condition) for model in ("bundled", "gemma-3-270m base") for condition in ("no_rag", "rag")
    }
    assert Counter(row["label"] for row in rows) == {"0": 310, "1": 143}
    assert sum(row["label"] == row["second"] for row in rows) == len(rows)


@pytest.mark.parametrize("half", ["dev", "test"])
def test_the_ladder_agrees(half) -> None:
    with LABELLED.open(encoding="utf-8-sig", newline="") as file:
        halves = [row["half"] for row in csv.DictReader(file)]
    report = grade_labelled_answers(
        [one for one, its in zip(load_labelled_answers(LABELLED), halves, strict=True) if its == half]
    )
    ladder = report.ladder
    assert ladder is not None
    assert ladder.accuracy.total == {"dev": 226, "test": 227}[half]
    assert ladder.accuracy.value >= 0.96
    assert ladder.true_positive_rate.value >= 0.94
    assert ladder.true_negative_rate.value >= 0.94


VERBOSE = DATA / "labelled_verbose.csv"


def test_verbose_answers_are_of_every_style_condition_and_language() -> None:
    with VERBOSE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 304
    cells = Counter((row["style"], row["condition"], row["language"]) for row in rows)
    assert set(cells.values()) == {19}
    assert len(cells) == 16
    assert Counter(row["label"] for row in rows) == {"0": 175, "1": 129}
    items = {item.number: item for item in load_dataset(DATA / "verify100.xlsx").items}
    assert all(row["question"] == items[row["NO"]].questions[row["language"]] for row in rows)


@pytest.mark.parametrize("condition", ["no_rag", "rag"])
def test_the_ladder_agrees_on_long_answers_in_each_condition(condition) -> None:
    with VERBOSE.open(encoding="utf-8-sig", newline="") as file:
        conditions = [row["condition"] for row in csv.DictReader(file)]
    answers = [
        answer for answer, its in zip(load_labelled_answers(VERBOSE), conditions, strict=True) if its == condition
    ]
    ladder = grade_labelled_answers(answers).ladder
    assert ladder is not None
    assert ladder.accuracy.value >= 0.96
    assert ladder.true_positive_rate.value >= 0.96
    assert ladder.true_negative_rate.value >= 0.96


FRESH = DATA / "labelled_fresh.csv"


def test_fresh_answers_are_right_and_wrong_in_both_languages_and_halves() -> None:
    with FRESH.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter((row["language"], row["label"]) for row in rows) == dict.fromkeys(
        [("ja", "0"), ("ja", "1"), ("en", "0"), ("en", "1")], 60
    )
    halves = {row["question"]: row["half"] for row in rows}
    assert all(row["half"] == halves[row["question"]] for row in rows)
    assert len(halves) == 61


def test_the_ladder_agrees_on_fresh_answers() -> None:
    ladder = grade_labelled_answers(load_labelled_answers(FRESH)).ladder
    assert ladder is not None
    assert ladder.accuracy.total == 240
    assert ladder.true_positive_rate.value >= 0.97
    assert ladder.true_negative_rate.value >= 0.97


THIRD = DATA / "labelled_third.csv"


def test_third_answers_are_half_right_and_agree_on_the_half_that_was_read() -> None:
    with THIRD.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter((row["language"], row["label"]) for row in rows) == {
        ("ja", "0"): 50,
        ("ja", "1"): 50,
        ("en", "0"): 48,
        ("en", "1"): 48,
    }
    answers = [answer for answer, row in zip(load_labelled_answers(THIRD), rows, strict=True) if row["half"] == "first"]
    ladder = grade_labelled_answers(answers).ladder
    assert ladder is not None
    assert ladder.accuracy.total == 76
    assert ladder.accuracy.value >= 0.97
