"""One morphological analyser in a process."""

from __future__ import annotations

from collections.abc import Iterator

import fugashi
import pytest

from rag.text.tagger import tagger
from rag.text.tokens import tokenise
from rag.text.words import words


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The taggers that are loaded in a test, which starts with none."""
    taggers: list[object] = []
    load = fugashi.Tagger

    def counted() -> object:
        taggers.append(load())
        return taggers[-1]

    monkeypatch.setattr(fugashi, "Tagger", counted)
    tagger.cache_clear()
    tokenise.cache_clear()
    yield taggers
    tagger.cache_clear()


def test_search_and_grading_share_one_tagger(loaded: list[object]) -> None:
    assert words("日本の首都は東京です。", "ja") == ["日本", "首都", "東京"]
    assert [token.surface for token in tokenise("首都は東京")] == ["首都", "は", "東京"]
    assert len(loaded) == 1
