"""An answer that repeats itself is graded in time that grows as its length, whatever it repeats."""

from __future__ import annotations

import time

import pytest

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
]
CAP = 1.5  # seconds of processor time for 4,000 letters; far below what anything quadratic takes, far above 0.2


def seconds(unit: str, length: int) -> float:
    tokenise.cache_clear()
    began = time.process_time()
    grade("What is it?", unit * (length // len(unit)), REFERENCES, "open_qa", "en")
    return time.process_time() - began


@pytest.mark.parametrize("unit", UNITS)
def test_the_cost_grows_as_the_length(unit: str) -> None:
    seconds(unit, 200)
    half, whole = seconds(unit, 2000), seconds(unit, 4000)
    assert whole < CAP
    assert whole < 3.2 * half + 0.05
