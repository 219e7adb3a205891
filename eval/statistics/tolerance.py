"""Judge a change by its interval: better, no worse than a tolerated drop, worse, or undecided.

"No worse" is non-inferiority: the whole interval of the difference lies above minus the tolerated drop (ICH E9, 1998,
section 3.3.2). It is a claim of its own, which a difference that is merely not significant does not support.
"""

from __future__ import annotations

from typing import Final, Literal

from eval.statistics.paired import Comparison

Change = Literal["better", "no worse", "worse", "undecided"]
ACCEPTED: Final = frozenset({"better", "no worse"})


def judge_change(comparison: Comparison, max_drop: float = 0.0, min_gain: float = 0.0) -> Change:
    """Judge a candidate (treatment) against its baseline; `max_drop` and `min_gain` are shares, 0 to 1.

    Better: the whole interval lies above `min_gain`. No worse: it lies above -`max_drop`, the tolerance. Worse: it lies
    below 0, and not within the tolerance. Undecided: anything else. Raises ValueError for a share outside 0 to 1.

    >>> from eval.statistics.paired import PairedOutcome, compare
    >>> judge_change(compare([PairedOutcome(n, n >= 12, True) for n in range(100)]))
    'better'
    """
    for name, share in (("max_drop", max_drop), ("min_gain", min_gain)):
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{name}={share}: expected a share, 0 to 1")
    low, high = comparison.difference.interval.low, comparison.difference.interval.high
    if not comparison.n:
        return "undecided"
    if low > min_gain:
        return "better"
    if low > -max_drop:
        return "no worse"
    return "worse" if high < 0 else "undecided"
