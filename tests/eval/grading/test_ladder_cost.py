"""An answer that repeats itself is graded in time that grows as its length, whatever it repeats."""

from __future__ import annotations

import time

import pytest

from eval.grading.labels.mentions import mentions
from eval.grading.ladder import Reference, grade
from rag.text.tokens import tokenise

REFERENCES = [Reference("12.5 km", "en"), Reference("1969年7月20日", "ja"), Reference("東京", "ja")]
UNITS = [
    "です",
    "1 ",
    "1. a\n",
    "2020年1月1日",
    "10 km ",
    "ﷺ",
    "¼",
    "5%",
    "1番目は",
    "東京、",
    "not ",
    "「",
    "I think ",
    "資料1には",
    "分かりません。",
    "I do not know. ",
    "The year is not given, so ",
    "年は書かれていませんが、",
]
LOOPED, CAP = 1.0, 2.0  # seconds of processor time for 4,000 letters, five times what they take or more


def seconds(text: str, question: str = "What is it?") -> float:
    references = [Reference(LABELLED[question], "en")] if question in LABELLED else REFERENCES
    kind = "classification" if question in LABELLED else "open_qa"
    tokenise.cache_clear()
    mentions.cache_clear()
    began = time.process_time()
    grade(question, text, references, kind, "en")
    return time.process_time() - began


def varied(unit: str, length: int) -> str:
    """Return the unit again and again with numbers between, so that nothing is repeated on end."""
    return "".join(f"{unit}{i}" for i in range(length))[:length]


def least(text: str, question: str = "What is it?") -> float:
    """Return the lesser of two measurements, each of another text: other work on the machine adds to the other."""
    return min(seconds(text[shift:], question) for shift in range(2))


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_a_loop_costs_little(unit: str) -> None:
    assert least(unit * (4000 // len(unit))) < LOOPED


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_the_cost_grows_as_the_length(unit: str) -> None:
    half, whole = least(varied(unit, 2000)), least(varied(unit, 4000))
    assert whole < CAP
    assert whole < 3.2 * half + 0.05


LABELLED = {
    "Sort each item into metal or non-metal: iron, sulfur.": "iron: metal; sulfur: non-metal",
    "True or false: sulfur is a metal.": "false",
}


@pytest.mark.slow
@pytest.mark.parametrize("question", ["What is it?", *LABELLED])
def test_a_numbered_list_costs_little(question: str) -> None:
    text = "\n".join(f"{i}. metal {i}" for i in range(400))[:4000]
    assert least(text, question) < LOOPED
