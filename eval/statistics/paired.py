"""Statistics of one paired experiment: the same questions answered without (baseline) and with retrieval (treatment).

A *pair* is one question in one language. A *question* (cluster) is all its pairs: its two languages are not
independent, so intervals, sign flips and required sample sizes are always by question. The sentences that report these
numbers are in `eval.report.sentences`. An impossible count, p value, level or alpha raises ValueError with its value.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.difference import METHOD, net_change_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL: Final = 0.95
ALPHA: Final = 0.05
POWER: Final = 0.80

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


def wilson(correct: int, total: int, level: float = LEVEL) -> Interval:
    """Return the score interval (Wilson 1927, JASA 22:209), 0 to 1 if total = 0. `wilson(36, 100)`: 0.273 to 0.458."""
    _check_count("correct", correct, total)
    _check_share("level", level)
    if total == 0:
        return Interval(0.0, 1.0, level, "whole unit interval (no observations)")
    return _wilson(int(correct), int(total), level)


@functools.lru_cache(maxsize=1024)
def _wilson(correct: int, total: int, level: float) -> Interval:
    bounds = stats.binomtest(correct, total).proportion_ci(confidence_level=level, method="wilson")
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


def paired_difference(pairs: Sequence[PairedOutcome], level: float = LEVEL) -> Difference:
    """Return the difference of the two rates with its interval, in which both languages of a question stay together.

    The interval is that of `eval.statistics.difference`, widened to 0 where the exact test does not reject at 1 -
    level, so that interval and verdict never contradict one another.
    """
    _check_share("level", level)
    if not pairs:
        return Difference(None, Interval(-1.0, 1.0, level, "whole range (no observations)"))
    questions = _questions(pairs)
    reach, mean_size = max(size for _, size in questions), len(pairs) / len(questions)
    bounds = net_change_bounds(Counter(net for net, _ in questions), reach, level)
    low, high = max(-1.0, bounds.low / mean_size), min(1.0, bounds.high / mean_size)
    if _exact_p(questions) > 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    return Difference(sum(net for net, _ in questions) / len(pairs), Interval(low, high, level, METHOD))


def compare(pairs: Sequence[PairedOutcome], level: float = LEVEL) -> Comparison:
    """Compare the conditions in one cell, by exact McNemar if each question is one pair, else by the sign-flip test."""
    fixed = sum(bool(pair.treatment and not pair.baseline) for pair in pairs)
    broken = sum(bool(pair.baseline and not pair.treatment) for pair in pairs)
    questions = _questions(pairs)
    return Comparison(
        n=len(pairs),
        questions=len(questions),
        baseline=rate(sum(bool(pair.baseline) for pair in pairs), len(pairs), level),
        treatment=rate(sum(bool(pair.treatment) for pair in pairs), len(pairs), level),
        difference=paired_difference(pairs, level),
        fixed=fixed,
        broken=broken,
        spread=sum(net**2 for net, _ in questions) / len(questions) if questions else 0.0,
        p=_exact_p(questions),
        test="exact McNemar" if len(questions) == len(pairs) else "exact sign-flip over questions",
    )


def _exact_p(questions: Sequence[tuple[int, int]]) -> float:
    """Return the p of the exact test: McNemar's where each question is one pair, else the sign-flip test."""
    nets = [net for net, _ in questions]
    if all(size == 1 for _, size in questions):
        return mcnemar(nets.count(1), nets.count(-1))
    return sign_flip_test(nets)


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
