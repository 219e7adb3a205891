"""Fit a threshold on a margin so that wrong answers rarely pass, and measure it on unseen questions.

Of the thresholds that let at most a tolerated share of the wrong answers pass, the fit takes the lowest that some right
answer needs. It is measured by leaving out one question at a time, with all its languages and conditions, fitting on
the others and deciding the answers left out. The tolerance grows from zero as long as the lower end of the out-of-fold
Wilson interval of the true negative rate stays at or above the floor. As fewer wrong answers pass at a higher
threshold, the result is the lowest threshold that meets the floor. It must also let more right than wrong answers pass,
or it would do harm. The interval treats answers to the same question as independent, which is not quite true.
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
    """The margin of an answer, its question, and its human label."""

    group: str
    margin: float
    right: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A threshold (an answer passes at or above it), or None with the reason in `why`.

    `out_of_fold` measures the rule that gave the threshold, or the strictest rule if there is none.
    """

    threshold: float | None
    out_of_fold: Agreement
    why: str


@dataclass(frozen=True, slots=True)
class SortedMargins:
    """The margins of wrong and of right answers, each ascending."""

    wrong: tuple[float, ...]
    right: tuple[float, ...]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> SortedMargins:
        """Sort the margins of these answers."""
        return cls(
            *(
                tuple(sorted(example.margin for example in examples if example.right is right))
                for right in (False, True)
            )
        )

    def lowest_threshold(self, tolerated: float) -> float | None:
        """Return the lowest threshold that a right answer needs and at most this share of the wrong ones reach.

        It is half-way between that answer's margin and the next lower one; None if no right answer can pass.
        """
        allowed = int(tolerated * len(self.wrong) + 1e-9)
        shut_out = len(self.wrong) - allowed
        at = bisect_right(self.right, self.wrong[shut_out - 1]) if shut_out else 0
        if at == len(self.right):
            return None
        least = self.right[at]
        lower = [margins[index - 1] for margins in (self.wrong, self.right) if (index := bisect_left(margins, least))]
        return (least + max(lower, default=least)) / 2


def fit(examples: Sequence[Example], floor: float) -> Fit:
    """Fit the lowest threshold that meets the floor (see the module), if there is one."""
    labels = [example.right for example in examples]
    wrong = labels.count(False)
    others = others_of(examples)
    strictest = agreement(out_of_fold(examples, others, 0.0), labels)
    best: Fit | None = None
    for allowed in range(wrong + 1):
        tolerated = allowed / max(1, wrong)
        figures = agreement(out_of_fold(examples, others, tolerated), labels)
        if figures.true_negative_rate.interval.low < floor:
            break
        if _passing_right(figures) > _passing_wrong(figures):
            best = Fit(SortedMargins.of(examples).lowest_threshold(tolerated), figures, "")
    return best or Fit(None, strictest, _why_not(strictest, floor))


def others_of(examples: Sequence[Example]) -> dict[str, SortedMargins]:
    """Map each question to the margins of the answers to all other questions."""
    groups = dict.fromkeys(example.group for example in examples)
    return {group: SortedMargins.of([example for example in examples if example.group != group]) for group in groups}


def out_of_fold(examples: Sequence[Example], others: Mapping[str, SortedMargins], tolerated: float) -> list[bool]:
    """Decide each answer by the threshold fitted to the other questions."""
    cuts = {group: margins.lowest_threshold(tolerated) for group, margins in others.items()}
    return [(cut := cuts[example.group]) is not None and example.margin >= cut for example in examples]


def _passing_right(figures: Agreement) -> int:
    return figures.true_positive_rate.correct


def _passing_wrong(figures: Agreement) -> int:
    return figures.true_negative_rate.total - figures.true_negative_rate.correct


def _why_not(strictest: Agreement, floor: float) -> str:
    negatives = strictest.true_negative_rate
    if not strictest.true_positive_rate.total or not negatives.total:
        return "it needs both right and wrong answers that the ladder leaves open"
    if negatives.interval.low < floor:
        return (
            f"even at the strictest threshold the true negative rate, {negatives.correct} of {negatives.total}, has a "
            f"lower bound of {negatives.interval.low:.3f}, below the floor of {floor:g}"
        )
    return (
        f"no threshold that meets the floor lets more right answers pass than wrong ones: at the strictest "
        f"{_passing_right(strictest)} and {_passing_wrong(strictest)}"
    )
