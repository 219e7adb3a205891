"""The grading ladder on answers as models write them, Japanese beside English: forms, hedges, numbers."""

from __future__ import annotations

import pytest

from eval.grading.ladder import AnswerOutcome, GradingRule, Reference, grade
from tests.eval.grade_items import (
    AGE,
    BODY_WATER,
    BONES,
    CAPITAL,
    CENTURY,
    CHOICE,
    ERA_END,
    LEGLESS,
    MARATHON,
    MILLENNIUM,
    NINE,
    PLANETS,
    POPULATION,
    SPUTNIK,
    SUNFLOWER,
    SURVEYOR,
    SURVEYOR_YEAR,
    TEA,
    Item,
)

C, W, R, U, E = (
    AnswerOutcome.CORRECT,
    AnswerOutcome.WRONG,
    AnswerOutcome.REFUSED,
    AnswerOutcome.UNPARSED,
    AnswerOutcome.EMPTY,
)

# (item, language, answer, outcome, rule or None, language right)
Row = tuple[Item, str, str, AnswerOutcome, GradingRule | None, bool]

PLAIN: list[Row] = [
    (CAPITAL, "ja", "東京", C, GradingRule.EQUAL, True),
    (CAPITAL, "en", "Tokyo", C, GradingRule.EQUAL, True),
    (CAPITAL, "ja", "答えは東京です。", C, GradingRule.EQUAL, True),
    (CAPITAL, "en", "The answer is Tokyo.", C, GradingRule.EQUAL, True),
    (CAPITAL, "ja", "日本の首都は東京です。", C, GradingRule.EQUAL, True),
    (CAPITAL, "en", "The capital of Japan is Tokyo.", C, GradingRule.EQUAL, True),
    (CAPITAL, "ja", "**答え**：「東京」", C, GradingRule.EQUAL, True),
    (CAPITAL, "en", 'Answer: **"Tokyo"**', C, GradingRule.EQUAL, True),
    (CAPITAL, "ja", "東京（Tokyo）", C, None, True),
    (CAPITAL, "en", "Tokyo (東京)", C, None, True),
    (CAPITAL, "ja", "Answer: 東京 (Tokyo)", C, None, True),
    (CAPITAL, "ja", "Tokyo", C, GradingRule.EQUAL, False),
    (CAPITAL, "en", "東京", C, GradingRule.EQUAL, False),
    (CAPITAL, "ja", "The capital of Japan is Tokyo.", C, None, False),
    (CAPITAL, "en", "日本の首都は東京です。", C, None, False),
    (CAPITAL, "ja", "日本の首都はどこですか？\n東京です。", C, None, True),
    (CAPITAL, "en", "What is the capital of Japan? It's Tokyo.", C, None, True),
    (CAPITAL, "ja", "東京は日本の首都です。", C, None, True),
    (CAPITAL, "en", "Tokyo is the capital of Japan.", C, None, True),
    (CAPITAL, "ja", "東京が日本の首都です。", C, None, True),
    (CAPITAL, "en", "TOKYO", C, None, True),
    (CAPITAL, "ja", "ＴＯＫＹＯ", C, None, False),
    (CAPITAL, "en", "Tokyo, Japan", C, None, True),
    (CAPITAL, "ja", "東京都です。", C, None, True),
    (CAPITAL, "en", "Sure! The capital of Japan is **Tokyo**, which is also its largest city.", C, None, True),
    (CAPITAL, "ja", "はい、お答えします。日本の首都は東京であり、人口は約1400万人です。", C, None, True),
    (CAPITAL, "ja", "首都東京です。", C, None, True),
    (CAPITAL, "ja", "京都です。", W, None, True),
    (CAPITAL, "en", "Kyoto", W, None, True),
    (CAPITAL, "en", "The capital of Japan is Kyoto.", W, None, True),
    (CAPITAL, "ja", "日本の首都は大阪です。", W, None, True),
    (CAPITAL, "en", "Tokyo.\n\nQuestion: What is the capital of France?\nAnswer: Paris", C, None, True),
    (CAPITAL, "ja", "東京です。\n\n質問：フランスの首都は？\n答え：パリ", C, None, True),
    (SUNFLOWER, "ja", "ひまわりです", C, None, True),
    (SUNFLOWER, "ja", "向日葵", C, None, True),
    (SUNFLOWER, "en", "Sunflowers", C, None, True),
    (SUNFLOWER, "en", "It is a sunflower.", C, None, True),
    (TEA, "ja", "緑茶と呼ばれています。", C, None, True),
    (TEA, "en", "Green tea is drunk most in Japan.", C, None, True),
    (TEA, "ja", "紅茶です。", W, None, True),
    (TEA, "en", "Black tea", W, None, True),
]

EMPTY: list[Row] = [
    (CAPITAL, "ja", "", E, GradingRule.EMPTY, False),
    (CAPITAL, "en", "   \n", E, GradingRule.EMPTY, False),
    (CAPITAL, "ja", "。。。", E, GradingRule.EMPTY, False),
    (CAPITAL, "en", "**...**", E, GradingRule.EMPTY, False),
    (CAPITAL, "en", "</answer>", E, GradingRule.EMPTY, False),
    (CAPITAL, "ja", "\u3000\u200b", E, GradingRule.EMPTY, False),
]

HEDGES: list[Row] = [
    (CAPITAL, "en", "I don't know.", R, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "分かりません。", R, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "わからない", R, GradingRule.HEDGE, True),
    (CAPITAL, "en", "I'm sorry, but I cannot answer this question based on the context.", R, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "申し訳ありませんが、その情報は提供されていません。", R, GradingRule.HEDGE, True),
    (CAPITAL, "en", "The passage does not mention the capital of Japan.", R, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "文章には日本の首都についての記載がありません。", R, GradingRule.HEDGE, True),
    (CAPITAL, "en", "There is no information about Tokyo in the text.", R, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京に関する情報はありません。", R, GradingRule.HEDGE, True),
    (CAPITAL, "en", "I am not sure, but I think it is Tokyo.", C, None, True),
    (CAPITAL, "ja", "文章には記載されていませんが、東京です。", C, None, True),
    (CAPITAL, "en", "It is probably Tokyo.", C, None, True),
    (CAPITAL, "ja", "おそらく東京でしょう。", C, None, True),
    (CAPITAL, "ja", "東京ではないでしょうか。", C, None, True),
    (CAPITAL, "ja", "東京かもしれません。", C, None, True),
    (CAPITAL, "ja", "間違いなく東京です。", C, None, True),
    (CAPITAL, "ja", "東京は日本の首都に違いない。", C, None, True),
    (CAPITAL, "en", "It can only be Tokyo.", C, None, True),
    (CAPITAL, "en", "not Tokyo", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京ではない", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京ではありません。", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京じゃないです。", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "It is not Tokyo but Kyoto.", W, None, True),
    (CAPITAL, "ja", "東京ではなく京都です。", W, None, True),
    (CAPITAL, "en", "Not Kyoto but Tokyo.", C, None, True),
    (CAPITAL, "ja", "京都ではなく東京です。", C, None, True),
    (CAPITAL, "en", "Tokyo, not Kyoto.", C, None, True),
    (CAPITAL, "ja", "東京です。京都ではありません。", C, None, True),
    (CAPITAL, "en", "Tokyo is not the capital of Japan.", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京は日本の首都ではありません。", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "It isn't Tokyo.", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "Tokyo or Kyoto", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京または京都", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "It is either Kyoto or Tokyo.", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "京都か東京です。", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "東京か京都のどちらかです。", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "Tokyo/Kyoto", W, GradingRule.HEDGE, True),
    (CAPITAL, "en", "The capital of Japan is Tokyo, Kyoto, or Osaka.", W, GradingRule.HEDGE, True),
    (CAPITAL, "ja", "日本の首都は東京、あるいは大阪です。", W, GradingRule.HEDGE, True),
    (LEGLESS, "ja", "蛇には足がありません。", C, None, True),
    (LEGLESS, "en", "Snakes do not have legs.", C, None, True),
    (CHOICE, "en", "Tokyo or Kyoto.", W, GradingRule.HEDGE, True),
    (CHOICE, "ja", "東京か京都です。", W, GradingRule.HEDGE, True),
    (CHOICE, "en", "The capital of Japan is Tokyo.", C, None, True),
    (CHOICE, "ja", "日本の首都は東京です。", C, None, True),
    (CHOICE, "en", "Kyoto is the capital of Japan.", W, None, True),
    (CHOICE, "ja", "京都です。", W, None, True),
]

NUMBERS: list[Row] = [
    (SURVEYOR_YEAR, "ja", "1818年", C, GradingRule.EQUAL, True),
    (SURVEYOR_YEAR, "en", "1818", C, GradingRule.EQUAL, True),
    (SURVEYOR_YEAR, "ja", "1818", C, GradingRule.EQUAL, True),
    (SURVEYOR_YEAR, "ja", "一八一八年です。", C, None, True),
    (SURVEYOR_YEAR, "en", "He died in 1818.", C, None, True),
    (SURVEYOR_YEAR, "ja", "１８１８年に亡くなりました。", C, None, True),
    (SURVEYOR_YEAR, "en", "Ino Tadataka died on May 17, 1818, in Edo.", C, None, True),
    (SURVEYOR_YEAR, "ja", "伊能忠敬は1745年に生まれ、1818年に亡くなった。", C, None, True),
    (SURVEYOR_YEAR, "en", "Ino was born in 1745 and died in 1818.", C, None, True),
    (SURVEYOR_YEAR, "ja", "1819年", W, GradingRule.CONFLICT, True),
    (SURVEYOR_YEAR, "en", "Ino Tadataka died in 1819.", W, GradingRule.CONFLICT, True),
    (SURVEYOR_YEAR, "ja", "伊能忠敬は1818年に生まれ、1830年に亡くなった。", W, GradingRule.CONFLICT, True),
    (SURVEYOR_YEAR, "en", "He was born in 1818 and died in 1830.", W, GradingRule.CONFLICT, True),
    (SURVEYOR_YEAR, "en", "1818 or 1819", W, GradingRule.HEDGE, True),
    (POPULATION, "en", "9.8 million or more", C, None, True),
    (POPULATION, "ja", "980万人以上です。", C, None, True),
    (SURVEYOR_YEAR, "ja", "1818年か1819年です。", W, GradingRule.HEDGE, True),
    (SURVEYOR_YEAR, "en", "1818-1830", W, GradingRule.CONFLICT, True),
    (SURVEYOR_YEAR, "en", "Not 1819 but 1818.", C, None, True),
    (SURVEYOR_YEAR, "ja", "1819年ではなく1818年です。", C, None, True),
    (SURVEYOR_YEAR, "en", "He died at the age of 62.", W, GradingRule.NONE, True),
    (SURVEYOR, "ja", "1818年5月17日", C, GradingRule.EQUAL, True),
    (SURVEYOR, "en", "May 17th, 1818", C, GradingRule.EQUAL, True),
    (SURVEYOR, "en", "1818", C, None, True),
    (SURVEYOR, "ja", "1818年3月1日", W, GradingRule.CONFLICT, True),
    (SURVEYOR, "en", "March 1, 1818", W, GradingRule.CONFLICT, True),
    (SPUTNIK, "ja", "1957年10月4日に打ち上げられた人工衛星です。", C, None, True),
    (SPUTNIK, "en", "Sputnik 1 was launched on 4 October 1957.", C, None, True),
    (SPUTNIK, "ja", "1958年10月4日に打ち上げられました。", W, GradingRule.CONFLICT, True),
    (SPUTNIK, "en", "October 5, 1957", W, GradingRule.CONFLICT, True),
    (SPUTNIK, "ja", "昭和32年10月4日", C, None, True),
    (MILLENNIUM, "ja", "二〇〇一年一月十五日", C, GradingRule.EQUAL, True),
    (MILLENNIUM, "en", "January 15, 2001", C, GradingRule.EQUAL, True),
    (MILLENNIUM, "en", "15 January 2001", C, GradingRule.EQUAL, True),
    (MILLENNIUM, "en", "It started on 2001-01-15.", C, None, True),
    (MILLENNIUM, "ja", "平成13年1月15日です。", C, None, True),
    (MILLENNIUM, "ja", "2001年1月16日", W, GradingRule.CONFLICT, True),
    (ERA_END, "ja", "1989年", C, None, True),
    (ERA_END, "en", "The Showa era ended in 1989.", C, None, True),
    (ERA_END, "ja", "昭和は1989年（昭和64年）に終わりました。", C, None, True),
    (ERA_END, "ja", "昭和63年", W, GradingRule.CONFLICT, True),
    (ERA_END, "en", "1988", W, GradingRule.CONFLICT, True),
    (NINE, "en", "9 (3 × 3)", C, None, True),
    (NINE, "ja", "9（3 × 3）です。", C, None, True),
    (NINE, "en", "3 x 3 = 9", C, None, True),
    (NINE, "en", "Nine.", C, None, True),
    (NINE, "ja", "九です。", C, None, True),
    (NINE, "en", "1998", W, GradingRule.CONFLICT, True),
    (NINE, "ja", "19", W, GradingRule.CONFLICT, True),
    (NINE, "en", "It is 6.", W, GradingRule.CONFLICT, True),
    (PLANETS, "ja", "太陽系には八つの惑星があります。", C, None, True),
    (PLANETS, "en", "There are eight planets in the solar system.", C, None, True),
    (PLANETS, "en", "Since 2006, the solar system has 8 planets.", C, None, True),
    (PLANETS, "ja", "2006年以降、太陽系には8個の惑星があります。", C, None, True),
    (PLANETS, "en", "There are nine planets, though since 2006 some say 8.", W, GradingRule.CONFLICT, True),
    (PLANETS, "ja", "惑星は9個です。", W, GradingRule.CONFLICT, True),
    (MARATHON, "en", "26.2 miles", C, GradingRule.EQUAL, True),
    (MARATHON, "ja", "26.2マイルです。", C, GradingRule.EQUAL, True),
    (MARATHON, "en", "About 26.2 miles (42.2 km).", C, None, True),
    (MARATHON, "ja", "約42.195キロメートル", C, None, True),
    (MARATHON, "en", "26.2", C, None, True),
    (MARATHON, "en", "26.2 km", W, GradingRule.CONFLICT, True),
    (MARATHON, "ja", "262マイル", W, GradingRule.CONFLICT, True),
    (POPULATION, "ja", "約980万人です。", C, None, True),
    (POPULATION, "en", "9,800,000", C, None, True),
    (POPULATION, "en", "Sweden has a population of about 9.8 million people.", C, None, True),
    (POPULATION, "ja", "九百八十万人", C, None, True),
    (POPULATION, "en", "98 million", W, GradingRule.CONFLICT, True),
    (POPULATION, "ja", "980人", W, GradingRule.CONFLICT, True),
    (BODY_WATER, "en", "Water makes up 50% to 65% of the human body.", C, None, True),
    (BODY_WATER, "ja", "50〜65%です。", C, None, True),
    (BODY_WATER, "en", "About 50%", W, GradingRule.CONFLICT, True),
    (BODY_WATER, "ja", "約80%", W, GradingRule.CONFLICT, True),
    (BONES, "ja", "約半分です。", C, None, True),
    (BONES, "en", "Almost half of the human bones.", C, None, True),
    (BONES, "en", "About 50%", C, None, True),
    (BONES, "ja", "約21%", W, GradingRule.CONFLICT, True),
    (AGE, "ja", "生後7か月です。", C, None, True),
    (AGE, "en", "The joey is 7 months old.", C, None, True),
    (AGE, "ja", "7歳", W, GradingRule.CONFLICT, True),
    (AGE, "en", "Seven years old", W, GradingRule.CONFLICT, True),
    (CENTURY, "en", "the eighth century", C, None, True),
    (CENTURY, "ja", "八世紀です。", C, None, True),
    (CENTURY, "en", "8th", C, None, True),
    (CENTURY, "ja", "9世紀", W, GradingRule.CONFLICT, True),
]

OPEN = PLAIN + EMPTY + HEDGES + NUMBERS


@pytest.mark.parametrize(("item", "language", "answer", "outcome", "rule", "in_language"), OPEN)
def test_open_question(
    item: Item, language: str, answer: str, outcome: AnswerOutcome, rule: GradingRule | None, in_language: bool
) -> None:
    question = item.ja if language == "ja" else item.en
    verdict = grade(question, answer, item.references, "open_qa", language)
    assert (verdict.content, verdict.language_correct) == (outcome, in_language), verdict
    assert rule is None or verdict.rule is rule, verdict
    assert (verdict.matched is not None) == verdict.correct
    assert verdict.reason


def test_the_table_is_large_enough() -> None:
    assert len(OPEN) >= 150


def test_without_references_nothing_is_right() -> None:
    assert grade("日本の首都は？", "東京", [], "open_qa", "ja").content is AnswerOutcome.WRONG
    assert grade("日本の首都は？", "東京", [Reference("", "ja")], "open_qa", "ja").content is AnswerOutcome.WRONG
