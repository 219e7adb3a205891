"""Verdicts on a comparison: direction, adjustment, how many questions would decide."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import (
    PairedOutcome,
    compare,
    holm,
    needed_questions,
    sign_flip_test,
    verdict,
    verdicts,
)
from tests.eval.pairs import cell, pair_lists

# Verdicts


@pytest.mark.parametrize(
    ("fixed", "broken", "direction", "needed"),
    [
        (9, 0, "helps", None),
        (13, 4, "helps", None),
        (14, 5, "undecided", 204),
        (5, 14, "undecided", 204),
        (0, 9, "hurts", None),
        (5, 5, "undecided", None),
        (0, 0, "undecided", None),
    ],
)
def test_verdict_at_a_hundred_questions(fixed: int, broken: int, direction: str, needed: int | None) -> None:
    found = compare(cell(36, fixed, broken, 100))
    assert (found.baseline.correct, found.treatment.correct) == (36, 36 + fixed - broken)
    effect = verdict(found, found.p)
    assert (effect.direction, effect.needed) == (direction, needed)


def test_verdicts_adjust_over_the_table_and_skip_empty_cells() -> None:
    table = [compare(cell(36, 9, 0, 100)), compare([]), compare(cell(36, 14, 5, 100)), compare(cell(36, 10, 2, 100))]
    effects = verdicts(table)
    adjusted = holm([table[0].p, table[2].p, table[3].p])
    assert [effect.adjusted_p for effect in effects] == [adjusted[0], 1.0, adjusted[1], adjusted[2]]
    assert [effect.direction for effect in effects] == ["helps", "undecided", "undecided", "undecided"]
    assert table[3].p < 0.05 < effects[3].adjusted_p
    assert effects[2].needed == needed_questions(0.09, 0.19, 0.05 / 3) > 204
    assert verdicts([]) == []


def test_needed_counts_questions_not_answers_and_more_than_there_were() -> None:
    bilingual = compare(cell(36, 14, 5, 100, languages=2))
    assert verdict(bilingual, bilingual.p).needed == needed_questions(2 * 0.09, 4 * 0.19) == 193
    strong = compare(cell(36, 20, 0, 100))
    assert needed_questions(0.2, 0.2) < 100
    assert verdict(strong, 0.2).needed == 101


def test_verdict_refuses_an_adjusted_p_below_the_raw_one() -> None:
    with pytest.raises(ValueError, match=r"adjusted_p=0\.01"):
        verdict(compare(cell(36, 14, 5, 100)), 0.01)


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


@settings(max_examples=60)
@given(pair_lists.filter(bool))
def test_an_undecided_effect_always_needs_more_questions(pairs: list[PairedOutcome]) -> None:
    effect = verdict(compare(pairs), compare(pairs).p)
    seen = effect.comparison.fixed != effect.comparison.broken
    assert (effect.needed is not None) == (seen and effect.direction == "undecided")
    assert effect.needed is None or effect.needed > effect.comparison.questions


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        compare([]).p = 0.0  # type: ignore[misc]
