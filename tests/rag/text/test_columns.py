"""Columns are aligned by the width that a terminal shows, in either language."""

from __future__ import annotations

import pytest

from rag.messages import Message
from rag.records import LANGUAGES
from rag.text.columns import in_columns
from rag.text.width import display_width

ROWS = [(Message("system"), "12", "東京"), ("llama.cpp", "3", Message("not installed")), ("検索", "450", "")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_begin_and_numbers_end_at_one_place(language) -> None:
    first, second, third = in_columns(ROWS, language, right=[1], gap=2).splitlines()
    words = [row[1] for row in ROWS]
    ends = {
        display_width(line[: line.index(word) + len(word)])
        for line, word in zip((first, second, third), words, strict=True)
    }
    assert len(ends) == 1
    assert display_width(first[: first.index("東京")]) == ends.pop() + 2
    assert third.endswith("450")


def test_messages_are_in_the_language_and_values_are_not() -> None:
    assert in_columns([(Message("system"), "system")], "ja") == "システム system"
    assert in_columns([(Message("system"), "system")]) == "system system"
    assert in_columns([], "ja") == ""
