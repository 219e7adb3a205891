"""What a model repeats without end is shortened; what it says once is kept."""

from __future__ import annotations

import pytest

from eval.grading.ladder import AnswerOutcome, Reference, grade
from eval.grading.loops import KEPT, without_loops


@pytest.mark.parametrize("unit", ["a", "です", "1 ", "資料1には", "The answer is Tokyo. ", "not ", "。", " "])
def test_a_loop_is_kept_a_few_times(unit: str) -> None:
    assert without_loops(unit * (4000 // len(unit))) == unit * KEPT
    looped = f"東京です。{unit * 1000}以上です。"
    assert len(without_loops(looped)) <= len(f"東京です。{unit * (KEPT + 1)}以上です。")


@pytest.mark.parametrize(
    "text",
    ["1" + "0" * 100, "-" * 80, "\n".join(f"{i}. item {i}" for i in range(300)), "東京です。" * 30, "", "a" * 199],
)
def test_everything_else_is_kept(text: str) -> None:
    assert without_loops(text) == text


def test_a_loop_behind_an_answer_changes_no_verdict() -> None:
    references = [Reference("東京", "ja")]
    for answer, outcome in (("東京", AnswerOutcome.CORRECT), ("京都", AnswerOutcome.WRONG)):
        looped = f"日本の首都は{answer}です。" * 300
        assert grade("日本の首都はどこですか。", looped, references, "open_qa", "ja").content is outcome
