"""A name that stands in a sentence is not what it asserts: rank, relation, belief, past, enumeration."""

from __future__ import annotations

import pytest

from eval.grading.lists import listed_with
from eval.grading.objections import misranked, overturned, related

TOP_JA, TOP_EN = "日本で最も長い川は何ですか", "What is the longest river?"


@pytest.mark.parametrize(
    ("question", "text", "objects"),
    [
        (TOP_JA, "XXは2番目です", True),
        (TOP_JA, "1位はXX、2位は", False),
        (TOP_JA, "2位はXX", True),
        ("日本で2番目に長い川は", "2番目はXX", False),
        ("川は何ですか", "2番目はXX", False),
        (TOP_EN, "XX is the second-longest", True),
        (TOP_EN, "the second is XX", True),
        (TOP_EN, "the first is XX, the second is", False),
        ("Who was the second king?", "The second was XX", False),
    ],
)
def test_a_rank_that_is_not_asked_for(question: str, text: str, objects: bool) -> None:
    start = text.index("XX")
    assert misranked(question, text, start, start + 2) is objects


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("Many think it was XX, but it was actually Bob.", True),
        ("Many think it was Bob, but it was actually XX.", False),
        ("I think it is XX, but I may be wrong.", False),
        ("XXと言われていますが、実際は北岳です。", True),
        ("北岳と言われていますが、実際はXXです。", False),
        ("XXだと思います。", False),
    ],
)
def test_a_belief_that_is_turned_over(text: str, objects: bool) -> None:
    start = text.index("XX")
    assert overturned(text, start, start + 2) is objects


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("XXの後任のYです", True),
        ("Yの後任のXXです", False),
        ("XX's successor Bob", True),
        ("a pupil of XX, Bob", True),
        ("Bob's successor, XX", False),
    ],
)
def test_a_relation_of_someone(text: str, objects: bool) -> None:
    start = text.index("XX")
    assert related("誰ですか。", text, start, start + 2) is objects


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Seine, Thames and Rhine", ("Thames", "Rhine")),
        ("Seine, a river in France", ()),
        ("信濃川、利根川、石狩川です。", ("利根川", "石狩川")),
        ("信濃川です。", ()),
        ("大豆とにがりです。", ()),
    ],
)
def test_an_enumeration(text: str, others: tuple[str, ...]) -> None:
    assert listed_with(text, 0, 5 if text[0] == "S" else 3) == others
