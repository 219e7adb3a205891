"""N日 is a number of days or the day of a month, as question and answer have it."""

from __future__ import annotations

import pytest

from eval.grading.ladder import AnswerOutcome, Reference, grade

DURATIONS = {
    "返品は何日以内ですか？": "30日以内",
    "リフレッシュ休暇は連続何日ですか？": "30日",
    "有給休暇は何日付与されますか？": "30日",
    "保管期間は何日間ですか？": "30日間",
}
RIGHT = (
    "30日",
    "30日間",
    "30日以内です。",
    "返品は30日以内に可能です。未使用品に限ります。",
    "連続30日です。",
    "30 days",
)
WRONG = ("20日", "20日以内です。", "30時間", "3日です。", "20 days")


def correct(question: str, answer: str, *references: str) -> bool:
    given = tuple(Reference(text, "ja" if "日" in text else "en") for text in references)
    return grade(question, answer, given, "open_qa", "ja", None).content is AnswerOutcome.CORRECT


@pytest.mark.parametrize("answer", RIGHT)
@pytest.mark.parametrize("question", DURATIONS)
def test_a_number_of_days_is_accepted_in_any_wording(question: str, answer: str) -> None:
    assert correct(question, answer, DURATIONS[question])
    assert correct(question, answer, DURATIONS[question], "30 days")


@pytest.mark.parametrize("answer", WRONG)
@pytest.mark.parametrize("question", DURATIONS)
def test_another_number_of_days_is_wrong(question: str, answer: str) -> None:
    assert not correct(question, answer, DURATIONS[question])


@pytest.mark.parametrize(
    ("answer", "right"), [("5月3日です。", True), ("3日", True), ("5月4日です。", False), ("4日", False)]
)
def test_a_day_of_the_month_is_compared_with_the_day_of_a_date(answer: str, right: bool) -> None:
    assert correct("憲法記念日は5月の何日ですか？", answer, "3日") is right
