"""Changes of an answer that must not change its label, and changes that must."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import AnswerOutcome, Reference, grade
from rag.text.language import detect

TRUTH = "正しい/はい=true/correct/yes|誤り/間違い/誤っている/正しくない/いいえ=false/incorrect/wrong/no"
POSSIBLE = frozenset({AnswerOutcome.CORRECT, AnswerOutcome.WRONG})


@dataclass(frozen=True)
class Asked:
    """A question, its references, its labels or none, and the name of every label that an answer may give."""

    text: str
    references: str
    names: tuple[str, ...]
    language: str
    labels: str = ""


ONE_LABEL = [
    Asked("次の文は正しいですか、誤りですか。「光は音よりも速い。」", "正しい|true", ("正しい", "誤り"), "ja"),
    Asked("次の文は正しいですか、誤りですか。「光は音よりも速い。」", "正しい|true", ("正しい", "誤り"), "ja", TRUTH),
    Asked('Is this statement true or false? "Light is slower than sound."', "false", ("true", "false"), "en"),
    Asked(
        "この感想は肯定的ですか、否定的ですか。「また行きたい店です。」",
        "肯定的",
        ("肯定的", "否定的", "ポジティブ", "ネガティブ"),
        "ja",
    ),
    Asked('Is the review positive or negative? "I want my money back."', "negative", ("positive", "negative"), "en"),
    Asked("クジラは哺乳類、魚類、鳥類のどれですか。", "哺乳類", ("哺乳類", "魚類", "鳥類"), "ja"),
    Asked("Which of these is a metal: iron, sulphur, helium?", "iron", ("iron", "sulphur", "helium"), "en"),
    Asked("首都はどれですか。A. 大阪 B. 東京 C. 京都", "B|東京", ("A", "B", "C", "A. 大阪", "東京", "C. 京都"), "ja"),
    Asked("Which is a fruit?\n(A) carrot\n(B) leek\n(C) plum", "plum", ("A", "(B)", "C", "carrot", "C. plum"), "en"),
]
AROUND = {
    "ja": (
        "{}",
        "{}です。",
        "答えは{}です。",
        "答え：{}",
        "正解は{}です。",
        "【回答】{}",
        "結論として、{}です。",
        "はい、お答えします。{}です。",
        "ご質問ありがとうございます。{}です。",
        "文書[1]に記載があります。{}です。",
        "提供された情報によると、{}です。",
        "私は{}だと思います。",
        "{}だと判断します。",
        "ラベル：{}",
        "分類：{}",
        "「{}」です。",
        "{}だと考えられます。",
        "承知しました。答えは「{}」です。",
        "{}\n\n以上です。",
        "{}です。ご参考になれば幸いです。",
        "AIとして回答すると、{}です。",
        "もちろんです。{}です。",
    ),
    "en": (
        "{}",
        "{}.",
        "The answer is {}.",
        "Answer: {}",
        "Final answer: {}",
        "The correct answer is {}.",
        "Label: {}",
        "Well, {}.",
        "In short, {}.",
        "I would say {}.",
        "I would classify it as {}.",
        "According to the text, {}.",
        "Sure! The answer is {}.",
        "Absolutely! It is {}.",
        "As an AI language model, I would say {}.",
        "Based on passage [1], {}.",
        'The answer is "{}".',
        "It is {}. I hope this helps!",
        "My answer: {}",
        "Thank you for your question. It is {}.",
        "Certainly. It is {}.",
        "I believe the answer is {}.",
    ),
}
SHAPES = {
    "plain": "{}",
    "bold": "**{}**",
    "list": "- {}",
    "fence": "```\n{}\n```",
    "tag": "<answer>{}</answer>",
    "thinking": "<think>Let me see. It may be either.</think>{}",
    "heading": "## Answer\n{}",
    "JSON": "",
}


def verdict_of(asked: Asked, answer: str) -> AnswerOutcome:
    references = [Reference(text, detect(text)) for text in asked.references.split("|")]
    labels = LabelSet.parse(asked.labels) if asked.labels else None
    return grade(asked.text, answer, references, "classification", asked.language, labels).content


def in_turn(phrases: Iterable[str], shapes: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Each phrase with three of the shapes, in turn."""
    shape = itertools.cycle(shapes)
    return [(phrase, next(shape)) for phrase in phrases for _ in range(3)]


def shaped(shape: str, text: str) -> str:
    return json.dumps({"answer": text}, ensure_ascii=False) if shape == "JSON" else SHAPES[shape].format(text)


@pytest.mark.parametrize("asked", ONE_LABEL, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_words_and_shapes_around_a_label_change_nothing(asked) -> None:
    changed = []
    for name in asked.names:
        plain = verdict_of(asked, name)
        assert plain in POSSIBLE, name
        for around, shape in (*in_turn(AROUND[asked.language], SHAPES), *(("{}", shape) for shape in SHAPES)):
            answer = shaped(shape, around.format(name))
            if verdict_of(asked, answer) is not plain:
                changed.append((answer, plain))
    assert changed == []


@pytest.mark.parametrize("asked", ONE_LABEL, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_repeating_the_question_first_changes_nothing_and_alone_says_nothing(asked) -> None:
    assert verdict_of(asked, asked.text) not in POSSIBLE
    for name in asked.names:
        for echo in (asked.text, f"質問：{asked.text}\n回答", f"> {asked.text}\n", asked.text.replace('"', "")):
            assert verdict_of(asked, f"{echo}\n{name}") is verdict_of(asked, name), (echo, name)


@pytest.mark.parametrize("asked", ONE_LABEL, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_all_labels_together_are_no_answer(asked) -> None:
    names = asked.names[: 2 if len(asked.names) == 4 else 3]
    for joint in ("、", ", ", " or ", "か、", "/", "\n"):
        assert verdict_of(asked, joint.join(names)) not in POSSIBLE, joint


ITEMS = [
    Asked(
        "それぞれ「哺乳類」か「鳥類」に分類してください：クジラ、ワシ、コウモリ",
        "クジラ：哺乳類；ワシ：鳥類；コウモリ：哺乳類",
        ("哺乳類", "鳥類"),
        "ja",
    ),
    Asked(
        "次の三つを哺乳類と鳥類に分類してください。クジラ、ワシ、コウモリ",
        "クジラ：哺乳類；ワシ：鳥類；コウモリ：哺乳類",
        ("哺乳類", "鳥類"),
        "ja",
        "哺乳類=mammal|鳥類=bird",
    ),
    Asked(
        "Classify each as a fruit or a vegetable: apple, carrot, onion, plum",
        "apple: fruit, carrot: vegetable, onion: vegetable, plum: fruit",
        ("fruit", "vegetable"),
        "en",
    ),
    Asked(
        "Is each of these liquid, solid or gas? mercury, iron, helium",
        "mercury: liquid; iron: solid; helium: gas",
        ("liquid", "solid", "gas"),
        "en",
    ),
    Asked(
        "次の文をそれぞれ「事実」か「意見」に分類してください。\n1. 水は零度で凍る。\n2. 夏は楽しい。\n3. "
        "一年は十二か月である。",
        "事実、意見、事実",
        ("事実", "意見"),
        "ja",
    ),
]


def pairs_of(asked: Asked) -> list[tuple[str, str]]:
    if "意見" in asked.names:
        return [("1", "事実"), ("2", "意見"), ("3", "事実")]
    parts = asked.references.replace("；", ";").replace("：", ":").replace(",", ";").split(";")
    return [tuple(half.strip() for half in part.split(":")) for part in parts]


def written(pairs: list[tuple[str, str]], language: str) -> list[str]:
    by_label: dict[str, list[str]] = {}
    for item, label in pairs:
        by_label.setdefault(label, []).append(item)
    grouped = [f"{label}: {', '.join(items)}" for label, items in by_label.items()]
    lines = "\n".join(f"- {item}: {label}" for item, label in pairs)
    if language == "ja":
        said = "、".join(f"{item}は{label}" for item, label in pairs) + "です。"
        together = "、".join(f"{'と'.join(items)}は{label}" for label, items in by_label.items()) + "です。"
        return [lines, said, together, "；".join(f"{item}：{label}" for item, label in pairs), "\n".join(grouped)]
    said = ", ".join(f"{item} is {label}" for item, label in pairs) + "."
    table = "| item | kind |\n| --- | --- |\n" + "\n".join(f"| {item} | {label} |" for item, label in pairs)
    return [lines, said, table, json.dumps(dict(pairs)), "\n".join(grouped), f"Sure!\n{lines}\nI hope this helps!"]


@pytest.mark.parametrize("asked", ITEMS, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_the_order_of_items_changes_nothing(asked) -> None:
    pairs = pairs_of(asked)
    for order in itertools.permutations(pairs):
        for answer in written(list(order), asked.language):
            assert verdict_of(asked, answer) is AnswerOutcome.CORRECT, answer


@pytest.mark.parametrize("asked", ITEMS, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_swapped_and_other_labels_are_wrong(asked) -> None:
    pairs = pairs_of(asked)
    items, labels = [item for item, _ in pairs], [label for _, label in pairs]
    for other in itertools.product(asked.names, repeat=len(items)):
        if list(other) == labels:
            continue
        for answer in written(list(zip(items, other, strict=True)), asked.language):
            assert verdict_of(asked, answer) is not AnswerOutcome.CORRECT, answer


@pytest.mark.parametrize("asked", ITEMS, ids=lambda asked: asked.text[:12] + asked.labels[:2])
def test_labels_alone_count_in_the_order_asked(asked) -> None:
    labels = [label for _, label in pairs_of(asked)]
    for joint in (", ", "、", "\n", "; "):
        assert verdict_of(asked, joint.join(labels)) is AnswerOutcome.CORRECT, joint
    moved = [*labels[1:], labels[0]]
    assert verdict_of(asked, ", ".join(moved)) is AnswerOutcome.WRONG
    assert verdict_of(asked, asked.text) not in POSSIBLE


def test_a_long_answer_takes_time_in_proportion() -> None:
    rng = random.Random(0)
    patterns = [
        "A ",
        "B. x ",
        "正しい",
        "not true, ",
        "「あ」",
        "1 1 ",
        "です",
        '"x" ',
        "クジラは魚類か",
        "apple: fruit, ",
        "the others ",
    ]
    for asked in (*ONE_LABEL, *ITEMS):
        for pattern in patterns:
            answer = pattern * (4000 // len(pattern)) + str(rng.random())
            began = time.process_time()
            verdict_of(asked, answer)
            assert time.process_time() - began < 2, (asked.text, pattern)
