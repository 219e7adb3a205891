"""An answer without the number that was asked for declines, whatever its words."""

from __future__ import annotations

import pytest

from eval.grading.candidates import lacks_number

COST = "How much did the roof cost?"


@pytest.mark.parametrize(
    ("question", "answer", "lacking"),
    [
        (COST, "The article stops short of naming a price.", True),
        (COST, "Passage 2 is about the roof, but no figure appears in it.", True),
        (COST, "All 3 passages leave the amount unsaid.", True),
        (COST, "It is not covered in [1], but it was 300 pounds.", False),
        (COST, "It did not cost anything.", False),
        ("When did he publish it?", "He never published it.", False),
        ("When was it built?", "In the 1950s. The passages do not say more.", False),
        ("Who built it?", "The passages do not say.", False),
        ("What appears when a search fails?", "A message that nothing was found.", False),
        ("いつ建てられましたか。", "文書には記載がありません。", False),
    ],
)
def test_no_number_is_given_where_one_is_asked_for(question: str, answer: str, lacking: bool) -> None:
    assert lacks_number(question, answer) is lacking
