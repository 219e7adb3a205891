"""The clause that answers, and what stands around it."""

from __future__ import annotations

import pytest

from eval.grading.frames import main_clause, without_retracted


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Lyon... no wait, that was wrong. It is Nice.", "It is Nice."),
        ("大津、いや違う、長浜です。", "長浜です。"),
        ("It is Nice, no doubt.", "It is Nice, no doubt."),
        ("Lyon. I made a mistake.", "Lyon. I made a mistake."),
    ],
)
def test_what_is_taken_back_is_no_longer_said(text: str, left: str) -> None:
    assert without_retracted(text) == left


@pytest.mark.parametrize(
    ("question", "sentence", "main"),
    [
        ("Who came second?", "After Ann, the second to arrive was Bea.", "the second to arrive was Bea."),
        ("Who came second?", "You might expect Ann, but in fact it was Bea.", "it was Bea."),
        ("首位は誰ですか。", "甲野、乙川、丙田のうち、首位は乙川です。", "首位は乙川です。"),
        ("When did it end?", "After 1950, it was over.", "After 1950, it was over."),
        ("Who came second?", "Bea, of course.", "Bea, of course."),
    ],
)
def test_a_frame_asserts_nothing(question: str, sentence: str, main: str) -> None:
    assert main_clause(question, frozenset(), sentence) == main
