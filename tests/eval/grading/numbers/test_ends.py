"""Which end of a stretch of time is asked for."""

from __future__ import annotations

import pytest

from eval.grading.numbers.ends import asked_side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("何時に開きますか", "start"),
        ("何時に閉まりますか", "end"),
        ("何時から何時までですか", None),
        ("When did the war end?", "end"),
        ("In what year did it begin?", "start"),
        ("When was it?", None),
    ],
)
def test_the_end_that_is_asked_for(text: str, side: str | None) -> None:
    assert asked_side(text) == side
