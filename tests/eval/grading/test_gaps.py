"""What a refusal leaves open, and whether a clause only says that nothing is told."""

from __future__ import annotations

import pytest

from eval.grading.gaps import gap_is_asked, lacks_information, leaves_open, names_asked


@pytest.mark.parametrize(
    ("question", "clause", "asked"),
    [
        ("How deep is the lake?", "its depth is not given", True),
        ("How deep is the lake?", "the average depth is not given", False),
        ("How deep is the lake?", "the remaining documents do not mention its depth", False),
        ("湖の深さは?", "残りの文書に深さの記載はありません。", False),
        ("What is the exact depth of the lake?", "the exact depth is not given", True),
        ("How many seats are remaining?", "the number of remaining seats is not given", True),
        ("残りの日数は?", "残りの日数の記載はありません。", True),
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


@pytest.mark.parametrize(
    ("question", "clause", "lacking"),
    [
        ("When was it built?", "the year is not among the details", True),
        ("When was it built?", "the year of the fire is not among the details", False),
        ("いつ建てられましたか。", "答えは文書には存在しません。", True),
        ("いつ建てられましたか。", "火事は文書に存在しません。", False),
        ("Is it open on Mondays?", "it does not open on Mondays", False),
    ],
)
def test_a_clause_denies_that_something_is_told(question: str, clause: str, lacking: bool) -> None:
    assert lacks_information(question, clause) is lacking


def test_a_further_detail_leaves_nothing_open() -> None:
    assert leaves_open("Who won?", "I do not know", first=True)
    assert not leaves_open("Who won?", "the exact year is not given", first=True)
    assert not leaves_open("Who won?", "the year is not given", first=False)


@pytest.mark.parametrize(
    ("question", "refusal", "left"),
    [
        ("Where was it signed?", "although the text does not say who signed it", False),
        ("Where was it signed?", "the text does not say where", True),
        ("会社の名前は何ですか。", "会社名までは書かれておりません", True),
        ("会社の名前は何ですか。", "契約日までは書かれておりません", False),
    ],
)
def test_a_gap_of_another_kind_leaves_nothing_open(question: str, refusal: str, left: bool) -> None:
    assert leaves_open(question, refusal, first=False) is left
