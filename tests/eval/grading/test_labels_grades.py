"""The grading ladder on classification items, Japanese beside English: labels, yes/no, assignments."""

from __future__ import annotations

import pytest

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import AnswerOutcome, GradingRule, grade
from tests.eval.grade_items import (
    ANIMALS,
    CAFFEINE,
    GREENLAND,
    GUDOK,
    INSTRUMENTS,
    KOTO,
    PAIR,
    TRUTH,
    WALL,
    WHALE,
    Item,
)

C, W, R, U, E = (
    AnswerOutcome.CORRECT,
    AnswerOutcome.WRONG,
    AnswerOutcome.REFUSED,
    AnswerOutcome.UNPARSED,
    AnswerOutcome.EMPTY,
)

# (item, labels, language, answer, outcome)
LabelRow = tuple[Item, LabelSet | None, str, str, AnswerOutcome]
LABELLED: list[LabelRow] = [
    (GREENLAND, None, "en", "No", C),
    (GREENLAND, None, "ja", "いいえ", C),
    (GREENLAND, None, "en", "No, Greenland is not part of the European continent.", C),
    (GREENLAND, None, "ja", "いいえ、グリーンランドはヨーロッパ大陸の一部ではありません。", C),
    (GREENLAND, None, "en", "Greenland is not part of the European continent.", C),
    (GREENLAND, None, "ja", "グリーンランドはヨーロッパ大陸の一部ではありません。", C),
    (GREENLAND, None, "en", "Yes, it is.", W),
    (GREENLAND, None, "ja", "はい、そうです。", W),
    (GREENLAND, None, "en", "Greenland is part of the European continent.", W),
    (GREENLAND, None, "ja", "グリーンランドはヨーロッパ大陸の一部です。", W),
    (GREENLAND, None, "en", "Greenland is in the Atlantic.", U),
    (GREENLAND, None, "ja", "グリーンランドは大西洋にあります。", U),
    (GREENLAND, None, "en", "Yes and no", U),
    (GREENLAND, None, "en", "I don't know.", R),
    (GREENLAND, None, "ja", "分かりません。", R),
    (GREENLAND, None, "ja", "No", C),
    (GREENLAND, None, "en", "いいえ、違います。", C),
    (GREENLAND, None, "en", "The answer is no.", C),
    (GREENLAND, None, "ja", "答えは「いいえ」です。", C),
    (ANIMALS, None, "en", "No, they are not the same.", C),
    (ANIMALS, None, "ja", "違います。", C),
    (ANIMALS, None, "ja", "ラクダとアルパカは同じものではありません。", C),
    (CAFFEINE, None, "en", "Yes, cocoa contains a small amount of caffeine.", C),
    (CAFFEINE, None, "ja", "はい、少量のカフェインが入っています。", C),
    (CAFFEINE, None, "ja", "ココアにはカフェインが入っていません。", W),
    (CAFFEINE, None, "en", "No, cocoa does not have caffeine in it.", W),
    (WALL, TRUTH, "en", "True", C),
    (WALL, TRUTH, "ja", "正しい", C),
    (WALL, TRUTH, "en", "The statement is true.", C),
    (WALL, TRUTH, "ja", "この文は正しいです。", C),
    (WALL, TRUTH, "en", "The Moon orbits the Earth.", C),
    (WALL, TRUTH, "ja", "月は地球の周りを回る。", C),
    (WALL, TRUTH, "en", "The Moon does not orbit the Earth.", W),
    (WALL, TRUTH, "ja", "月は地球の周りを回らない。", W),
    (WALL, TRUTH, "en", "False", W),
    (WALL, TRUTH, "ja", "いいえ、誤りです。", W),
    (WALL, TRUTH, "ja", "真です。", C),
    (WALL, TRUTH, "ja", "間違いではありません。", C),
    (WALL, TRUTH, "en", "It is not false.", C),
    (WHALE, TRUTH, "en", "False. The whale is a mammal.", C),
    (WHALE, TRUTH, "ja", "誤りです。クジラは哺乳類です。", C),
    (WHALE, TRUTH, "en", "This statement is not true.", C),
    (WHALE, TRUTH, "ja", "正しくありません。", C),
    (WHALE, TRUTH, "en", "incorrect", C),
    (WHALE, TRUTH, "ja", "偽", C),
    (WHALE, TRUTH, "en", "The whale is not a fish.", C),
    (WHALE, TRUTH, "ja", "クジラは魚類ではない。", C),
    (WHALE, TRUTH, "en", "True or false: false", C),
    (WHALE, TRUTH, "en", "true", W),
    (WHALE, TRUTH, "ja", "はい、正しいです。", W),
    (WHALE, TRUTH, "en", "True. False.", U),
    (WHALE, TRUTH, "ja", "正しいか誤りか、です。", U),
    (KOTO, INSTRUMENTS, "en", "String", C),
    (KOTO, INSTRUMENTS, "ja", "弦楽器です。", C),
    (KOTO, INSTRUMENTS, "en", "The koto is a string instrument.", C),
    (KOTO, INSTRUMENTS, "ja", "琴は弦楽器で、打楽器ではありません。", C),
    (KOTO, INSTRUMENTS, "en", "It is not a percussion instrument.", C),
    (KOTO, INSTRUMENTS, "ja", "打楽器ではない。", C),
    (KOTO, INSTRUMENTS, "en", "It is not a string instrument.", W),
    (KOTO, INSTRUMENTS, "ja", "弦楽器ではない", W),
    (KOTO, INSTRUMENTS, "en", "percussion instrument", W),
    (KOTO, INSTRUMENTS, "ja", "打楽器", W),
    (KOTO, INSTRUMENTS, "en", "It is string or percussion.", U),
    (KOTO, INSTRUMENTS, "ja", "弦楽器か打楽器です。", U),
    (KOTO, INSTRUMENTS, "en", "Both string and percussion.", U),
    (KOTO, INSTRUMENTS, "ja", "弦楽器でもあり打楽器でもあります。", U),
    (KOTO, INSTRUMENTS, "en", "It is a Japanese instrument.", U),
    (KOTO, INSTRUMENTS, "ja", "日本の楽器です。", U),
    (KOTO, INSTRUMENTS, "ja", "It's a string instrument.", C),
    (KOTO, INSTRUMENTS, "en", "弦楽器", C),
    (PAIR, INSTRUMENTS, "ja", "琴は弦楽器で、太鼓は打楽器です。", C),
    (PAIR, INSTRUMENTS, "en", "Koto is string, taiko is percussion.", C),
    (PAIR, INSTRUMENTS, "ja", "弦楽器：琴、打楽器：太鼓", C),
    (PAIR, INSTRUMENTS, "en", "String: koto. Percussion: taiko.", C),
    (PAIR, INSTRUMENTS, "ja", "- 琴：弦楽器\n- 太鼓：打楽器", C),
    (PAIR, INSTRUMENTS, "en", "**String instruments:**\n- Koto\n\n**Percussion instruments:**\n- Taiko", C),
    (PAIR, INSTRUMENTS, "ja", "太鼓は弦楽器で、琴は打楽器です。", W),
    (PAIR, INSTRUMENTS, "en", "Taiko is string and koto is percussion.", W),
    (PAIR, INSTRUMENTS, "ja", "どちらも弦楽器です。", W),
    (PAIR, INSTRUMENTS, "en", "Both are string instruments.", W),
    (PAIR, INSTRUMENTS, "ja", "琴は弦楽器です。", U),
    (PAIR, INSTRUMENTS, "en", "The koto is a string instrument.", U),
    (PAIR, INSTRUMENTS, "ja", "琴と太鼓はそれぞれ弦楽器と打楽器です。", C),
    (PAIR, INSTRUMENTS, "en", "Koto and taiko are string and percussion, respectively.", C),
    (PAIR, INSTRUMENTS, "en", "琴は弦楽器、太鼓は打楽器", C),
    (PAIR, INSTRUMENTS, "ja", "koto: string, taiko: percussion", C),
    (GUDOK, INSTRUMENTS, "en", "Gudok is string, Cantaro is percussion", C),
    (GUDOK, INSTRUMENTS, "en", "String: Gudok. Percussion: Cantaro", C),
    (GUDOK, INSTRUMENTS, "en", "- Gudok: string\n- Cantaro: percussion", C),
    (GUDOK, INSTRUMENTS, "ja", "グドークは弦楽器、カンタロは打楽器です。", C),
    (GUDOK, INSTRUMENTS, "en", "Gudok is a string instrument, while Cantaro is not a string instrument.", C),
    (GUDOK, INSTRUMENTS, "en", "The string instrument is Gudok and Cantaro is percussion.", C),
    (GUDOK, INSTRUMENTS, "en", "Cantaro is a string instrument and Gudok is percussion.", W),
    (GUDOK, INSTRUMENTS, "en", "Both are string", W),
    (GUDOK, INSTRUMENTS, "en", "Gudok is string or percussion, Cantaro is percussion.", U),
    (GUDOK, INSTRUMENTS, "ja", "分かりません", R),
    (GUDOK, INSTRUMENTS, "en", "These are instruments.", U),
    (GUDOK, INSTRUMENTS, "ja", "", E),
]


@pytest.mark.parametrize(("item", "labels", "language", "answer", "outcome"), LABELLED)
def test_classification(
    item: Item, labels: LabelSet | None, language: str, answer: str, outcome: AnswerOutcome
) -> None:
    question = item.ja if language == "ja" else item.en
    verdict = grade(question, answer, item.references, "classification", language, labels)
    assert verdict.content is outcome, verdict
    assert verdict.rule in (GradingRule.LABEL, GradingRule.HEDGE, GradingRule.EMPTY), verdict
