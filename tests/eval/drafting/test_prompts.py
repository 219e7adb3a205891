"""The prompts of drafting: both languages have the same parts, and what fills them is data."""

from __future__ import annotations

import pytest

from eval.drafting.prompts import drafting_prompt
from rag.text.language import detect

VALUES = {"title": "{text}", "text": "A {answer} in braces", "answer": "braces", "asks": "What"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_prompt_is_a_chat_with_examples_that_ends_with_the_passage(language: str) -> None:
    messages = drafting_prompt("draft", language, VALUES).messages  # type: ignore[arg-type]
    examples = ["human", "ai"] * (len(messages) // 2 - 1)
    assert [message.type for message in messages] == ["system", *examples, "human"]
    assert len(examples) >= 4
    assert detect(messages[0].text) == language
    last = messages[-1].text
    assert "{text}" in last
    assert "A {answer} in braces" in last
    assert last.endswith("What")
