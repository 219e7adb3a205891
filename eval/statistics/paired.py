"""Statistics of one paired experiment: the same questions answered without (baseline) and with retrieval (treatment).

A *pair* is one question in one language. A *question* (cluster) is all its pairs: its two languages are not
independent, so resampling, sign flips and required sample sizes are always by question. The sentences that report these
numbers are in `eval.report.sentences`. An impossible count, p value, level or alpha raises ValueError with its value.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL: Final = 0.95
ALPHA: Final = 0.05
POWER: Final = 0.80
RESAMPLES: Final = 10_000
SEED: Final = 20_230_817

Direction = Literal["helps", "hurts", "undecided"]
TestName = Literal["exact McNemar", "exact sign-flip over questions"]


@dataclass(frozen=True)
class PairedOutcome:
    """Correctness of both conditions on one question in one language. A failed answer is False, never left out."""

    cluster: str | int
    baseline: bool
    treatment: bool


@dataclass(frozen=True)
class Interval:
    """Confidence interval of a rate (0 to 1) or a difference of rates (-1 to 1), and the name of its method."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True)
class Rate:
    """`correct` of `total` with its Wilson interval."""

    correct: int
    total: int
    interval: Interval

    @property
    def value(self) -> float | None:
        """The rate, 0 to 1; None if `total` is 0."""
        return self.correct / self.total if self.total else None


@dataclass(frozen=True)
class Difference:
    """Treatment rate minus baseline rate, -1 to 1 (positive: retrieval is better); None without pairs."""

    estimate: float | None
    interval: Interval
    resamples: int
    seed: int


@dataclass(frozen=True)
class Comparison:
    """One cell of the table. `fixed`: pairs wrong without retrieval and right with it; `broken`: the reverse.

    `spread` is the mean squared change: the mean over questions of (fixed - broken within the question) squared. `p` is
    two-sided and unadjusted.
    """

    n: int
    questions: int
    baseline: Rate
    treatment: Rate
    difference: Difference
    fixed: int
    broken: int
    spread: float
    p: float
    test: TestName


@dataclass(frozen=True)
class Effect:
    """Verdict on a comparison.

    `needed` is the number of questions that would decide the observed effect with 80 % power; None if it is decided, or
    if there is no effect to decide.
    """

    comparison: Comparison
    direction: Direction
    adjusted_p: float
    alpha: float
    needed: int | None


def wilson(correct: int, total: int, level: float = LEVEL) -> Interval:
    """Return the score interval (Wilson 1927, JASA 22:209), 0 to 1 if total = 0. `wilson(36, 100)`: 0.273 to 0.458."""
    _check_count("correct", correct, total)
    _check_share("level", level)
    if total == 0:
        return Interval(0.0, 1.0, level, "whole unit interval (no observations)")
    bounds = stats.binomtest(int(correct), int(total)).proportion_ci(confidence_level=level, method="wilson")
    return Interval(float(bounds.low), float(bounds.high), level, "Wilson")


def rate(correct: int, total: int, level: float = LEVEL) -> Rate:
    """Return `correct` of `total` with its Wilson interval."""
    return Rate(correct, total, wilson(correct, total, level))


def mcnemar(fixed: int, broken: int) -> float:
    """Return the two-sided p of McNemar's exact test (1947, Psychometrika 12:153); `mcnemar(9, 0)` is 2 / 2**9."""
    _check_count("fixed", fixed, fixed + broken)
    if fixed + broken == 0:
        return 1.0
    return float(stats.binomtest(int(fixed), int(fixed + broken), 0.5).pvalue)


def sign_flip_test(net_changes: Sequence[int]) -> float:
    """Return the exact two-sided p of the sign-flip (randomisation) test over questions.

    This is the test for cells with several pairs per question. `net_changes` has fixed - broken of each question. Under
    the null hypothesis the conditions of a whole question can be swapped, whatever the dependence within it, so all
    2**k sign patterns are equally probable (Fisher 1935, The Design of Experiments, s. 21). p is the share of patterns
    whose |sum| is at least the observed one, computed as a convolution of one binomial per size of change. With changes
    of -1, 0 and 1 only, it equals exact McNemar. `sign_flip_test([2, 2, 1])` is 2 / 2**3 = 0.25.
    """
    sizes = Counter(abs(int(change)) for change in net_changes if change != 0)
    observed = abs(sum(int(change) for change in net_changes))
    mass: NDArray[np.float64] = np.ones(1)  # mass[u] = P(positive changes add up to u)
    for size, count in sorted(sizes.items()):
        step = np.zeros(size * count + 1)
        step[::size] = stats.binom.pmf(np.arange(count + 1), count, 0.5)
        mass = np.asarray(np.convolve(mass, step), dtype=np.float64)
    largest = len(mass) - 1  # sum of all sizes; sum of signed changes = 2 u - largest
    return min(1.0, 2.0 * float(mass[(largest + observed) // 2 :].sum()))


def paired_difference(
    pairs: Sequence[PairedOutcome], level: float = LEVEL, seed: int = SEED, pseudo_questions: int = 2
) -> Difference:
    """Return the difference of the two rates with a bootstrap interval over questions; pairs and seed determine it.

    It is the percentile interval (Efron 1979, Ann. Statist. 7:1; Efron & Tibshirani 1993, ch. 13): questions are drawn
    with replacement, each with all its languages. Questions with equal outcomes are exchangeable, so a resample is one
    multinomial draw over the kinds of question. If few questions changed, the plain percentile interval is too narrow
    (no change: width 0), so `pseudo_questions` are mixed in, as Agresti & Min (2005, Stat. Med. 24:729) do for matched
    pairs: one half unchanged, a quarter fixed and a quarter broken in every language. 0 gives the plain interval.
    Simulated coverage at 95 %: 0.94 to 1.00, plain 0.56 to 1.00 (tests/benchmarks/bootstrap_coverage.py).
    """
    _check_share("level", level)
    if not pairs:
        return Difference(None, Interval(-1.0, 1.0, level, "whole range (no observations)"), 0, seed)
    kinds = sorted(Counter(_questions(pairs)).items())
    questions = sum(count for _, count in kinds)
    mean_size = len(pairs) / questions
    nets = np.array([net for (net, _), _ in kinds] + [0.0, mean_size, -mean_size])
    sizes = np.array([size for (_, size), _ in kinds] + [mean_size] * 3)
    weights = np.array([count for _, count in kinds] + [pseudo_questions * part for part in (0.5, 0.25, 0.25)])
    drawn = np.random.default_rng(seed).multinomial(questions + pseudo_questions, weights / weights.sum(), RESAMPLES)
    low, high = np.quantile((drawn @ nets) / (drawn @ sizes), [(1 - level) / 2, (1 + level) / 2])
    method = "percentile bootstrap over questions" + (f", {pseudo_questions} pseudo-questions" * bool(pseudo_questions))
    estimate = sum(net * count for (net, _), count in kinds) / len(pairs)
    return Difference(estimate, Interval(float(low), float(high), level, method), RESAMPLES, seed)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values and keep their order (Holm 1979, Scand. J. Statist. 6:65): [0.04, 0.01] gives [0.04, 0.02]."""
    if not all(0.0 <= p <= 1.0 for p in p_values):
        raise ValueError(f"p values {list(p_values)}: each must lie between 0 and 1")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def compare(pairs: Sequence[PairedOutcome], level: float = LEVEL, seed: int = SEED) -> Comparison:
    """Compare the conditions in one cell, by exact McNemar if each question is one pair, else by the sign-flip test."""
    fixed = sum(bool(pair.treatment and not pair.baseline) for pair in pairs)
    broken = sum(bool(pair.baseline and not pair.treatment) for pair in pairs)
    nets = [net for net, _ in _questions(pairs)]
    single = len(nets) == len(pairs)
    return Comparison(
        n=len(pairs),
        questions=len(nets),
        baseline=rate(sum(bool(pair.baseline) for pair in pairs), len(pairs), level),
        treatment=rate(sum(bool(pair.treatment) for pair in pairs), len(pairs), level),
        difference=paired_difference(pairs, level, seed=seed),
        fixed=fixed,
        broken=broken,
        spread=sum(net**2 for net in nets) / len(nets) if nets else 0.0,
        p=mcnemar(fixed, broken) if single else sign_flip_test(nets),
        test="exact McNemar" if single else "exact sign-flip over questions",
    )


def needed_questions(change: float, mean_squared_change: float, alpha: float = ALPHA, power: float = POWER) -> int:
    """Return how many questions a two-sided paired test at `alpha` needs to detect `change` with `power`.

    `change` d is the net change per question; `mean_squared_change` s is the share of discordant pairs or, with several
    pairs per question, the mean squared net change, which takes its role in the variance. The formula is Connor's
    (1987, Biometrics 43:207), n = (z_a sqrt(s) + z_b sqrt(s - d**2))**2 / d**2, with the continuity correction of
    Casagrande, Pike & Smith (1978, Biometrics 34:483), because the test is exact. `needed_questions(0.09, 0.19)` is
    204. Raises ValueError if d = 0: no number is enough.
    """
    _check_share("alpha", alpha)
    _check_share("power", power)
    if change == 0 or mean_squared_change < change**2 * (1 - 1e-9):
        raise ValueError(
            f"change={change}, mean_squared_change={mean_squared_change}: need a change other than 0 and "
            "mean_squared_change >= change squared"
        )
    size = abs(change)
    z_alpha, z_power = float(stats.norm.ppf(1 - alpha / 2)), float(stats.norm.ppf(power))
    quantiles = z_alpha * math.sqrt(mean_squared_change) + z_power * math.sqrt(max(0.0, mean_squared_change - size**2))
    return math.ceil(((quantiles + math.sqrt(quantiles**2 + 4 * size)) / (2 * size)) ** 2 - 1e-9)


def verdict(comparison: Comparison, adjusted_p: float, alpha: float = ALPHA, cells: int = 1) -> Effect:
    """Return helps or hurts if `adjusted_p` <= `alpha`, else undecided with the number of questions needed.

    That number is for alpha / `cells`, the strictest step of Holm's method. `verdicts` sets both for a whole table.
    """
    _check_share("alpha", alpha)
    if not comparison.p - 1e-9 <= adjusted_p <= 1.0 or cells < 1:
        raise ValueError(f"adjusted_p={adjusted_p}, cells={cells}: need {comparison.p} (p) to 1, and at least 1 cell")
    net = comparison.fixed - comparison.broken
    direction: Direction = "undecided"
    needed = None
    if net and adjusted_p <= alpha:
        direction = "helps" if net > 0 else "hurts"
    elif net:
        approximate = needed_questions(net / comparison.questions, comparison.spread, alpha / cells)
        needed = max(approximate, comparison.questions + 1)  # the current number was not enough
    return Effect(comparison, direction, adjusted_p, alpha, needed)


def verdicts(comparisons: Sequence[Comparison], alpha: float = ALPHA) -> list[Effect]:
    """Return the Holm-adjusted verdicts on all cells of one table, in order; the adjustment skips empty cells."""
    tested = [comparison.p for comparison in comparisons if comparison.n]
    adjusted, cells = iter(holm(tested)), max(1, len(tested))
    return [verdict(cell, next(adjusted) if cell.n else 1.0, alpha, cells) for cell in comparisons]


def _questions(pairs: Sequence[PairedOutcome]) -> list[tuple[int, int]]:
    """Return (fixed - broken, number of pairs) of each question, in order of first appearance."""
    changes: dict[str | int, list[int]] = {}
    for pair in pairs:
        changes.setdefault(pair.cluster, []).append(int(pair.treatment) - int(pair.baseline))
    return [(sum(of_question), len(of_question)) for of_question in changes.values()]


def _check_count(name: str, part: int, whole: int) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{name}={part} of {whole}: need 0 <= {name} <= total")


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name}={value}: need a number between 0 and 1, such as 0.95")
