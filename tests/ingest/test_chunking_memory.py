"""Splitting takes memory in proportion to the text, and counts few texts at a time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import pytest

from ingest.chunking import split
from rag.settings import Chunking
from tests.ingest.test_chunking import characters, document


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a. ", "あ。", "word word\n\n", "- x\n"])
def test_memory_is_bounded_by_the_text(text: str) -> None:
    whole = document(text * 60_000)
    tracemalloc.start()
    chunks = split(whole, Chunking(128, 0), characters, 500)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(chunks) > 600
    assert peak < 30 * len(whole.text.encode())


def test_texts_that_are_counted_together_are_few_and_short() -> None:
    sizes: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        sizes.append(sum(map(len, texts)))
        return characters(texts)

    split(document("長" * 100_000 + "。" + "a. " * 100_000), Chunking(128, 0), count, 500)
    assert max(sizes) < 10_000
