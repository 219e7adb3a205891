"""Statistics against statsmodels, scipy, evalstats, brute force and naive resampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped, unused-ignore]
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar  # type: ignore[import-untyped, unused-ignore]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import (
    Interval,
    PairedOutcome,
    compare,
    mcnemar,
    needed_questions,
    paired_difference,
    rate,
    sign_flip_test,
    wilson,
)
from eval.statistics.verdicts import holm
from tests.eval.pairs import cell, pair_lists

# Rates


def test_wilson_agrees_with_statsmodels_on_random_tables() -> None:
    generator = np.random.default_rng(1)
    for _ in range(300):
        total = int(generator.integers(1, 400))
        correct = int(generator.integers(0, total, endpoint=True))
        level = float(generator.choice([0.8, 0.9, 0.95, 0.99]))
        found = wilson(correct, total, level)
        expected = proportion_confint(correct, total, alpha=1 - level, method="wilson")
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
        assert 0 <= found.low <= correct / total <= found.high <= 1


def test_wilson_of_nothing_is_everything_and_says_so() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0, 0.95, "whole unit interval (no observations)")
    assert rate(0, 0).value is None


@pytest.mark.parametrize(("correct", "total", "level"), [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0), (1, 5, 95)])
def test_wilson_refuses_the_impossible_with_its_value(correct: int, total: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"correct=-1 of 5|correct=6 of 5|level=1\.0|level=95"):
        wilson(correct, total, level)


# Tests


def test_mcnemar_agrees_with_statsmodels_on_random_tables() -> None:
    for fixed, broken, right, wrong in np.random.default_rng(2).integers(0, 40, size=(300, 4)).tolist():
        table = [[right, broken], [fixed, wrong]]
        expected = min(1.0, reference_mcnemar(table, exact=True).pvalue) if fixed + broken else 1.0
        assert mcnemar(fixed, broken) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("fixed", "broken"), [(-1, 3), (3, -1), (0, -1)])
def test_mcnemar_refuses_negative_counts(fixed: int, broken: int) -> None:
    with pytest.raises(ValueError, match="fixed="):
        mcnemar(fixed, broken)


def brute_force(changes: list[int]) -> float:
    """Share of the 2**k sign patterns at least as extreme, by writing them all down."""
    signed = [
        sum(s * c for s, c in zip(signs, changes, strict=True))
        for signs in itertools.product((1, -1), repeat=len(changes))
    ]
    return sum(abs(total) >= abs(sum(changes)) for total in signed) / len(signed)


@settings(max_examples=150)
@given(st.lists(st.integers(-3, 3), max_size=9))
def test_sign_flip_equals_enumeration(changes: list[int]) -> None:
    assert sign_flip_test(changes) == pytest.approx(brute_force(changes), rel=1e-12)


def test_sign_flip_agrees_with_the_permutation_test_of_scipy() -> None:
    """Two languages a question: the rights without retrieval and with it, swapped question by question."""
    generator = np.random.default_rng(4)
    for size in generator.integers(2, 9, size=25).tolist():
        without, with_ = generator.integers(0, 3, size=(2, size))
        expected = stats.permutation_test(
            (with_, without), lambda a, b: np.sum(a - b), permutation_type="samples", n_resamples=np.inf
        )
        assert sign_flip_test((with_ - without).tolist()) == pytest.approx(expected.pvalue, rel=1e-9)


def test_evalstats_has_the_same_figures() -> None:
    """Its Wilson interval, its exact McNemar's test, and its adjustment by Holm."""
    resampling = pytest.importorskip("evalstats.core.resampling", reason="pip install evalstats")
    adjustment, tests = (
        pytest.importorskip(f"evalstats.{name}", reason="pip install evalstats")
        for name in ("core.stats_utils", "tests")
    )
    generator = np.random.default_rng(5)
    for fixed, broken, right, wrong in generator.integers(0, 30, size=(100, 4)).tolist():
        without = np.repeat([0, 1, 1, 0], [fixed, broken, right, wrong])
        with_ = np.repeat([1, 0, 1, 0], [fixed, broken, right, wrong])
        assert mcnemar(fixed, broken) == pytest.approx(tests._mcnemar_p(with_, without), rel=1e-9)
        if total := len(with_):
            found = wilson(fixed + right, total)
            expected = resampling.wilson_ci(fixed + right, total, 0.05)
            assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
        p_values = generator.random(8)
        assert holm(p_values.tolist()) == pytest.approx(adjustment.correct_pvalues(p_values, "holm"), rel=1e-9)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 50))
@settings(max_examples=150)
def test_sign_flip_of_single_pairs_is_mcnemar(fixed: int, broken: int, same: int) -> None:
    changes = [1] * fixed + [-1] * broken + [0] * same
    assert sign_flip_test(changes) == pytest.approx(mcnemar(fixed, broken), rel=1e-9)
    assert sign_flip_test([2 * change for change in changes]) == pytest.approx(mcnemar(fixed, broken), rel=1e-9)


def test_sign_flip_of_a_large_cell_is_quick_and_near_the_normal() -> None:
    generator = np.random.default_rng(3)
    changes = [int(change) for change in generator.integers(-2, 3, 20_000)]
    z = abs(sum(changes)) / np.sqrt(sum(change**2 for change in changes))
    assert sign_flip_test(changes) == pytest.approx(2 * stats.norm.sf(z), rel=0.02)


def test_two_copies_of_a_question_are_no_new_evidence() -> None:
    once, twice = compare(cell(36, 14, 5, 100)), compare(cell(36, 14, 5, 100, languages=2))
    assert (once.test, twice.test) == ("exact McNemar", "exact sign-flip over questions")
    assert twice.p == pytest.approx(once.p, rel=1e-9)
    assert mcnemar(twice.fixed, twice.broken) < 0.05 < twice.p
    assert twice.difference.interval.low == pytest.approx(once.difference.interval.low, abs=1e-12)
    assert twice.difference.interval.high == pytest.approx(once.difference.interval.high, abs=1e-12)


# Interval of the difference


def test_the_interval_keeps_the_languages_of_a_question_together() -> None:
    pairs = cell(36, 20, 10, 100, languages=2)
    apart = [PairedOutcome(number, pair.baseline, pair.treatment) for number, pair in enumerate(pairs)]
    together, split = paired_difference(pairs).interval, paired_difference(apart).interval
    assert (together.high - together.low) / (split.high - split.low) == pytest.approx(2**0.5, rel=0.08)


@settings(max_examples=60)
@given(pair_lists)
def test_comparison_counts_add_up_whatever_the_order(pairs: list[PairedOutcome]) -> None:
    found = compare(pairs)
    assert found.n == found.baseline.total == found.treatment.total == len(pairs)
    assert found.questions == len({pair.cluster for pair in pairs})
    assert found.treatment.correct - found.baseline.correct == found.fixed - found.broken
    assert 0 < found.p <= 1
    if found.difference.estimate is not None:
        assert found.difference.estimate == pytest.approx((found.fixed - found.broken) / len(pairs))
        assert -1 <= found.difference.interval.low <= found.difference.estimate + 1e-12
        assert found.difference.estimate - 1e-12 <= found.difference.interval.high <= 1
    assert compare(pairs[::-1]) == found


@settings(max_examples=40)
@given(pair_lists)
def test_swapping_the_conditions_mirrors_the_comparison(pairs: list[PairedOutcome]) -> None:
    found = compare(pairs)
    mirrored = compare([PairedOutcome(pair.cluster, pair.treatment, pair.baseline) for pair in pairs])
    assert (mirrored.fixed, mirrored.broken) == (found.broken, found.fixed)
    assert (mirrored.baseline, mirrored.treatment) == (found.treatment, found.baseline)
    assert mirrored.p == pytest.approx(found.p)


@settings(max_examples=60)
@given(pair_lists.filter(bool))
def test_the_interval_holds_zero_wherever_the_exact_test_does_not_reject(pairs: list[PairedOutcome]) -> None:
    found = compare(pairs)
    assert found.p <= 0.05 or found.difference.interval.low <= 0 <= found.difference.interval.high


def test_no_change_in_few_questions_is_not_certainty() -> None:
    shown = paired_difference(cell(5, 0, 0, 15)).interval
    assert shown.low < -0.05
    assert shown.high > 0.05


def test_an_empty_cell_compares_nothing() -> None:
    found = compare([])
    assert (found.n, found.questions, found.p, found.difference.estimate) == (0, 0, 1.0, None)
    assert (found.difference.interval.low, found.difference.interval.high) == (-1, 1)


def test_a_failed_answer_stays_in_the_denominator() -> None:
    found = compare([PairedOutcome("NO 1", True, False)] * 1 + cell(0, 0, 0, 99))
    assert (found.baseline.total, found.treatment.total, found.broken) == (100, 100, 1)


# Power


def exact_power(questions: int, fixed: float, broken: float) -> float:
    """Power of exact McNemar at 0.05, summed over every table."""
    power = 0.0
    for discordant in range(questions + 1):
        chance = float(stats.binom.pmf(discordant, questions, fixed + broken))
        if chance < 1e-7:
            continue
        counts = np.arange(discordant + 1)
        p_values = 2 * stats.binom.cdf(np.minimum(counts, discordant - counts), discordant, 0.5)
        share = stats.binom.pmf(counts, discordant, fixed / (fixed + broken))
        power += chance * float(share[p_values <= 0.05].sum())
    return power


@pytest.mark.parametrize(
    ("fixed", "broken"), [(0.14, 0.05), (0.05, 0.02), (0.3, 0.1), (0.6, 0.1), (0.9, 0.05), (0.2, 0.12)]
)
def test_needed_questions_give_the_power_they_promise(fixed: float, broken: float) -> None:
    needed = needed_questions(fixed - broken, fixed + broken)
    assert 0.795 <= exact_power(needed, fixed, broken) <= 0.90
    assert exact_power(round(needed * 0.7), fixed, broken) < 0.75


def test_needed_questions_of_bilingual_cells_give_the_power_they_promise() -> None:
    generator = np.random.default_rng(6)
    changes, chances = np.array([-2, -1, 0, 1, 2]), [0.03, 0.04, 0.7, 0.13, 0.1]
    needed = needed_questions(float(changes @ chances), float(changes**2 @ chances))
    hits = [sign_flip_test(generator.choice(changes, needed, p=chances).tolist()) <= 0.05 for _ in range(1500)]
    assert np.mean(hits) == pytest.approx(0.81, abs=0.03)


@pytest.mark.parametrize(("change", "squared"), [(0.0, 0.2), (0.5, 0.1)])
def test_needed_questions_refuses_no_effect_and_an_impossible_mean_square(change: float, squared: float) -> None:
    with pytest.raises(ValueError, match=f"change={change}, mean_squared_change={squared}: need a change other than 0"):
        needed_questions(change, squared)
