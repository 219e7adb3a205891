"""Agreement of a grader's verdicts with human labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.statistics.paired import Rate, rate
from rag.messages import Message, joined


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of a grader's verdicts with human labels, taken as ground truth.

    `true_positive_rate` is over the answers labelled right, `true_negative_rate` over those labelled wrong. `kappa` is
    Cohen's (1960, Educ. Psychol. Meas. 20:37), None where all labels and all verdicts are the same.
    """

    accuracy: Rate
    true_positive_rate: Rate
    true_negative_rate: Rate
    kappa: float | None


def agreement(verdicts: Sequence[bool], labels: Sequence[bool]) -> Agreement:
    """Compare each verdict with the label at the same position.

    >>> round(agreement([True, True, False], [True, False, False]).kappa, 3)
    0.4
    """
    pairs = list(zip(verdicts, labels, strict=True))
    total = len(pairs)
    same = sum(verdict == label for verdict, label in pairs)
    labelled_right, graded_right = sum(labels), sum(verdicts)
    by_chance = labelled_right * graded_right + (total - labelled_right) * (total - graded_right)
    chance = by_chance / total**2 if total else 1.0
    return Agreement(
        accuracy=rate(same, total),
        true_positive_rate=rate(sum(verdict and label for verdict, label in pairs), labelled_right),
        true_negative_rate=rate(sum(not verdict and not label for verdict, label in pairs), total - labelled_right),
        kappa=None if chance == 1.0 else (same / total - chance) / (1 - chance),
    )


def agreement_text(figures: Agreement) -> Message:
    """Format the figures on one line."""
    rates = {
        Message("accuracy"): figures.accuracy,
        Message("TPR"): figures.true_positive_rate,
        Message("TNR"): figures.true_negative_rate,
    }
    parts = [
        Message(
            "{name} {correct}/{total} ({value:.3f}, 95 % interval {low:.3f} to {high:.3f})",
            name=name,
            correct=share.correct,
            total=share.total,
            value=share.value or 0.0,
            low=share.interval.low,
            high=share.interval.high,
        )
        for name, share in rates.items()
    ]
    undefined = Message("kappa not defined")
    kappa = undefined if figures.kappa is None else Message("kappa {kappa:.3f}", kappa=figures.kappa)
    return joined([*parts, kappa], ", ")
