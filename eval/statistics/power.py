"""The power of the paired test before anything is asked: exact McNemar, or the sign-flip test over questions.

A pair (a question in one language) is fixed with the probability `fixed` and broken with `broken`. The second language
of a question repeats the outcome of the first with the probability `correlation`, and is independent otherwise; this
is then the correlation of the two changes. Power is exact: given how many questions changed in one language on balance
and how many in both, the test's region and the probability of reaching it are binomial (Duffy 1984, Biometrics
40:1005, for one language), summed over these numbers. Shares are 0 to 1; impossible ones raise ValueError.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import ALPHA, POWER, needed_questions

Mass = NDArray[np.float64]
_NEGLIGIBLE: Final = 1e-12
"""Probability of a number of changes below which it is left out."""
_EXACT: Final = 300
"""Questions up to which needed numbers are searched with the exact power; beyond it, Connor's formula gives them."""


@dataclass(frozen=True, slots=True)
class PairedEffect:
    """The probabilities that a pair is fixed and broken, and the correlation of the two languages of a question."""

    fixed: float
    broken: float
    correlation: float = 0.0

    def __post_init__(self) -> None:
        if min(self.fixed, self.broken) < 0 or self.fixed + self.broken > 1 + 1e-12 or not 0 <= self.correlation <= 1:
            raise ValueError(f"{self}: need shares of at least 0 with a sum of at most 1, and a correlation of 0 to 1")

    @classmethod
    def of(cls, difference: float, discordant: float, correlation: float = 0.0) -> PairedEffect:
        """Return the effect of a difference where a share `discordant` of the pairs changes, or more if it must."""
        changed = min(1.0, max(discordant, abs(difference)))
        return cls((changed + difference) / 2, (changed - difference) / 2, correlation)

    @property
    def difference(self) -> float:
        """The difference of the rates, -1 to 1."""
        return self.fixed - self.broken

    def spread(self, languages: int) -> float:
        """Return the mean squared net change of a question asked in so many languages."""
        share, square = self.fixed + self.broken, self.difference**2
        return languages * share + languages * (languages - 1) * (
            self.correlation * share + (1 - self.correlation) * square
        )


@dataclass(frozen=True, slots=True)
class SetSize:
    """How many questions a set has in one language only, and in both."""

    single: int = 0
    double: int = 0

    @property
    def questions(self) -> int:
        """All questions."""
        return self.single + self.double

    @property
    def pairs(self) -> int:
        """The answers of each arm."""
        return self.single + 2 * self.double

    def scaled(self, questions: int) -> SetSize:
        """Return a set of so many questions with the same share of both languages."""
        double = round(questions * self.double / self.questions)
        return SetSize(questions - double, double)


def power(size: SetSize, effect: PairedEffect, alpha: float = ALPHA) -> float:
    """Return the probability that the test rejects in the direction of the effect.

    >>> round(power(SetSize(100), PairedEffect(0.2, 0.05)), 4)
    0.8367
    """
    if effect.difference < 0:
        effect = PairedEffect(effect.broken, effect.fixed, effect.correlation)
    total = 0.0
    for ones, twos, weight in _changes(size, effect):
        total += weight * _rejects(ones, twos, *_directions(effect), alpha)
    return min(1.0, total)


def smallest_effect(size: SetSize, discordant: float, correlation: float, alpha: float = ALPHA) -> float | None:
    """Return the smallest difference that the test shows with a power of 80 %, to 0.1 points; None if there is none."""

    def enough(points: int) -> bool:
        return power(size, PairedEffect.of(points / 1000, discordant, correlation), alpha) >= POWER

    points = _first(enough, 1, 1000)
    return None if points is None else points / 1000


def needed_for(size: SetSize, effect: PairedEffect, alpha: float = ALPHA) -> int:
    """Return about how many questions like those of the set the test needs for a power of 80 %.

    Raises ValueError for an effect of 0, which no number shows.
    """
    languages = size.pairs / size.questions
    # of a mixture of questions with one language and two, the mean net change and the mean squared one
    double = size.double / size.questions
    spread = (1 - double) * effect.spread(1) + double * effect.spread(2)
    about = needed_questions(languages * effect.difference, spread, alpha)
    if about > _EXACT:
        return about
    exact = _first(lambda count: power(size.scaled(count), effect, alpha) >= POWER, max(1, about // 2), 2 * about)
    return about if exact is None else exact


def _first(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the first number from `low` to `high` for which a rising condition holds, by bisection."""
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _net_probabilities(effect: PairedEffect) -> tuple[float, float]:
    """Return the probabilities that a question in both languages has a net change of 1 and of 2, in size."""
    same, apart = effect.correlation, 1 - effect.correlation
    unchanged = 1 - effect.fixed - effect.broken
    ones = 2 * apart * unchanged * (effect.fixed + effect.broken)
    twos = same * (effect.fixed + effect.broken) + apart * (effect.fixed**2 + effect.broken**2)
    return ones, twos


def _directions(effect: PairedEffect) -> tuple[float, float]:
    """Return the probabilities that a net change of 1, and of 2, is for the better."""
    share = effect.fixed + effect.broken
    if not share:
        return 0.5, 0.5
    twos = effect.correlation * share + (1 - effect.correlation) * (effect.fixed**2 + effect.broken**2)
    better = effect.correlation * effect.fixed + (1 - effect.correlation) * effect.fixed**2
    return effect.fixed / share, better / twos


def _changes(size: SetSize, effect: PairedEffect) -> Iterator[tuple[int, int, float]]:
    """Yield how many questions have a net change of 1 and of 2, in size, and the probability of these numbers."""
    share = effect.fixed + effect.broken
    ones, twos = _net_probabilities(effect)
    single = stats.binom.pmf(np.arange(size.single + 1), size.single, share)
    for both in range(size.double + 1):
        weight = float(stats.binom.pmf(both, size.double, twos))
        if weight < _NEGLIGIBLE:
            continue
        left = size.double - both
        of_double = stats.binom.pmf(np.arange(left + 1), left, min(1.0, ones / (1 - twos)) if twos < 1 else 0.0)
        for changed, mass in enumerate(weight * np.convolve(single, of_double)):
            if mass >= _NEGLIGIBLE:
                yield changed, both, float(mass)


def _rejects(ones: int, twos: int, better_one: float, better_two: float, alpha: float) -> float:
    """Return the probability that the sum of so many net changes reaches the upper half of the test's region."""
    least = critical_sum(ones, twos, alpha)
    if least is None:
        return 0.0
    largest = ones + 2 * twos
    mass = np.convolve(_binomial(ones, better_one), _doubled(twos, better_two))
    return float(mass[(largest + least) // 2 :].sum())


@functools.lru_cache(maxsize=1 << 16)
def critical_sum(ones: int, twos: int, alpha: float) -> int | None:
    """Return the least sum of net changes at which the two-sided test rejects; None if no sum does."""
    largest = ones + 2 * twos
    mass = np.convolve(_binomial(ones, 0.5), _doubled(twos, 0.5))
    tails = 2 * np.cumsum(mass[::-1])  # tails[k] = p of the sum largest - 2 k
    rejecting = int(np.searchsorted(tails, alpha * (1 + 1e-12), side="right"))
    return None if rejecting == 0 else largest - 2 * (rejecting - 1)


@functools.lru_cache(maxsize=4096)
def _binomial(count: int, probability: float) -> Mass:
    mass: Mass = np.asarray(stats.binom.pmf(np.arange(count + 1), count, probability), dtype=np.float64)
    return mass


@functools.lru_cache(maxsize=4096)
def _doubled(count: int, probability: float) -> Mass:
    """Return the distribution of twice a binomial number."""
    mass: Mass = np.zeros(2 * count + 1)
    mass[::2] = _binomial(count, probability)
    return mass
