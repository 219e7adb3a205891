"""Of two clauses with subjects of their own, the one about what was asked answers."""

from __future__ import annotations

import pytest

from eval.grading.clauses import answering_clause
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
