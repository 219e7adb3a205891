"""Chain and grader judge the language of an answer alike: what counts as wrong was asked again, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from eval.grading.ladder import Reference, grade
from rag.records import Language
from rag.text.answer_language import wants_repair
from rag.text.language import detect

DATA = Path(str(resources.files("eval"))) / "data"
TESTS = Path(__file__).parent.parent

Row = tuple[Language, str, str, tuple[Reference, ...]]

NOT_ASKED_AGAIN = {
    "�": "nothing to say again in another language: there is no letter in it",
}
"""Answers in the wrong language that are not asked for again, and why."""
ASKED_AGAIN: dict[str, str] = {}
"""Answers in the right language that are asked for again, and why."""


def rows() -> Iterator[Row]:
    """Every labelled answer whose question is known: language, question, answer, references."""
    for path in (DATA / "labelled.csv", TESTS / "open_answers.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                references = tuple(Reference(text, detect(text)) for text in row["references"].split("|"))
                yield row["language"], row["question"], row["answer"], references
    with (TESTS / "grading" / "grade_answers.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            named = {"ja": row["ja_references"], "en": row["en_references"]}
            references = tuple(Reference(text, lang) for lang, texts in named.items() for text in texts.split("|"))
            yield row["language"], row["question"], row["answer"], references


def language_is_right(row: Row) -> bool:
    language, question, answer, references = row
    return grade(question, answer, references, "open_qa", language).language_correct


def test_chain_and_grader_agree_on_every_labelled_answer() -> None:
    right = {row: language_is_right(row) for row in rows()}
    assert (len(right), sum(not correct for correct in right.values())) == (835, 12)
    again = {row: wants_repair(answer, language, question) for row in right for language, question, answer, _ in [row]}
    assert {row[2] for row in right if right[row] and again[row]} == set(ASKED_AGAIN)
    assert {row[2] for row in right if not right[row] and not again[row]} == set(NOT_ASKED_AGAIN)


def test_answers_to_questions_of_other_sets_in_the_wrong_language_are_asked_again() -> None:
    """Their questions are not in the file; without one nothing is borrowed, but by references the grader knows."""
    with (DATA / "labelled_elsewhere.csv").open(encoding="utf-8-sig", newline="") as file:
        answers = [(row["answer"], row["language"]) for row in csv.DictReader(file)]
    for answer, language in answers:
        verdict = grade("", answer, [Reference("-", language)], "open_qa", language)
        assert wants_repair(answer, language, "") is not verdict.language_correct or not any(map(str.isalnum, answer))


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("日本の首都は？", "The answer is 東京", False),
        ("日本の首都は？", "Tokyo", False),
        ("日本の首都は？", "東京", True),
        ("日本の首都は？", "答えは東京（Tokyo）です。", True),
        ("What is the capital of Japan?", "Tokyo", True),
        ("What is the capital of Japan?", "東京です。", False),
        ("What is the capital of Japan?", "The Japanese word is 東京.", True),
        ("「吾輩は猫である」の作者は？", "森鷗外", True),
        ("中国の首都は？", "北京是中国的首都", False),
    ],
)
def test_they_agree_where_they_once_did_not(question: str, answer: str, right: bool) -> None:
    language = detect(question)
    references = [Reference("東京", "ja"), Reference("Tokyo", "en")]
    assert grade(question, answer, references, "open_qa", language).language_correct is right
    assert wants_repair(answer, language, question) is not right


@pytest.mark.parametrize("reference", ["Marie Curie", "Distributed Adaptive Block Switching"])
def test_only_a_reference_tells_that_a_name_is_borrowed(reference: str) -> None:
    """The chain asks again for a name in Latin letters, and the grader takes either answer."""
    question = "答えは何ですか。"
    assert grade(question, reference, [Reference(reference, "ja")], "open_qa", "ja").language_correct
    assert wants_repair(reference, "ja", question)
    assert not grade(question, reference, [Reference("東京", "ja")], "open_qa", "ja").language_correct


def test_only_a_reference_tells_that_a_word_of_the_question_is_not_the_answer() -> None:
    question = "現代の英語話者はapothecaryという単語をどう捉えるか？"
    assert not wants_repair("apothecary", "ja", question)
    assert not grade(question, "apothecary", [Reference("時代遅れ", "ja")], "open_qa", "ja").language_correct
