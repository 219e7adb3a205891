"""The answer slot of a sentence: what it adds to the question."""

from __future__ import annotations

import pytest

from eval.grading.slots import asked_stems, complement, is_phrase

AGENCY = "Where is the seat of the World Health Organization?"


@pytest.mark.parametrize(
    ("question", "sentence", "slot"),
    [
        (AGENCY, "The WHO is seated in Geneva.", "seated in Geneva."),
        ("What is the capital of Peru?", "The capital is Lima.", "Lima."),
        ("首都はどこですか。", "首都はリマです。", "リマです。"),
    ],
)
def test_the_slot_is_what_the_question_does_not_hold(question: str, sentence: str, slot: str) -> None:
    assert complement(question, sentence) == slot


def test_the_initials_of_a_name_are_a_word_of_the_question() -> None:
    assert "who" in asked_stems(AGENCY)
    assert "who" not in asked_stems("Where is the seat of the Organization?")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Lima.", True),
        ('The novel "Lima" (1990) was written by Ida Blom.', False),
        ("Although many people name Lima, it is Cusco.", False),
        ("リマ", True),
        ("首都はリマです。", False),
    ],
)
def test_a_phrase_has_no_verb_of_its_own(text: str, phrase: bool) -> None:
    assert is_phrase(text) is phrase
