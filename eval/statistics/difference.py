"""The confidence interval of a difference of two paired rates, from the net change of each question.

It generalises the score interval of Tango (1998, Stat. Med. 17:891) in two ways. A question may have several pairs (its
languages), so its net change is one of -reach .. reach; and tails are exact instead of normal. For each candidate
difference the probabilities of the net changes are estimated under the restriction that their mean is that difference
(for one pair a question, Tango's estimate); the candidate lies in the interval if neither tail of the sum of net
changes is below half of 1 - level under that estimate (Storer & Kim 1990, JASA 85:146). No dependence of the pairs of
a question is assumed. Coverage: tests/benchmarks/interval_coverage.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize  # type: ignore[import-untyped, unused-ignore]

METHOD: Final = "exact tails at Tango's restricted estimate, by question"
_EDGE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Tails:
    """Probabilities, 0 to 1, of a sum of net changes at most (`lower`) and at least (`upper`) as large as observed."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ends of an interval of the mean net change of a question."""

    low: float
    high: float


def net_change_bounds(questions: Mapping[int, int], reach: int, level: float) -> Bounds:
    """Return the interval of the mean net change; `questions` has how many questions had each net change.

    >>> bounds = net_change_bounds({0: 81, 1: 14, -1: 5}, reach=1, level=0.95)
    >>> f"{bounds.low:.4f} {bounds.high:.4f}"
    '-0.0003 0.1847'
    """
    count = sum(questions.values())
    mean = sum(net * times for net, times in questions.items()) / count
    tail = (1 - level) / 2
    start = min(max(mean, _EDGE - reach), reach - _EDGE)
    low, high = float(-reach), float(reach)
    if mean > -reach:
        low = optimize.brentq(
            lambda at: net_change_tails(questions, reach, at).upper - tail, _EDGE - reach, start, xtol=1e-12
        )
    if mean < reach:
        high = optimize.brentq(
            lambda at: net_change_tails(questions, reach, at).lower - tail, start, reach - _EDGE, xtol=1e-12
        )
    return Bounds(low, high)


def net_change_tails(questions: Mapping[int, int], reach: int, mean: float) -> Tails:
    """Return the tails of the observed sum if the mean net change of a question is `mean`."""
    count = sum(questions.values())
    size = 2 * reach * count + 1
    length = 1 << (size - 1).bit_length()
    transform = np.fft.rfft(restricted_estimate(questions, reach, mean), length)
    mass = np.fft.irfft(transform**count, length)[:size]  # mass[s] = P(sum = s - reach * count)
    at = reach * count + sum(net * times for net, times in questions.items())
    return Tails(lower=float(mass[: at + 1].sum()), upper=float(mass[at:].sum()))


def restricted_estimate(questions: Mapping[int, int], reach: int, mean: float) -> NDArray[np.float64]:
    """Return the most likely probabilities of net changes -reach .. reach whose mean is `mean`.

    The Lagrange condition is p = share / (1 + x (net - mean)) for the observed net changes, with x such that the mean
    fits. Where no x does, as when `mean` is beyond all observed changes, x is at the end of its range, and what is left
    of the probability goes to the extreme change in that direction, which was not observed.
    """
    nets = np.array(sorted(questions))
    shares = np.array([questions[int(net)] for net in nets]) / sum(questions.values())
    centred = nets - mean

    def excess(multiplier: float) -> float:
        return float((shares * centred / (1 + multiplier * centred)).sum())

    lowest = -(1 - 1e-13 * (reach in questions)) / (reach - mean)
    highest = (1 - 1e-13 * (-reach in questions)) / (reach + mean)
    if excess(lowest) <= 0:
        multiplier, beyond = lowest, reach
    elif excess(highest) >= 0:
        multiplier, beyond = highest, -reach
    else:
        multiplier, beyond = optimize.brentq(excess, lowest, highest, xtol=1e-15), 0
    estimate: NDArray[np.float64] = np.zeros(2 * reach + 1)
    estimate[nets + reach] = shares / (1 + multiplier * centred)
    if beyond:
        estimate[beyond + reach] += max(0.0, 1 - float(estimate.sum()))
    return estimate
