"""Which sentence of an answer claims to be the answer."""

from __future__ import annotations

import pytest

from eval.grading.claims import _with_list, find_claim
from eval.grading.ladder import Reference, grade

EN = "Where did Ada, Bob, Cleo and Dan build a house?"
JA = "佐藤、鈴木、高橋、田中が家を建てたのはどこですか"


@pytest.mark.parametrize(
    ("question", "answer", "claim"),
    [
        (EN, "Ada went home. Ada met Bob and Cleo in Paris. Rome is where people build.", "Rome is"),
        (EN, "Ada went home. Ada met Bob, Cleo and Dan in Paris. Rome is where people build.", "Ada met Bob"),
        (JA, "佐藤が帰った。佐藤が鈴木と高橋に京都で会った。奈良に建てる人は多い。", "奈良"),
        (JA, "佐藤が帰った。佐藤が鈴木と高橋と田中に京都で会った。奈良に建てる人は多い。", "佐藤が鈴木"),
    ],
)
def test_three_names_of_the_question_say_less_than_one_word_of_it_and_four_say_more(
    question: str, answer: str, claim: str
) -> None:
    assert find_claim(question, answer).text.startswith(claim)


@pytest.mark.parametrize(("language", "final"), [("en", "The answer is Tokyo"), ("ja", "答えは東京")])
def test_an_answer_is_read_up_to_4000_characters(language: str, final: str) -> None:
    """A longer one is a model in a loop, and the time to grade it would grow with it."""
    filler = "It is a large city. " if language == "en" else "大きな都市です。"
    padded = (filler * 4000)[: 4000 - len(final) - 1] + "\n" + final
    references = [Reference("Tokyo", "en"), Reference("東京", "ja")]
    assert len(padded) == 4000
    assert grade("?", padded, references, "open_qa", language).correct
    assert not grade("?", f" {padded}", references, "open_qa", language).correct


@pytest.mark.parametrize(("length", "listed"), [(60, True), (61, False)])
def test_a_line_of_a_list_has_up_to_60_characters(length: int, listed: bool) -> None:
    long = "x" * length
    for head, entry in (("Cities", long), (long, "Rome")):
        answer = f"{head}\n{entry}"
        assert _with_list(answer, [head]) == (answer if listed else head)
