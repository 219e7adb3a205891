"""Two counts of one set of questions whose pairing is lost: what they allow, whichever questions changed.

An impossible count or alpha raises ValueError with its value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from eval.statistics.paired import ALPHA, Rate, mcnemar, rate


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of `total` questions were right without (`baseline`) and with retrieval (`treatment`)."""

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
    """Two counts whose pairing is lost: exact McNemar p lies between `best_p` and `worst_p`.

    They hold where `least_contrary` and where `possible_contrary` pairs went against the net change (broken, where the
    count rose; fixed, where it fell); up to `allowed_contrary` p is at most `alpha`; None where even the best case is
    above it.
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


def unpaired_counts(baseline_correct: int, treatment_correct: int, total: int, alpha: float = ALPHA) -> UnpairedBounds:
    """Bound what two counts on the same `total` questions allow when nobody kept which questions changed.

    Only fixed - broken is known. p grows with the number of pairs that went the other way, so the best case has none
    and the worst as many as fit: min(baseline right, treatment wrong). `unpaired_counts(32, 36, 61)`: p 0.125 to 0.68.
    """
    return pooled([Counts(total, baseline_correct, treatment_correct)], alpha)


def pooled(parts: Sequence[Counts], alpha: float = ALPHA) -> UnpairedBounds:
    """The same for the sum of several parts, which allow less than their sum alone.

    Each part has its own least and most contrary pairs: 32 to 36 of 61 and 4 to 9 of 39 together allow 0 to 29 broken,
    36 to 45 of 100 alone 0 to 36; and where one part fell, pairs are broken for certain.
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
