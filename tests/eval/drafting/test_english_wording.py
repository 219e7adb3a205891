"""English questions that a small model words badly, beside good ones for the same text."""

from __future__ import annotations

import pytest

from eval.drafting.english_wording import asks_elsewhere, points_at_unknown, says_twice
from tests.eval.drafting.chunks import target

HARBOUR = (
    "Port Avon is a harbour on the Severn. It was silted up for decades, dredged in 1931 and given a light tower by a "
    "shipowner, Ada Pryce, whose yard stood beside a quay."
)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Who gave Port Avon the light tower?", True),
        ("Who was the shipowner who gave Port Avon a light tower?", True),
        ("Who gave Port Avon a light tower?", False),
        ("What was the profession of the shipowner Ada Pryce?", False),
        ("Who owned the yard beside the quay of Port Avon?", False),
        ("On which river is the harbour of Port Avon?", False),
        ("Who was the owner of the yard of the shipowner in 1931?", True),
        ("Who was the shipowner of the quay of Port Avon?", False),
        ("Who was the shipowner of the tower that Port Avon has?", True),
    ],
)
def test_what_the_text_brings_in_with_an_indefinite_article_is_not_known(question: str, unknown: bool) -> None:
    assert points_at_unknown(question, HARBOUR, "Port Avon") == unknown


@pytest.mark.parametrize(
    ("question", "twice"),
    [
        ("Who was the founder who founded Port Avon?", True),
        ("Where is the bay where Port Avon lies?", True),
        ("Where in Port Avon is the port where ships are built?", True),
        ("In what year was the harbour of Port Avon dredged?", False),
        ("Which port lies west of Port Avon?", False),
        ("Which lake drains into Lake Victoria?", False),
        ("How many people moved from New York to New Jersey?", False),
    ],
)
def test_a_word_stands_once(question: str, twice: bool) -> None:
    assert says_twice(question, "Port Avon") == twice


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("In what year was Port Avon silted up?", True),
        ("In what year was Port Avon dredged?", False),
    ],
)
def test_a_date_is_asked_for_with_a_word_of_its_clause(question: str, elsewhere: bool) -> None:
    assert asks_elsewhere(question, target(HARBOUR, "1931", "Port Avon")) == elsewhere


@pytest.mark.parametrize("question", ["Who designed Port Avon?", "Where is the Severn?"])
def test_a_name_may_be_asked_for_from_anywhere(question: str) -> None:
    assert not asks_elsewhere(question, target(HARBOUR, "Ada Pryce", "Port Avon"))
