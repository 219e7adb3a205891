"""Of two clauses with subjects of their own, the one about what was asked answers."""

from __future__ import annotations

import pytest

from eval.grading.clauses import answering_clause, asked_head, states_head
from rag.text.tokens import tokenise


@pytest.mark.parametrize(
    ("question", "sentence", "clause"),
    [
        ("What is the symbol of iron?", "Tin is Sn and iron is Fe.", "iron is Fe."),
        (
            "面積が最も広い島はどこですか。",
            "人口が最も多いのは甲島ですが、面積が最も広いのは乙島です。",
            "面積が最も広いのは乙島です。",
        ),
        (
            "What is the symbol of iron?",
            "It is Fe, and the symbol of iron is old.",
            "It is Fe, and the symbol of iron is old.",
        ),
    ],
)
def test_the_clause_with_more_of_the_question_answers(question: str, sentence: str, clause: str) -> None:
    stems = frozenset(token.stem for token in tokenise(question) if token.content)
    assert answering_clause(stems, sentence) == clause


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("作者が仕えた中宮は誰ですか。", "中宮"),
        ("この橋の長さは何キロですか。", "長さ"),
        ("誰が書きましたか。", ""),
        ("What is it?", ""),
    ],
)
def test_the_head_of_a_question_is_what_it_asks_about(question: str, head: str) -> None:
    assert asked_head(question) == head


def test_a_clause_whose_topic_is_the_head_answers() -> None:
    stems = frozenset(token.stem for token in tokenise("作者が仕えた中宮は誰ですか。") if token.content)
    sentence = "作者は清少納言で、彼女が仕えた中宮は定子です。"
    assert answering_clause(stems, sentence, "中宮") == "彼女が仕えた中宮は定子です。"
    assert not states_head("", sentence)
