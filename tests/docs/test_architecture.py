"""The index "where is the rule that ..." is true: each file exists, and the field's word is in its path."""

from __future__ import annotations

import re

from tests.docs.pages import text_of
from tests.rows import each_row
from tests.samples import REPOSITORY

INDEX = text_of(REPOSITORY / "docs/architecture.md").partition("## Where is the rule")[2]
RULES = re.findall(r"^\| ([^|`]+) \| ([a-z ]+) \| `([^`]+)` \|$", INDEX, re.M)


def test_the_index_is_read_whole() -> None:
    assert len(RULES) >= 20
    assert len(RULES) == len(re.findall(r"^\|", INDEX, re.M)) - 2


@each_row("rule, words, path", RULES)
def test_the_word_of_the_field_is_in_the_path(rule: str, words: str, path: str) -> None:
    assert (REPOSITORY / path).is_file()
    assert all(word in path for word in words.split())
