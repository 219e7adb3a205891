"""The words of a question in the other language."""

from __future__ import annotations

import pytest

from rag.lexical.dictionary import open_dictionary
from rag.lexical.translation import into_english, into_japanese


def english(question: str) -> list[set[str]]:
    return [set(group) for group in into_english(question, open_dictionary())]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("カナダの首都はどこか", "metropoli"),
        ("戦争はいつ終わりましたか", "war"),
        ("ﾙﾀｰの国籍は", "luther"),
        ("Marie Curieの賞", "curi"),
        ("1999年の出来事", "1999"),
        ("受賞者は誰か", "recipi"),  # a compound
    ],
)
def test_japanese_words_in_english(question: str, word: str) -> None:
    assert any(word in group for group in english(question))


def test_light_words_are_left_out() -> None:
    assert english("何をするのですか") == []
    assert english("だれがいるのか") == []


def test_a_compound_is_one_word_and_not_its_parts() -> None:
    (group,) = english("受賞者")
    assert "person" not in group
    assert len(english("受賞。者")) == 2, "not across punctuation"


def test_a_word_said_twice_counts_once() -> None:
    assert english("戦争と戦争") == english("戦争")


def test_english_words_in_japanese() -> None:
    found = dict(into_japanese("Which wars and which capital?", open_dictionary()))
    assert set(found) == {"war", "capit"}
    assert found["war"]["戦争"] == 1.0
    assert found["capit"]["首都"] == 0.5


def test_words_that_the_dictionary_does_not_know_stay() -> None:
    assert into_japanese("Xyzzyq", open_dictionary()) == [("xyzzyq", {})]


@pytest.mark.parametrize("question", ["", "？！", "...", "の"])
def test_nothing_to_translate(question: str) -> None:
    assert into_english(question, open_dictionary()) == []
    assert into_japanese("" if question == "の" else question, open_dictionary()) == []
