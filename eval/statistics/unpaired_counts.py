"""Bounds on what two counts on the same questions allow if nobody recorded which questions changed.

An impossible count or alpha raises ValueError with its value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from eval.statistics.paired import ALPHA, Rate, mcnemar, rate


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of questions, of `total`, answered right without (`baseline`) and with retrieval (`treatment`)."""

    total: int
    baseline: int
    treatment: int

    def __post_init__(self) -> None:
        for name, count in (("baseline", self.baseline), ("treatment", self.treatment)):
            if not 0 <= count <= self.total:
                raise ValueError(f"{name}={count} of {self.total}: need 0 <= {name} <= total")

    @property
    def net(self) -> int:
        """Fixed less broken."""
        return self.treatment - self.baseline


@dataclass(frozen=True)
class UnpairedBounds:
    """Bounds on the p of exact McNemar, `best_p` to `worst_p`, from two counts whose pairing is lost.

    Contrary pairs went against the net change: broken ones if the count rose, fixed ones if it fell. There are
    `least_contrary` of them in the best case and `possible_contrary` in the worst. With up to `allowed_contrary` of
    them p is at most `alpha`; None if even the best case is above it.
    """

    baseline: Rate
    treatment: Rate
    best_p: float
    worst_p: float
    least_contrary: int
    possible_contrary: int
    allowed_contrary: int | None
    alpha: float

    @property
    def net(self) -> int:
        """Fixed less broken."""
        return self.treatment.correct - self.baseline.correct


def pooled(parts: Sequence[Counts], alpha: float = ALPHA) -> UnpairedBounds:
    """Return the bounds for the sum of several parts, which are tighter than those for the sum alone.

    Only fixed - broken is known. p grows with the number of contrary pairs, so the best case has none and the worst as
    many as fit: min(baseline right, treatment wrong). `pooled([Counts(61, 32, 36)])`: p 0.125 to 0.68.
    Each part has its own least and most contrary pairs: 32 to 36 of 61 and 4 to 9 of 39 together allow 0 to 29 broken
    pairs, 36 to 45 of 100 alone allows 0 to 36. If the count of one part fell, some of its pairs are certainly broken.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha={alpha}: need a number between 0 and 1, such as 0.05")
    total = sum(part.total for part in parts)
    baseline = rate(sum(part.baseline for part in parts), total)
    treatment = rate(sum(part.treatment for part in parts), total)
    signed = treatment.correct - baseline.correct
    net, sign = abs(signed), -1 if signed < 0 else 1
    least = sum(max(0, -sign * part.net) for part in parts)
    most = least + sum(
        min(part.baseline, part.treatment, part.total - part.baseline, part.total - part.treatment) for part in parts
    )
    contrary = range(least, most + 1)
    fitting = bisect_right(contrary, alpha, key=lambda against: mcnemar(net + against, against))
    return UnpairedBounds(
        baseline=baseline,
        treatment=treatment,
        best_p=mcnemar(net + least, least),
        worst_p=mcnemar(net + most, most),
        least_contrary=least,
        possible_contrary=most,
        allowed_contrary=contrary[fitting - 1] if fitting else None,
        alpha=alpha,
    )
