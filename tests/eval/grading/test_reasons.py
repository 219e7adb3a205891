"""A reason in other words is the reason; another one, or its denial, is not."""

from __future__ import annotations

import pytest

from eval.grading.ladder import Reference, grade

REFERENCES = [Reference("strong winds", "en"), Reference("強風", "ja")]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("The wind was too strong.", True),
        ("強い風のためです。", True),
        ("It was not because of the strong wind.", False),
        ("The rain was too strong.", False),
        ("強い雨のためです。", False),
    ],
)
def test_a_reason_in_other_words(answer: str, right: bool) -> None:
    assert grade("Why was the bridge closed?", answer, REFERENCES, "open_qa", "en").correct is right
