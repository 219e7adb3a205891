"""A Japanese sentence becomes a question by rule, or is left to the model."""

from __future__ import annotations

import pytest

from eval.drafting.filters import drop_by_text
from eval.drafting.japanese_cloze import question_in_place
from tests.eval.drafting.chunks import target


@pytest.mark.parametrize(
    ("title", "sentence", "answer", "question"),
    [
        ("青葉橋", "青葉橋は1958年に架けられた。", "1958年", "青葉橋は何年に架けられたのですか？"),
        ("青葉橋", "青葉橋は仙台市の北にある。橋の長さは210メートルである。", "210メートル",
         "青葉橋の長さは何メートルですか？"),
        ("青葉橋", "青葉橋は仙台市の北にある。長さは210メートルで、県内では最も長い。", "210メートル",
         "青葉橋の長さは何メートルですか？"),
        ("青葉橋", "工事は（雪のため）1956年に始まり、夏に終わった。", "1956年",
         "青葉橋の工事は何年に始まりましたか？"),
        ("青葉橋", "また、青葉橋は仙台市にあります。", "仙台市", "青葉橋はどこにありますか？"),
        ("猪苗代湖", "猪苗代湖は磐梯山の南に広がり、面積は103平方キロメートルである。", "103平方キロメートル",
         "猪苗代湖の面積は何平方キロメートルですか？"),
        ("猪苗代湖", "2005年には天然記念物に指定された。", "2005年",
         "猪苗代湖は、何年に天然記念物に指定されたのですか？"),
    ],
)  # fmt: skip
def test_the_interrogative_takes_the_place_of_the_answer(title: str, sentence: str, answer: str, question: str) -> None:
    found = target(sentence, answer, title)
    assert question_in_place(found) == question
    assert drop_by_text(question, found) is None


@pytest.mark.parametrize(
    ("title", "sentence", "answer"),
    [
        ("青葉橋", "青葉橋の工事を請け負う者は、県の技師たちが近くの村を三度も訪れた1958年の冬になっても"
         "一人も見つからず、材木だけが河原に積まれていたという。", "1958年"),
        ("青葉橋", "工事は1956年から1958年まで続いた。", "1958年"),
        ("青葉橋", "青葉橋は1958年にはまだ完成していない。", "1958年"),
        ("青葉橋", "村の人々が1956年の秋に工事を始めた。", "1956年"),
        ("青葉橋", "切り替えたのは仙台市が1954年、イギリスは1970年である。", "1970年"),
        ("仙台市の歴史", "庁舎は1936年に火災で失われた。", "1936年"),
        ("青葉橋", "さらに翌1958年には開通した。", "1958年"),
        ("青葉橋", "設計した山田太郎は仙台市の出身である。", "山田太郎"),
    ],
    ids=["long", "end of a period", "denial", "another subject", "bare date", "title that owns nothing",
         "year after", "clause describes the name"],
)  # fmt: skip
def test_what_makes_no_plain_question_is_left_to_the_model(title: str, sentence: str, answer: str) -> None:
    assert question_in_place(target(sentence, answer, title)) is None


def test_a_measure_after_a_sentence_about_something_else_is_not_the_title_s() -> None:
    text = "平安塔には木の仏像が立っている。高さは約2.8メートルで、おだやかな顔をもつ。"
    assert question_in_place(target(text, "2.8メートル", "平安塔")) is None
    text = "平安塔は川の西岸に立っている。高さは約21メートルで、遠くからも見える。"
    assert question_in_place(target(text, "21メートル", "平安塔")) == "平安塔の高さは約何メートルですか？"


def test_a_place_alone_does_not_say_what_a_question_is_about() -> None:
    assert question_in_place(target("日本では第一巻が1999年に出版された。", "1999年", "魔法の学校")) is None


def test_the_sentence_is_asked_about_and_not_the_one_before_it() -> None:
    found = target("青葉橋は木の橋であった。工事は1958年に終わった。", "1958年", "青葉橋")
    assert question_in_place(found) == "青葉橋の工事は何年に終わったのですか？"
