"""The form of a statement beside a refusal: an answer, or background."""

from __future__ import annotations

import pytest

from eval.grading.answer_forms import about_something_else, answers_after, answers_before, guesses, is_fragment, is_pair


@pytest.mark.parametrize(
    ("clause", "bare"),
    [
        ("1953,", True),
        ("戦後まもなくですが、", True),
        ("自己判断で服用せず、", False),
        ("the results table begins in 1990", False),
    ],
)
def test_a_few_words_without_a_verb_are_an_answer(clause: str, bare: bool) -> None:
    assert is_fragment(clause) is bare


@pytest.mark.parametrize(
    ("question", "clause", "other"),
    [
        ("社長は誰ですか。", "副社長は鈴木花子です。", True),
        ("社長は誰ですか。", "社長は鈴木花子です。", False),
        ("Who is the director?", "the deputy director that year was Ines Calder", True),
        ("When does it open?", "it closes at 6 pm", True),
        ("When does it open?", "it opens at 9 am", False),
    ],
)
def test_a_topic_of_its_own_is_something_else(question: str, clause: str, other: bool) -> None:
    assert about_something_else(question, clause) is other


def test_what_is_conceded_before_a_refusal_is_background() -> None:
    refusal = "but the director is not named"
    assert not answers_before("the deputy at the time was Ines Calder", refusal, names_gap=True, whole=True)
    assert answers_before("it was Ines Calder", refusal, names_gap=True, whole=True)


def test_after_a_refusal_an_answer_has_the_form_of_one() -> None:
    question, refusal = "Who won?", "the passages do not say"
    assert answers_after(question, "Anna Holm won the race", refusal)
    assert answers_after(question, "but Anna Holm took the prize", refusal)
    assert not answers_after(question, "the first passage describes the weather", refusal)
    assert guesses("I believe that it was Anna Holm")
    assert is_pair("Winner: not stated")
