"""Statistics against statsmodels, brute force and naive resampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped, unused-ignore]
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar  # type: ignore[import-untyped, unused-ignore]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped, unused-ignore]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import (
    Interval,
    PairedOutcome,
    compare,
    holm,
    mcnemar,
    paired_difference,
    rate,
    sign_flip_test,
    verdict,
    wilson,
)
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


def test_holm_agrees_with_statsmodels_and_keeps_the_order() -> None:
    generator = np.random.default_rng(4)
    assert holm([]) == []
    assert holm([0.04, 0.01]) == pytest.approx([0.04, 0.02])
    for size in range(1, 40):
        scale = generator.choice([1.0, 0.02, 0.0], size)
        p_values = [*(generator.random(size) * scale).tolist(), 0.01, 0.01, 1.0]
        assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]), abs=1e-12)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_holm_refuses_what_is_no_p_value(p: float) -> None:
    with pytest.raises(ValueError, match="p values"):
        holm([0.5, p])


# Bootstrap


@pytest.mark.parametrize("pseudo", [0, 2])
def test_bootstrap_agrees_with_naive_resampling_of_questions(pseudo: int) -> None:
    generator = np.random.default_rng(5)
    pairs = [
        PairedOutcome(question, *(bool(flag) for flag in generator.random(2) < (0.35, 0.55)))
        for question in range(60)
        for _ in range(int(generator.integers(1, 4)))
    ]
    nets, sizes = np.zeros(60), np.zeros(60)
    for pair in pairs:
        nets[int(pair.cluster)] += pair.treatment - pair.baseline
        sizes[int(pair.cluster)] += 1
    mean = sizes.mean()
    nets, sizes = np.append(nets, [0, 0, mean, -mean]), np.append(sizes, [mean] * 4)
    weights = np.array([1.0] * 60 + [pseudo / 4] * 4)
    drawn = generator.choice(64, size=(40_000, 60 + pseudo), p=weights / weights.sum())
    naive = np.quantile(nets[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), [0.025, 0.975])
    found = paired_difference(pairs, pseudo_questions=pseudo)
    assert found.estimate == pytest.approx(nets.sum() / len(pairs))
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(naive), abs=0.006)


def test_bootstrap_keeps_the_languages_of_a_question_together() -> None:
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


def test_seed_decides_the_interval_and_is_recorded() -> None:
    pairs = cell(36, 14, 5, 97)
    assert paired_difference(pairs) == paired_difference(pairs)
    assert paired_difference(pairs, seed=8).seed == 8
    assert len({paired_difference(cell(36, 14, 5, 97, 3)[:-1], seed=seed).interval.low for seed in range(8)}) > 1


def test_no_change_in_few_questions_is_not_certainty() -> None:
    plain, shown = (paired_difference(cell(5, 0, 0, 15), pseudo_questions=n).interval for n in (0, 2))
    assert (plain.low, plain.high) == (0, 0)
    assert shown.low < -0.05
    assert shown.high > 0.05


def test_an_empty_cell_compares_nothing() -> None:
    found = compare([])
    assert (found.n, found.questions, found.p, found.difference.estimate) == (0, 0, 1.0, None)
    assert (found.difference.interval.low, found.difference.interval.high) == (-1, 1)
    assert verdict(found, 1.0).direction == "undecided"


def test_a_failed_answer_stays_in_the_denominator() -> None:
    found = compare([PairedOutcome("NO 1", True, False)] * 1 + cell(0, 0, 0, 99))
    assert (found.baseline.total, found.treatment.total, found.broken) == (100, 100, 1)
