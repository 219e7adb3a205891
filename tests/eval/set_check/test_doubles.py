"""A question that is asked twice is found however it is put; another question is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.load import load_dataset
from eval.set_check.doubles import find_contradictions, find_doubles
from tests.eval.scripted import write_set

HEADER = ("question", "answer")


def faults(tmp_path: Path, *rows: tuple[str, str], language: str = "ja") -> list[str]:
    items = load_dataset(write_set(tmp_path / "set.csv", rows, HEADER)).items
    return [found.fault.value for found in find_doubles(items, language)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("日本の首都はどこですか？", "日本の首都は何処でしょうか。"),
        ("日本の首都はどこですか？", "　日本の首都は、どこ？"),
        ("What is the capital of Japan?", "what is the capital of japan"),
        ("In 1990, who won the Nobel prize?", "In 1990 who won the “Nobel Prizes”?"),
    ],
)
def test_the_same_words_are_the_same_question(tmp_path: Path, first: str, second: str) -> None:
    language = "en" if first.isascii() else "ja"
    assert faults(tmp_path, (first, "東京都庁"), (second, "東京都庁"), language=language) == ["same question"]
    assert faults(tmp_path, (first, "東京都庁"), (second, "大阪城"), language=language) == ["contradiction"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("日本の首都はどこですか？", "韓国の首都はどこですか？"),
        ("日本の首都はどこですか？", "日本の首都はいつできましたか？"),
        ("木星は土星より大きいですか？", "土星は木星より大きいですか？"),
        ("この製品は2021年の対象ですか？", "この製品は2022年の対象ですか？"),
        ("When was Einstein born?", "Where was Einstein born?"),
        ("Which bird can fly?", "Which bird can not fly?"),
        ("毒のあるキノコはどれですか？", "毒のないキノコはどれですか？"),
    ],
)
def test_other_questions_are_other_questions(tmp_path: Path, first: str, second: str) -> None:
    language = "en" if first.isascii() else "ja"
    assert faults(tmp_path, (first, "東京都庁"), (second, "大阪城"), language=language) == []


def test_an_explanation_in_other_words_is_no_contradiction(tmp_path: Path) -> None:
    first = "Tennis is played on a larger court with a felt ball and longer strings and heavier rackets."
    second = "Pickleball uses paddles without strings, a plastic ball with holes and a smaller badminton court."
    question = "How do tennis and pickleball differ?"
    assert faults(tmp_path, (question, first), (question, second), language="en") == ["same question"]


def test_near_doubles_need_the_same_answer(tmp_path: Path) -> None:
    pair = "東京オリンピックが開催されたのは何年ですか？", "前の東京オリンピックは何年に開催されましたか？"
    assert faults(tmp_path, *((text, "2021年") for text in pair)) == ["near duplicate"]
    assert faults(tmp_path, (pair[0], "2021年"), (pair[1], "1964年")) == []


def test_of_many_alike_each_is_named(tmp_path: Path) -> None:
    rows = [("日本の首都は？", "東京都庁")] * 30
    items = load_dataset(write_set(tmp_path / "set.csv", rows, HEADER)).items
    named = {number for found in find_doubles(items, "ja") for number in found.numbers}
    assert named == {item.number for item in items}


@pytest.mark.parametrize(
    ("japanese", "english", "contradicts"),
    [
        ("200マイル", "220 miles", True),
        ("200マイル", "200 miles", False),
        ("約2キロ", "about 2 km", False),
        ("30から60%", "30–60%", False),
        ("東京", "Tokyo", False),
        ("1969年7月20日", "July 21, 1969", True),
        ("1969年7月20日", "July 20, 1969", False),
    ],
)
def test_references_of_both_languages(tmp_path: Path, japanese: str, english: str, contradicts: bool) -> None:
    row = ("1", "それはどのくらいですか？", japanese, "How much is it?", english, "open_qa", "", "", "", "", "")
    items = load_dataset(write_set(tmp_path / "set.csv", [row])).items
    assert bool(list(find_contradictions(items))) is contradicts


@pytest.mark.parametrize(("english", "contradicts"), [("string", False), ("percussion", True)])
def test_labels_of_both_languages(tmp_path: Path, english: str, contradicts: bool) -> None:
    labels = "弦楽器=string|打楽器=percussion"
    row = ("1", "琴はどちらですか？", "弦楽器", "Which is the koto?", english, "classification", "", "", "", "", labels)
    items = load_dataset(write_set(tmp_path / "set.csv", [row])).items
    assert bool(list(find_contradictions(items))) is contradicts
