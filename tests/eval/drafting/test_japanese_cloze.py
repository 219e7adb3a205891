"""A Japanese sentence becomes a question by rule, or is left to the model."""

from __future__ import annotations

import pytest

from eval.drafting.filters import drop_by_text
from eval.drafting.japanese_cloze import question_in_place
from tests.eval.drafting.chunks import target


@pytest.mark.parametrize(
    ("title", "sentence", "answer", "question"),
    [
        ("青葉橋", "青葉橋は1958年に架けられた。", "1958年", "青葉橋が架けられたのは何年ですか？"),
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
         "猪苗代湖が天然記念物に指定されたのは何年ですか？"),
        ("青葉橋", "青葉橋は、宮城県仙台市の広瀬川に架かる橋である。", "宮城県仙台市", "青葉橋はどこにありますか？"),
        ("青葉橋", "1958年には山田太郎が川上に吊橋を架けた。", "1958年",
         "山田太郎が川上に吊橋を架けたのは何年ですか？"),
        ("青葉焼", "青葉焼は、仙台市に伝わる陶器である。", "仙台市", "青葉焼はどこに伝わる陶器ですか？"),
        ("青葉橋", "設計した山田太郎は仙台市の出身である。", "仙台市", "設計した山田太郎はどこの出身ですか？"),
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
        ("青葉橋", "山田は1958年に橋を架けた。", "1958年"),
        ("青葉橋", "青葉橋は仙台市の職人が木で架けた。", "仙台市"),
        ("青葉橋", "青葉橋は1958年には切手にもなった。", "1958年"),
        ("青葉橋", "藩は1658年に橋を架けた。", "1658年"),
        ("青葉橋", "工事は宝暦13年に始まった。", "13年"),
        ("青葉橋", "1958年には、大雨の続いた夏に青葉橋の長さは210メートルになった。", "210メートル"),
        ("青葉橋", "仙台藩は1958年に山田太郎は橋を架けた。", "1958年"),
        ("青葉橋", "1958年には仙台市が出発点となった。", "1958年"),
        ("青葉橋", "青葉橋は同時に1958年に国宝に指定された。", "1958年"),
        ("青葉橋", "1958年には山田太郎が映画にした。", "1958年"),
    ],
    ids=["long", "end of a period", "denial", "another subject", "bare date", "title that owns nothing",
         "year after", "clause describes the name", "surname alone", "place before a noun", "adds to what was told",
         "what a title does not own", "year of an era without it", "date is lost", "two topics", "says too little",
         "leans on what was told", "does not tell of what"],
)  # fmt: skip
def test_what_makes_no_plain_question_is_left_to_the_model(title: str, sentence: str, answer: str) -> None:
    assert question_in_place(target(sentence, answer, title)) is None


def test_the_sentence_is_asked_about_and_not_the_one_before_it() -> None:
    found = target("青葉橋は木の橋であった。工事は1958年に終わった。", "1958年", "青葉橋")
    assert question_in_place(found) == "青葉橋の工事が終わったのは何年ですか？"
