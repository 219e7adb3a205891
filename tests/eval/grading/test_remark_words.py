"""The vocabulary of talk about answering holds its words in every form, and no word of another kind."""

from __future__ import annotations

import pytest

from eval.grading.remark_words import remark_words
from rag.text.tokens import tokenise


@pytest.mark.parametrize("text", ["answered passages questions helping", "質問 回答 お答え 文書 申し上げます"])
def test_forms_of_a_word_are_one(text: str) -> None:
    assert all(token.stem in remark_words().known for token in tokenise(text) if token.content)


@pytest.mark.parametrize("text", ["Paris Thames whale seven", "滋賀 富士山 鯨"])
def test_names_and_things_are_no_talk(text: str) -> None:
    assert not any(
        token.stem in remark_words().known for token in tokenise(text) if token.content and token.stem != "山"
    )


def test_the_particles_of_a_word_are_no_talk() -> None:
    assert not remark_words().known & set("はにもでと")
