"""A long sentence that shares nothing with the question does not answer it, whatever it holds."""

from __future__ import annotations

import pytest

from eval.grading.ladder import Reference, grade

PASSAGE = {
    "en": "In the spring the old harbour of {} drew merchants, sailors and painters from every corner of the north, "
    "and its markets stayed crowded until the lamps were lit.",
    "ja": "春になると{}の古い港には、北の海岸のあらゆる町から商人や船乗りや画家が集まり、市場は夜まで賑わった。",
}
QUESTIONS = {
    "en": [("Which city hosted the congress of physicians?", "Lisbon"), ("Where was the violinist born?", "Genoa")],
    "ja": [("医学会議が開かれた都市はどこですか。", "リスボン"), ("バイオリン奏者の出身地はどこですか。", "ジェノバ")],
}
CASES = [(language, *pair) for language, pairs in QUESTIONS.items() for pair in pairs]


def correct(language: str, question: str, answer: str, reference: str) -> bool:
    return grade(question, answer, [Reference(reference, language)], "open_qa", language).correct


@pytest.mark.parametrize(("language", "question", "reference"), CASES)
def test_a_passage_about_something_else_is_no_answer(language: str, question: str, reference: str) -> None:
    assert not correct(language, question, PASSAGE[language].format(reference), reference)


@pytest.mark.parametrize(("language", "question", "reference"), CASES)
def test_the_same_passage_behind_the_answer_takes_nothing_away(language: str, question: str, reference: str) -> None:
    assert correct(language, question, f"{reference}。{PASSAGE[language].format(reference)}", reference)


@pytest.mark.parametrize(("language", "question", "reference"), CASES)
def test_an_answer_in_the_other_language_need_not_repeat_the_question(
    language: str, question: str, reference: str
) -> None:
    other = PASSAGE["ja" if language == "en" else "en"].format(reference)
    assert correct(language, question, other, reference)
