"""An analysis that names labels in headings, aspects and its announcement gives no verdict by them."""

from __future__ import annotations

import pytest

from eval.grading.ladder import AnswerOutcome, Reference, grade

QUESTION = "Which of these animals is a bird: penguin, bat, flying fish?"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("I'll analyze each animal:\n1. Penguin:\n- It swims.\n2. Bat:\n- It", AnswerOutcome.UNPARSED),
        ("I'll analyze each animal:\n1. Penguin:\n- It swims.\nTherefore, it is the penguin.", AnswerOutcome.CORRECT),
        ("It is the penguin.\nThe others are mammals and fish:\n- Bat:", AnswerOutcome.CORRECT),
        ("The answer is penguin. This answer was generated automatically.", AnswerOutcome.CORRECT),
        ("The answer is bat. This answer was generated automatically.", AnswerOutcome.WRONG),
    ],
)
def test_a_heading_is_no_verdict(answer: str, outcome: AnswerOutcome) -> None:
    verdict = grade(QUESTION, answer, [Reference("penguin", "en")], "classification", "en")
    assert verdict.content is outcome, verdict
