"""Properties of the ladder for every question: what never makes a right answer wrong, and what always does."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import AnswerOutcome, Reference, Verdict, grade
from rag.text.canonical import canonical

INSTRUMENTS = LabelSet.parse("弦楽器=string instrument/string|打楽器=percussion instrument/percussion")


@dataclass(frozen=True)
class Fact:
    """A question with one reference and its language."""

    question: str
    reference: str
    language: str

    def verdict(self, answer: str) -> Verdict:
        return grade(self.question, answer, [Reference(self.reference, self.language)], "open_qa", self.language)


JAPANESE = [
    Fact("日本の首都はどこですか", "東京", "ja"),
    Fact("『こころ』を書いたのは誰ですか", "夏目漱石", "ja"),
    Fact("伊能忠敬はいつ亡くなったか", "1818年", "ja"),
    Fact("世界で2番目に高い山は？", "K2", "ja"),
    Fact("水の化学式は何ですか", "H2O", "ja"),
    Fact("モナ・リザを描いたのは誰ですか", "レオナルド・ダ・ヴィンチ", "ja"),
    Fact("太陽系の惑星はいくつですか", "8", "ja"),
    Fact("スウェーデンの人口は？", "980万人", "ja"),
    Fact("この花は何ですか", "ヒマワリ", "ja"),
    Fact("植物が吸収する気体は何ですか", "二酸化炭素", "ja"),
    Fact("ウィキペディアはいつ始まったか", "2001年1月15日", "ja"),
    Fact("大陸を移動させる力を何と呼ぶか", "マントル対流", "ja"),
]
ENGLISH = [
    Fact("What is the capital of Japan?", "Tokyo", "en"),
    Fact("Who wrote Kokoro?", "Natsume Soseki", "en"),
    Fact("When did Ino Tadataka die?", "1818", "en"),
    Fact("What is the second highest mountain?", "K2", "en"),
    Fact("What is the chemical formula of water?", "H2O", "en"),
    Fact("Who painted the Mona Lisa?", "Leonardo da Vinci", "en"),
    Fact("How many planets are there?", "8", "en"),
    Fact("What is the population of Sweden?", "9.8 million", "en"),
    Fact("What is this flower?", "a sunflower", "en"),
    Fact("Which gas do plants absorb?", "carbon dioxide", "en"),
    Fact("When did Wikipedia start?", "January 15, 2001", "en"),
    Fact("How far is it?", "8.5 miles", "en"),
]
NUMERIC = {
    "1818年": "{}年", "1818": "{}", "8": "{}", "980万人": "{}万人", "9.8 million": "{} million",
    "January 15, 2001": "January 15, {}", "2001年1月15日": "{}年1月15日", "8.5 miles": "{} miles",
}  # fmt: skip
NUMBER_FACTS = [fact for fact in JAPANESE + ENGLISH if fact.reference in NUMERIC]

SIGNED_JA = [
    *itertools.product(["", "%", "パーセント", "万円", "メートル", "人"], ["-", "−", "－", "マイナス", "△", "▲"]),
    *itertools.product(["度", "℃"], ["-", "−", "マイナス", "氷点下", "零下"]),
]
SIGNED_EN = list(
    itertools.product(["", "%", " percent", " m", "°C", " million dollars"], ["-", "−", "–", "minus ", "negative "])
)

ENDINGS = [
    "です",
    "です。",
    "である",
    "でした。",
    "だ。",
    "だと思います。",
    "になります。",
    "と呼ばれています。",
    "ですよ。",
    "であると考えられています。",
    "でしょう。",
    "。",
]
JAPANESE_FRAMES = [
    "{}",
    "答えは{}です。",
    "答え：{}",
    "**{}**",
    "「{}」です。",
    "それは{}です。",
    "正解は{}です。",
    "回答：{}",
    "はい、承知しました。\n答えは{}です。",
]
ENGLISH_FRAMES = [
    "{}", "{}.", "The answer is {}.", "Answer: {}", "**{}**", '"{}"', "It is {}.", "It's {}!", "I think it is {}.",
    "Sure! The answer is {}.",
    "The correct answer is: {}", "According to the text, it is {}.", "Answer:\n{}", "So, the answer is {}.",
]  # fmt: skip
CASES = [str, str.lower, str.upper, str.swapcase, str.title]
FULL_WIDTH = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000})

facts = st.sampled_from(JAPANESE + ENGLISH)
fast = settings(max_examples=120)


def frames(fact: Fact) -> list[str]:
    return JAPANESE_FRAMES if fact.language == "ja" else ENGLISH_FRAMES


@fast
@given(st.sampled_from(JAPANESE), st.sampled_from(ENDINGS))
def test_a_sentence_ending_never_makes_an_answer_wrong(fact: Fact, ending: str) -> None:
    assert fact.verdict(fact.reference + ending).correct


@fast
@given(facts, st.data())
def test_surrounding_words_never_make_an_answer_wrong(fact: Fact, data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(frames(fact))).format(fact.reference)
    assert fact.verdict(answer).correct, answer


@fast
@given(facts, st.data())
def test_full_width_forms_never_make_an_answer_wrong(fact: Fact, data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(frames(fact))).format(fact.reference).translate(FULL_WIDTH)
    assert fact.verdict(answer).correct, answer


@fast
@given(facts, st.sampled_from(CASES), st.data())
def test_case_never_makes_an_answer_wrong(fact: Fact, case: type[str], data: st.DataObject) -> None:
    answer = case(data.draw(st.sampled_from(frames(fact))).format(fact.reference))
    assert fact.verdict(answer).correct, answer


@fast
@given(facts, st.integers(0, 3), st.integers(0, 3), st.sampled_from([" ", "\n", "\u3000", "\t", "\u200b"]), st.data())
def test_blanks_around_never_matter(fact: Fact, left: int, right: int, blank: str, data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(frames(fact))).format(fact.reference)
    assert fact.verdict(blank * left + answer + blank * right).correct


@fast
@given(facts, st.sampled_from(["、", "。", "!", "！", "…", "」", ")", ",", "*"]))
def test_stray_punctuation_after_the_answer_never_matters(fact: Fact, mark: str) -> None:
    assert fact.verdict(fact.reference + mark).correct


@fast
@given(st.sampled_from(NUMBER_FACTS), st.integers(1, 9999), st.data())
def test_another_number_is_always_wrong(fact: Fact, number: int, data: st.DataObject) -> None:
    shape = NUMERIC[fact.reference]
    if shape.format(number) == fact.reference:
        return
    answer = data.draw(st.sampled_from(frames(fact))).format(shape.format(number))
    assert not fact.verdict(answer).correct, answer


@fast
@given(st.integers(1, 999), st.booleans(), st.booleans(), st.data())
def test_an_answer_with_its_sign_turned_is_never_right(
    number: int, japanese: bool, negative: bool, data: st.DataObject
) -> None:
    unit, sign = data.draw(st.sampled_from(SIGNED_JA if japanese else SIGNED_EN))
    fact = Fact("値はいくつですか", "", "ja") if japanese else Fact("What is the value?", "", "en")
    plain, below = f"{number}{unit}", f"{sign}{number}{unit}"
    given, reference = (below, plain) if negative else (plain, below)
    answer = data.draw(st.sampled_from(frames(fact))).format(given)
    assert not Fact(fact.question, reference, fact.language).verdict(answer).correct, (answer, reference)


@fast
@given(st.integers(1, 999), st.booleans(), st.data())
def test_a_sign_may_be_written_in_any_way(number: int, japanese: bool, data: st.DataObject) -> None:
    unit, sign = data.draw(st.sampled_from(SIGNED_JA if japanese else SIGNED_EN))
    fact = Fact("値はいくつですか", f"-{number}{unit}", "ja") if japanese else Fact("What?", f"-{number}{unit}", "en")
    answer = data.draw(st.sampled_from(frames(fact))).format(f"{sign}{number}{unit}")
    assert fact.verdict(answer).correct, answer


@fast
@given(st.lists(st.integers(0, 30), min_size=2, max_size=2, unique=True), st.booleans(), st.data())
def test_a_score_the_other_way_round_is_never_right(score: list[int], japanese: bool, data: st.DataObject) -> None:
    fact = Fact("結果は？", "{}-{}".format(*score), "ja") if japanese else Fact("Score?", "{}-{}".format(*score), "en")
    joint = data.draw(st.sampled_from(["{}-{}", "{}:{}", "{}対{}" if japanese else "{} to {}"]))
    frame = data.draw(st.sampled_from(frames(fact)))
    assert fact.verdict(frame.format(joint.format(*score))).correct
    assert not fact.verdict(frame.format(joint.format(*score[::-1]))).correct


@fast
@given(facts, st.data())
def test_a_denied_answer_is_never_right(fact: Fact, data: st.DataObject) -> None:
    japanese = ["{}ではない。", "{}ではありません。", "{}じゃないです。", "答えは{}ではありません。", "{}以外です。"]
    english = ["not {}", "It is not {}.", "The answer is not {}.", "It isn't {}.", "Anything other than {}."]
    answer = data.draw(st.sampled_from(japanese if fact.language == "ja" else english)).format(fact.reference)
    assert not fact.verdict(answer).correct, answer


@fast
@given(facts, st.data())
def test_the_answer_to_another_question_is_never_right(fact: Fact, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([f for f in JAPANESE + ENGLISH if f.language == fact.language and f != fact]))
    answer = data.draw(st.sampled_from(frames(fact))).format(other.reference)
    if {fact.reference, other.reference} != {"H2O", "K2"}:
        assert not fact.verdict(answer).correct, answer


@fast
@given(facts, st.text(alphabet=" \n\t\u3000。、.,!?！？*#-_「」()…\u200b\ufeff", max_size=20))
def test_an_empty_answer_is_never_right(fact: Fact, answer: str) -> None:
    verdict = fact.verdict(answer)
    assert verdict.content is AnswerOutcome.EMPTY
    assert not verdict.language_correct


WORDS = st.sampled_from(
    "東京 は です の 1818年 9 年 or not Tokyo , 、 。 . : ： はい No string 弦楽器 琴 ではない か ( ) 「 」 \n "
    "- / 万 三 = ? 億 th % $ m \u0301 ﷺ".split(" ")
)
anything = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=15).map("".join), st.lists(WORDS, max_size=15).map(" ".join)
)


@settings(max_examples=400)
@given(
    anything,
    anything,
    anything,
    st.sampled_from(["open_qa", "classification"]),
    st.sampled_from(["ja", "en"]),
    st.booleans(),
)
def test_grading_never_raises(
    question: str, answer: str, reference: str, kind: str, language: str, labelled: bool
) -> None:
    references = [Reference(reference, language), Reference("琴: 弦楽器; 太鼓: 打楽器", "ja")][: 2 if labelled else 1]
    verdict = grade(question, answer, references, kind, language, INSTRUMENTS if labelled else None)
    assert verdict.reason
    assert verdict.correct == (verdict.matched is not None)


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_the_canonical_form_is_stable_for_plain_text(text: str) -> None:
    once = canonical("".join(char for char in text if char.isalpha()))
    assert canonical(once) == once


def test_lone_surrogates_and_control_characters_are_survived() -> None:
    assert grade("q", "東\ud800京\x00\x07", [Reference("東京", "ja")], "open_qa", "ja").correct


def test_the_answer_of_a_model_in_a_loop_is_graded_in_a_moment() -> None:
    loops = (
        "not ",
        "Tokyo, ",
        "京都か",
        "弦楽器 ",
        "\n- a",
        "1, ",
        "を、",
        "答えは",
        "The capital is not easy to name, or so. ",
    )
    started = time.process_time()
    for loop in loops:
        for kind in ("open_qa", "classification"):
            grade(
                "What is it?",
                loop * 500,
                [Reference("弦楽器", "ja"), Reference("Tokyo", "en")],
                kind,
                "en",
                INSTRUMENTS,
            )
    assert time.process_time() - started < 5
