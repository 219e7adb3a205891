"""A clause is asked about what it is about; the title owns only what is surely its own."""

from __future__ import annotations

import pytest

from eval.drafting.japanese_cloze import question_in_place
from tests.eval.drafting.chunks import target


def test_a_measure_after_a_sentence_about_something_else_is_not_the_title_s() -> None:
    text = "平安塔には木の仏像が立っている。高さは約2.8メートルで、おだやかな顔をもつ。"
    assert question_in_place(target(text, "2.8メートル", "平安塔")) is None
    text = "平安塔は川の西岸に立っている。高さは約21メートルで、遠くからも見える。"
    assert question_in_place(target(text, "21メートル", "平安塔")) == "平安塔の高さは約何メートルですか？"


def test_a_place_alone_does_not_say_what_a_question_is_about() -> None:
    assert question_in_place(target("日本では第一巻が1999年に出版された。", "1999年", "魔法の学校")) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("会社は山田太郎が興した。山田は1958年に橋を架けた。", "山田太郎は何年に橋を架けましたか？"),
        ("会社は山田が興した。山田は1958年に橋を架けた。", None),
    ],
)
def test_a_person_is_asked_about_by_the_full_name_that_the_passage_gives(text: str, question: str | None) -> None:
    asked = question_in_place(target(text, "1958年", "青葉橋"))
    assert (asked is None) == (question is None)
    assert asked is None or asked.startswith("山田太郎")
