"""No phrasing changes a verdict but by meaning: a seeded sample of the grammar in `phrasing`.

The full sweep is `python -m tests.benchmarks.grading_phrases`.
"""

from __future__ import annotations

import random

import pytest

from tests.eval.grading.phrasing import draw, phrases

SAMPLE = 1500


@pytest.mark.parametrize("language", ["ja", "en"])
def test_there_are_many_phrases_of_every_register(language: str) -> None:
    found = phrases(language)
    assert len({phrase.text for phrase in found}) >= 400
    assert {phrase.register for phrase in found} == {"polite", "plain", "machine", "citing", "hedging"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_phrasing_changes_no_verdict(seed: int) -> None:
    rng = random.Random(seed)
    drawn = [draw(rng) for _ in range(SAMPLE)]
    changed = [each.answer for each in drawn if each.asked.verdict(each.answer).correct != each.right]
    assert len(changed) <= SAMPLE // 100, changed
