"""Text ends before the first stop string, whatever pieces it arrives in."""

from __future__ import annotations

import pytest

from rag.models.stop_strings import StoppableText


@pytest.mark.parametrize(
    ("whole", "stop", "left"),
    [
        ("東京です。</answer>以下", ["</answer>"], "東京です。"),
        ("Tokyo\nQuestion", ["\nQ", "\n"], "Tokyo"),
        ("Tokyo </answ", ["</answer>"], "Tokyo </answ"),
        ("ababac", ["abac"], "ab"),
        ("東京", [""], "東京"),
        ("。東京", ["。"], ""),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pieces_add_up_to_what_stands_before_the_stop_string(whole: str, stop: list[str], left: str, size: int) -> None:
    text, given = StoppableText(stop), ""
    for start in range(0, len(whole), size):
        text.add(whole[start : start + size])
        given += text.news(ended=False)
        assert left.startswith(given)
    given += text.news(ended=True)
    assert (given, text.text) == (left, left)
    assert text.stopped == (left != whole)
