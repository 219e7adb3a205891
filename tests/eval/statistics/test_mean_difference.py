"""Paired differences of means: of whole changes the interval of rates, of others one that covers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics.mean_difference import mean_difference
from eval.statistics.paired import PairedOutcome, paired_difference

SHARES = st.sampled_from([0.0, 0.1, 1 / 7, 0.25, 1 / 3, 0.5, 1.0])


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 20)), min_size=1, max_size=40))
def test_of_rates_it_is_the_difference_of_rates(rows: list[tuple[bool, bool, int]]) -> None:
    before, after, units = zip(*rows, strict=True)
    found = mean_difference(before, after, units)
    expected = paired_difference([PairedOutcome(unit, old, new) for old, new, unit in rows])
    assert found.estimate == pytest.approx(expected.estimate)
    # The difference of rates is widened to 0 where the exact test does not reject.
    assert (min(found.interval.low, 0), max(found.interval.high, 0)) == pytest.approx(
        (min(expected.interval.low, 0), max(expected.interval.high, 0)), abs=1e-6
    )


@given(st.lists(st.tuples(SHARES, SHARES, st.integers(0, 9)), min_size=1, max_size=30))
def test_swapping_the_arms_swaps_the_signs(rows: list[tuple[float, float, int]]) -> None:
    before, after, units = zip(*rows, strict=True)
    found, back = mean_difference(before, after, units), mean_difference(after, before, units)
    assert found.estimate == pytest.approx(np.mean(after) - np.mean(before))
    assert found.interval.low - 1e-9 <= found.estimate <= found.interval.high + 1e-9
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (-back.interval.high, -back.interval.low), abs=1e-6
    )


def test_no_change_among_few_questions_is_no_proof_of_none() -> None:
    few, many = (mean_difference([0.5] * count, [0.5] * count, range(count)).interval for count in (20, 2000))
    assert few.low < -0.05 < 0.05 < few.high
    assert -0.01 < many.low < 0 < many.high < 0.01


def test_both_languages_of_a_question_are_one_unit() -> None:
    """The second language repeats the first: as many questions, and an interval as wide."""
    generator = np.random.default_rng(7)
    before, after = generator.choice([0, 0.25, 0.5, 1], (2, 60)).tolist()
    once = mean_difference(before, after, range(60))
    twice = mean_difference(before * 2, after * 2, [*range(60)] * 2)
    assert twice.estimate == pytest.approx(once.estimate)
    assert (twice.interval.low, twice.interval.high) == pytest.approx((once.interval.low, once.interval.high), abs=0.01)
    apart = mean_difference(before * 2, after * 2, range(120)).interval
    assert apart.high - apart.low < 0.8 * (twice.interval.high - twice.interval.low)


def test_it_covers() -> None:
    """Of 400 samples of 60 questions whose reciprocal ranks change by .02 on average, 95 % hold it; 2 s.e. are 2.2."""
    generator = np.random.default_rng(11)
    changes, shares = np.array([0, 0.5, -0.5, 2 / 3, -0.25]), [0.86, 0.05, 0.03, 0.03, 0.03]
    true = float(changes @ shares)
    held = 0
    for _ in range(400):
        sample = generator.choice(changes, 60, p=shares)
        interval = mean_difference([0.0] * 60, sample.tolist(), range(60)).interval
        held += interval.low <= true <= interval.high
    assert held / 400 > 0.95 - 0.022


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="no question"):
        mean_difference([], [], [])
