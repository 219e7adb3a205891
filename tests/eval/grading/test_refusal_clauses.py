"""Clauses that refuse, read alone, and whether their gap is what was asked."""

from __future__ import annotations

import pytest

from eval.grading.refusal_clauses import gap_is_asked, names_asked, refuses


@pytest.mark.parametrize(
    ("clause", "refusing"),
    [
        ("the date does not appear in the passages", True),
        ("資料にはない。", True),
        ("the depth is never mentioned", True),
        ("深さについては触れられておらず、", True),
        ("he could not find work", False),
        ("the sailors could not find land", False),
        ("Its author is Unknown Mortal Orchestra.", False),
        ("会員はいません。", False),
    ],
)
def test_a_clause_refuses(clause: str, refusing: bool) -> None:
    assert refuses("", clause) is refusing


@pytest.mark.parametrize(
    ("question", "clause", "asked"),
    [
        ("How deep is the lake?", "its depth is not given", True),
        ("How deep is the lake?", "the average depth is not given", False),
        ("Who founded the bakery?", "the year is not given", False),
        ("湖の深さは?", "深さについては書かれていない。", True),
        ("創業者は誰ですか。", "創業年の記載はありません。", False),
    ],
)
def test_the_gap_is_what_was_asked(question: str, clause: str, asked: bool) -> None:
    assert gap_is_asked(question, clause) is asked


def test_a_word_for_what_is_asked_names_it() -> None:
    assert names_asked("Who won?", "the winner is not given")
    assert not names_asked("Who won?", "the year is not given")
