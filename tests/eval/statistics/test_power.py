"""Power is exact: it equals sums over every outcome with the test of statsmodels, and what simulations reach."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from eval.statistics.paired import ALPHA, mcnemar, sign_flip_test
from eval.statistics.power import PairedEffect, SetSize, critical_sum, needed_for, power, smallest_effect


@pytest.mark.parametrize(("questions", "fixed", "broken"), [(5, 0.9, 0.0), (12, 0.5, 0.1), (25, 0.3, 0.05)])
def test_one_language_is_the_sum_over_every_table(questions: int, fixed: float, broken: float) -> None:
    total = 0.0
    for better, worse in itertools.product(range(questions + 1), repeat=2):
        if better + worse <= questions and better > worse:
            p = statsmodels_mcnemar([[0, worse], [better, 0]], exact=True).pvalue
            counts, shares = [better, worse, questions - better - worse], [fixed, broken, 1 - fixed - broken]
            total += (p <= ALPHA) * stats.multinomial.pmf(counts, questions, shares)
    assert power(SetSize(questions), PairedEffect(fixed, broken)) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_two_languages_are_the_sum_over_every_table(correlation: float) -> None:
    effect, questions = PairedEffect(0.5, 0.1, correlation), 7
    shares = {1: 0.5, -1: 0.1, 0: 0.4}
    net = dict.fromkeys(range(-2, 3), 0.0)
    for first, second in itertools.product(shares, repeat=2):
        net[first + second] += shares[first] * (correlation * (first == second) + (1 - correlation) * shares[second])
    total = 0.0
    for counts in itertools.product(range(questions + 1), repeat=4):
        if sum(counts) <= questions:
            nets = [value for value, count in zip((-2, -1, 1, 2), counts, strict=True) for _ in range(count)]
            if sum(nets) > 0 and sign_flip_test(nets) <= ALPHA:
                mass = [*counts, questions - sum(counts)]
                total += stats.multinomial.pmf(mass, questions, [net[-2], net[-1], net[1], net[2], net[0]])
    assert power(SetSize(0, questions), effect) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("size", [SetSize(40), SetSize(0, 40), SetSize(15, 25)])
def test_simulated(size: SetSize) -> None:
    effect = PairedEffect(0.3, 0.1, 0.5)
    generator = np.random.default_rng(1)
    rejected, simulations = 0, 3000
    for _ in range(simulations):
        draws = generator.random((2, size.questions))
        changes = (draws < effect.fixed).astype(int) - (draws > 1 - effect.broken).astype(int)
        second = np.where(generator.random(size.questions) < effect.correlation, changes[0], changes[1])
        nets = changes[0] + np.where(np.arange(size.questions) < size.double, second, 0)
        rejected += nets.sum() > 0 and sign_flip_test(nets.tolist()) <= ALPHA
    assert rejected / simulations == pytest.approx(power(size, effect), abs=4 * 0.5 / np.sqrt(simulations))


@given(st.integers(0, 30), st.integers(0, 20))
def test_the_region_is_that_of_the_test(ones: int, twos: int) -> None:
    least = critical_sum(ones, twos, ALPHA)
    for total in range(-(ones + 2 * twos), ones + 2 * twos + 1, 2):
        # some way to reach this sum with `twos` changes of 2 and `ones` of 1
        up = next((u for u in range(twos + 1) if 0 <= (total - (2 * (2 * u - twos)) + ones) <= 2 * ones), None)
        if up is None or (total - 2 * (2 * up - twos) + ones) % 2:
            continue
        better = (total - 2 * (2 * up - twos) + ones) // 2
        nets = [2] * up + [-2] * (twos - up) + [1] * better + [-1] * (ones - better)
        assert (sign_flip_test(nets) <= ALPHA) == (least is not None and abs(total) >= least)


@given(st.integers(1, 60), st.floats(0.02, 0.6), st.floats(0, 0.3), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_a_lower_level_or_the_other_direction(count: int, fixed: float, broken: float, correlation: float) -> None:
    effect = PairedEffect(fixed, broken, correlation)
    size = SetSize(count // 2, count - count // 2)
    assert power(size, effect, 0.01) <= power(size, effect, 0.05) + 1e-12
    assert power(size, PairedEffect(broken, fixed, correlation)) == pytest.approx(power(size, effect))


def test_the_smallest_effect_has_the_power_and_a_smaller_one_has_not() -> None:
    size = SetSize(0, 60)
    effect = smallest_effect(size, 0.2, 0.5)
    assert effect is not None
    assert (
        power(size, PairedEffect.of(effect, 0.2, 0.5)) >= 0.8 > power(size, PairedEffect.of(effect - 0.001, 0.2, 0.5))
    )
    assert smallest_effect(SetSize(5), 0.2, 0.0) is None


@pytest.mark.parametrize(("effect", "discordant"), [(0.1, 0.2), (0.2, 0.4), (0.05, 0.06)])
@pytest.mark.parametrize("size", [SetSize(100), SetSize(0, 100), SetSize(50, 50)])
def test_questions_needed_have_about_the_power(size: SetSize, effect: float, discordant: float) -> None:
    wanted = PairedEffect.of(effect, discordant, 0.5)
    assert power(size.scaled(needed_for(size, wanted)), wanted) == pytest.approx(0.8, abs=0.03)


def test_beyond_what_is_searched_the_formula_has_about_the_power() -> None:
    wanted = PairedEffect.of(0.05, 0.2)
    needed = needed_for(SetSize(100), wanted)
    assert needed > 300
    assert power(SetSize(needed), wanted) == pytest.approx(0.8, abs=0.02)


def test_mcnemar_and_the_region_agree_at_the_smallest_numbers() -> None:
    assert critical_sum(5, 0, ALPHA) is None
    assert critical_sum(6, 0, ALPHA) == 6
    assert mcnemar(6, 0) <= ALPHA < mcnemar(5, 0)


@pytest.mark.parametrize("shares", [(-0.1, 0.2, 0), (0.6, 0.6, 0), (0.1, 0.1, 1.5)])
def test_impossible_shares(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="need shares"):
        PairedEffect(*shares)
