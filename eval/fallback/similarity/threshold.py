"""A threshold on a margin, fitted so that wrong answers rarely pass, and measured on questions it has not seen.

Rule: of the thresholds at which at most a tolerated share of the wrong answers passes, the lowest that a right answer
needs. It is measured by leaving out one question after the other, with all its languages and conditions, fitting on the
rest and deciding the answers left out. The tolerance grows from none for as long as, out of fold, the lower end of the
Wilson interval of the true negative rate stays at or above the floor. Fewer wrong answers pass at a higher threshold,
so this is the lowest threshold that keeps to it. It must also let more right than wrong answers pass, or it would do
harm. The interval takes answers to one question for independent, which they are not quite.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eval.statistics.agreement import Agreement, agreement

METHOD: Final = (
    "margin of the best cosine with a right reference over the best with a wrong one; the lowest threshold whose true "
    "negative rate, leaving out one question at a time, has a lower 95 % bound (Wilson) at or above the floor and that "
    "lets more right than wrong answers pass"
)


@dataclass(frozen=True, slots=True)
class Example:
    """The margin of one answer, the question it answers, and whether a person calls it right."""

    group: str
    margin: float
    right: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A threshold (an answer passes at or above it), or None and why there is none.

    `out_of_fold` measures the rule that gave it; where there is no threshold, the strictest rule.
    """

    threshold: float | None
    out_of_fold: Agreement
    why: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """The margins of some answers, wrong and right ones apart, ascending."""

    wrong: tuple[float, ...]
    right: tuple[float, ...]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Sorted:
        """Sort the margins of these answers."""
        return cls(*(tuple(sorted(one.margin for one in examples if one.right is right)) for right in (False, True)))

    def lowest_threshold(self, tolerated: float) -> float | None:
        """The lowest threshold that a right answer needs and at most the share `tolerated` of the wrong ones reach.

        It lies half-way between that answer's margin and the next lower one. None where no right answer can pass.
        """
        allowed = int(tolerated * len(self.wrong) + 1e-9)
        shut_out = len(self.wrong) - allowed
        at = bisect_right(self.right, self.wrong[shut_out - 1]) if shut_out else 0
        if at == len(self.right):
            return None
        least = self.right[at]
        lower = [margins[place - 1] for margins in (self.wrong, self.right) if (place := bisect_left(margins, least))]
        return (least + max(lower, default=least)) / 2


def fit(examples: Sequence[Example], floor: float) -> Fit:
    """The lowest threshold that keeps to the floor (see above), or none."""
    labels = [example.right for example in examples]
    wrong = labels.count(False)
    rest = others_of(examples)
    strictest = agreement(out_of_fold(examples, rest, 0.0), labels)
    kept: Fit | None = None
    for allowed in range(wrong + 1):
        tolerated = allowed / max(1, wrong)
        figures = agreement(out_of_fold(examples, rest, tolerated), labels)
        if figures.true_negative_rate.interval.low < floor:
            break
        if _passing_right(figures) > _passing_wrong(figures):
            kept = Fit(Sorted.of(examples).lowest_threshold(tolerated), figures, "")
    return kept or Fit(None, strictest, _why_not(strictest, floor))


def others_of(examples: Sequence[Example]) -> dict[str, Sorted]:
    """For each question the margins of the answers to all others."""
    groups = dict.fromkeys(example.group for example in examples)
    return {group: Sorted.of([example for example in examples if example.group != group]) for group in groups}


def out_of_fold(examples: Sequence[Example], rest: Mapping[str, Sorted], tolerated: float) -> list[bool]:
    """Whether each answer passes the threshold that the other questions give."""
    cuts = {group: margins.lowest_threshold(tolerated) for group, margins in rest.items()}
    return [(cut := cuts[example.group]) is not None and example.margin >= cut for example in examples]


def _passing_right(figures: Agreement) -> int:
    return figures.true_positive_rate.correct


def _passing_wrong(figures: Agreement) -> int:
    return figures.true_negative_rate.total - figures.true_negative_rate.correct


def _why_not(strictest: Agreement, floor: float) -> str:
    negatives = strictest.true_negative_rate
    if not strictest.true_positive_rate.total or not negatives.total:
        return "it takes right and wrong answers that the ladder leaves open"
    if negatives.interval.low < floor:
        return (
            f"even at the strictest threshold the true negative rate, {negatives.correct} of {negatives.total}, has a "
            f"lower bound of {negatives.interval.low:.3f}, below the floor of {floor:g}"
        )
    return (
        f"no threshold within the floor lets more right answers pass than wrong ones: {_passing_right(strictest)} and "
        f"{_passing_wrong(strictest)} at the strictest"
    )
