"""What is said to be possible answers whether it is; under a condition it does not."""

from __future__ import annotations

import pytest

from eval.grading.labels.possibility import possibility

ASKED = {"en": "Can children swim here alone?", "ja": "子どもは一人で泳げますか。"}
SAID = (
    ("en", "swimming alone is {}.", ("allowed", "permitted", "possible"), ("prohibited", "forbidden", "not allowed")),
    (
        "ja",
        "一人での遊泳は{}。",
        ("可能です", "認められています"),
        ("不可です", "できません", "禁止されています", "お断りしています"),
    ),
)
ROWS = [
    (language, form.format(word), able)
    for language, form, *words in SAID
    for able in (True, False)
    for word in words[not able]
]


@pytest.mark.parametrize(("language", "sentence", "able"), ROWS)
def test_it_is_read(language: str, sentence: str, able: bool) -> None:
    assert possibility(ASKED[language], sentence) is able


@pytest.mark.parametrize(("language", "sentence", "able"), ROWS)
def test_a_condition_says_nothing_of_the_case_asked(language: str, sentence: str, able: bool) -> None:
    condition = {"en": "if an adult is there ", "ja": "大人がいなければ"}[language]
    assert possibility(ASKED[language], condition + sentence) is None
    assert possibility({"en": "Who swims?", "ja": "誰が泳ぎますか。"}[language], sentence) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Can I cancel?", "You cannot cancel before 5 p.m."),
        ("Can I bring a dog?", "You may bring cats."),
        ("Can I get a refund?", "Refunds are not possible after 30 days."),
        ("大人も利用できますか", "18歳未満の方が利用可能です"),
        ("自転車を持ち込めますか", "飲み物の持ち込みは可能です"),
    ],
)
def test_a_limit_or_another_thing_says_nothing_of_what_is_asked(question: str, sentence: str) -> None:
    assert possibility(question, sentence) is None
