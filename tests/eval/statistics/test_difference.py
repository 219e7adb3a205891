"""The interval of a difference against brute force: every table written down, Tango's estimate in closed form."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.difference import net_change_bounds, net_change_tails, restricted_estimate


def tango(fixed: int, broken: int, total: int, mean: float) -> tuple[float, float, float]:
    """Tango's (1998) restricted estimate of P(broken), P(same), P(fixed)."""
    second = -fixed - broken + (2 * total - fixed + broken) * mean
    third = -broken * mean * (1 - mean)
    lost = (math.sqrt(second**2 - 8 * total * third) - second) / (4 * total)
    return lost, 1 - 2 * lost - mean, lost + mean


def upper_tail(fixed: int, broken: int, total: int, mean: float) -> float:
    """P(fixed - broken at least as large as observed), every table written down."""
    lost, same, won = tango(fixed, broken, total, mean)
    return sum(
        math.comb(total, up) * math.comb(total - up, down) * won**up * lost**down * same ** (total - up - down)
        for up in range(total + 1)
        for down in range(total + 1 - up)
        if up - down >= fixed - broken
    )


@pytest.mark.parametrize(
    ("fixed", "broken", "total"),
    [(0, 0, 1), (1, 0, 4), (0, 0, 9), (3, 0, 12), (5, 2, 11), (2, 5, 11), (12, 0, 14), (4, 4, 8), (6, 1, 20)],
)
def test_bounds_agree_with_brute_force_inversion(fixed: int, broken: int, total: int) -> None:
    """The high end is the low end with the conditions swapped."""
    ends = [
        optimize.bisect(lambda at, up=up, down=down: upper_tail(up, down, total, at) - 0.025, 1e-9 - 1,
                        min((up - down) / total, 1 - 1e-9), xtol=1e-13)
        for up, down in ((fixed, broken), (broken, fixed))
    ]  # fmt: skip
    counts = {0: total - fixed - broken, 1: fixed, -1: broken}
    found = net_change_bounds({net: count for net, count in counts.items() if count}, 1, 0.95)
    assert (found.low, found.high) == pytest.approx((ends[0], -ends[1]), abs=1e-9)


tables = st.lists(st.integers(-2, 2), min_size=1, max_size=25).map(Counter)


@settings(max_examples=60)
@given(tables, st.floats(-1.95, 1.95))
def test_the_restricted_estimate_is_the_most_likely_one(questions: Counter[int], mean: float) -> None:
    found = restricted_estimate(questions, 2, mean)
    nets = np.arange(-2, 3)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert found @ nets == pytest.approx(mean, abs=1e-7)
    assert (found >= 0).all()

    def likelihood(shares: np.ndarray) -> float:
        return sum(count * math.log(max(shares[net + 2], 1e-300)) for net, count in questions.items())

    for at, (left, middle, right) in enumerate(itertools.combinations(range(5), 3)):
        step = np.zeros(5)  # moves that keep sum and mean
        step[[left, middle, right]] = right - middle, left - right, middle - left
        for size in (1e-4, -1e-4):
            moved = found + size * step
            assert (moved < 0).any() or likelihood(moved) <= likelihood(found) + 1e-9, at


@settings(max_examples=30)
@given(st.lists(st.integers(-2, 2), min_size=1, max_size=6).map(Counter), st.floats(-1.9, 1.9))
def test_tails_of_two_languages_agree_with_enumeration(questions: Counter[int], mean: float) -> None:
    shares = restricted_estimate(questions, 2, mean)
    observed, count = sum(net * times for net, times in questions.items()), questions.total()
    upper = sum(
        float(np.prod(shares[np.array(nets) + 2]))
        for nets in itertools.product(range(-2, 3), repeat=count)
        if sum(nets) >= observed
    )
    assert net_change_tails(questions, 2, mean).upper == pytest.approx(upper, abs=1e-9)


@settings(max_examples=40)
@given(tables)
def test_swapping_the_conditions_mirrors_the_interval(questions: Counter[int]) -> None:
    found, mirrored = (
        net_change_bounds(kinds, 2, 0.95) for kinds in (questions, Counter({-net: n for net, n in questions.items()}))
    )
    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-7)


@pytest.mark.parametrize(("questions", "fixed", "broken"), [(200, 0.01, 0.0), (200, 0.0202, 0.0), (50, 0.02, 0.1)])
def test_the_interval_covers_where_little_changed(questions: int, fixed: float, broken: float) -> None:
    """Exact, over every table; the bootstrap had .865 in the first, Tango's score with normal tails has .930."""
    from tests.benchmarks.interval_coverage import exact_coverage

    coverage, tango_coverage = exact_coverage(questions, fixed, broken)
    assert coverage >= 0.95
    assert coverage > tango_coverage
