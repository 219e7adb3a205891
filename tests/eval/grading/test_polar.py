"""A question about what is known is answered by "not yet", in the words of the world and not of the speaker."""

from __future__ import annotations

import pytest

from eval.grading.polar import denies, is_polar

KNOWN = (
    ("Has the conjecture been proved?", "it has not been proved yet.", "the text does not say."),
    ("Is it known who built it?", "nobody knows.", "the documents do not mention it."),
    ("犯人は特定されていますか。", "まだ特定されていません。", "資料に記載されていません。"),
    ("どこにあったかは判明していますか。", "今もわかっていない。", "文書では触れられていません。"),
)


@pytest.mark.parametrize(("question", "state", "report"), KNOWN)
def test_not_yet_answers_and_not_told_does_not(question: str, state: str, report: str) -> None:
    assert is_polar(question)
    assert denies(question, state)
    assert not denies(question, report)


@pytest.mark.parametrize("question", ["いつ建てられましたか。", "Who built it?", "どこにありますか。"])
def test_a_question_for_something_is_not_polar(question: str) -> None:
    assert not is_polar(question)
