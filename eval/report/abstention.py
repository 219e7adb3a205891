"""Answered and declined, by condition: over-refusals, inventions, and whether retrieval changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.dataset.conditions import Condition
from eval.runs.graded import RunAnswer, paired
from eval.statistics.paired import Comparison, PairedOutcome, Rate, compare, rate


@dataclass(frozen=True, slots=True)
class AbstentionCounts:
    """What was answered and what declined under one condition.

    Of the answerable questions the rest of `right` and `over_refusals` is wrong, failed or missing; of the others the
    rest of `declined`, `from_memory` and `invented` is empty, failed, missing or unparsed. `from_memory` are right
    answers to questions whose evidence was withheld: the model knew.
    """

    condition: Condition
    right: int
    wrong: int
    over_refusals: Rate
    declined: int
    from_memory: int
    invented: Rate


def abstention_counts(answers: Sequence[RunAnswer], conditions: Sequence[Condition]) -> tuple[AbstentionCounts, ...]:
    """Count for every condition; none if every question can be answered and no answer declines."""
    if not any(answer.declined or not answer.answerable for answer in answers):
        return ()
    return tuple(
        _counts(condition, [answer for answer in answers if answer.condition is condition]) for condition in conditions
    )


def _counts(condition: Condition, answers: Sequence[RunAnswer]) -> AbstentionCounts:
    answerable = [answer for answer in answers if answer.answerable]
    others = [answer for answer in answers if not answer.answerable]
    right, refused = (sum(answer.verdict.correct for answer in answerable), sum(a.declined for a in answerable))
    return AbstentionCounts(
        condition=condition,
        right=right,
        wrong=len(answerable) - right - refused,
        over_refusals=rate(refused, len(answerable)),
        declined=sum(answer.declined for answer in others),
        from_memory=sum(answer.verdict.correct and not answer.declined for answer in others),
        invented=rate(sum(answer.invented for answer in others), len(others)),
    )


def invention_comparison(answers: Sequence[RunAnswer]) -> Comparison | None:
    """Compare without and with retrieval how often nothing is invented; None without questions that have no answer."""
    pairs = [
        PairedOutcome(without.item.number, not without.invented, not with_.invented)
        for without, with_ in paired(answers)
        if not without.item.answerable
    ]
    return compare(pairs) if pairs else None


def withheld_comparison(answers: Sequence[RunAnswer]) -> Comparison | None:
    """Compare with retrieval and with the evidence withheld how often nothing wrong is asserted; None without both."""
    pairs = [
        PairedOutcome(given.item.number, not given.asserts_wrongly, not withheld.asserts_wrongly)
        for given, withheld in paired(answers, Condition.RAG, Condition.WITHHELD)
    ]
    return compare(pairs) if pairs else None
