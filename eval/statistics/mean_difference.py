"""The paired difference of two means, such as those of reciprocal ranks, with an interval.

A question contributes a number from 0 to 1 to either mean; its change is from -1 to 1. The interval is that of
`eval.statistics.difference`, over changes rounded to multiples of 1 / STEPS; the mean error of rounding is known, and
taken off its ends. Unlike a bootstrap's, it is wide where few questions changed, and not empty where none did. Of
changes that are all -1, 0 or 1 it is the interval of the difference of two rates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

from eval.statistics.difference import METHOD, net_change_bounds
from eval.statistics.paired import LEVEL, Difference, Interval

STEPS: Final = 20


def mean_difference(baseline: Sequence[float], treatment: Sequence[float], units: Sequence[Hashable]) -> Difference:
    """Return the mean of `treatment` minus that of `baseline`, values of the same questions in the same order.

    Questions of one unit, such as the languages of a question, stay together. Raises ValueError without questions.
    """
    if not units:
        raise ValueError("There is no question to compare")
    changes: dict[Hashable, list[float]] = {}
    for before, after, unit in zip(baseline, treatment, units, strict=True):
        changes.setdefault(unit, []).append(after - before)
    sums = [sum(of_unit) for of_unit in changes.values()]
    steps = [round(STEPS * change) for change in sums]
    reach = STEPS * max(map(len, changes.values()))
    bounds = net_change_bounds(Counter(steps), reach, LEVEL)
    error = (sum(steps) / STEPS - sum(sums)) / len(sums)
    low, high = ((end / STEPS - error) * len(sums) / len(units) for end in (bounds.low, bounds.high))
    return Difference(sum(sums) / len(units), Interval(max(-1.0, low), min(1.0, high), LEVEL, METHOD))
