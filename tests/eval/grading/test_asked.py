"""What a question asks for."""

from __future__ import annotations

import pytest

from eval.grading.asked import ParsedQuestion
from rag.text.tokens import tokenise


@pytest.mark.parametrize(
    ("question", "person", "version"),
    [
        ("誰が書きましたか", True, False),
        ("Who wrote it?", True, False),
        ("どこですか", False, False),
        ("Which version of Python is it?", False, True),
    ],
)
def test_what_is_asked_for(question: str, person: bool, version: bool) -> None:
    asked = ParsedQuestion(question, tokenise(question), ())
    assert (asked.about_person, asked.about_version) == (person, version)
