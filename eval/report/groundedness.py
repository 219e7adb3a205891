"""Count grounded answers by condition and by outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eval.dataset.conditions import Condition
from eval.dataset.load import ALL
from eval.runs.graded import RunAnswer, paired
from eval.statistics.paired import Rate, rate
from rag.groundedness.support import find_support
from rag.records import Groundedness, Support

_GROUPS: Final[Mapping[str, Callable[[RunAnswer], bool]]] = {
    ALL: lambda _: True,
    "correct": lambda answer: answer.verdict.correct,
    "wrong": lambda answer: not answer.verdict.correct,
}


@dataclass(frozen=True, slots=True)
class GroundednessCounts:
    """The answers of one condition and group (all, correct, wrong, fixed, broken) by groundedness.

    `ungrounded` is the rate of those of which nothing stands among those with anything to look for; the others of the
    group are `not_applicable`.
    """

    condition: Condition
    group: str
    grounded: int
    partly: int
    ungrounded: Rate
    not_applicable: int


def with_support(answer: RunAnswer) -> RunAnswer:
    """Return an answer that had passages with what of it stands there; a label and what declines have no span."""
    given = None if answer.recorded is None else answer.recorded.answer
    if given is None or not given.hits:
        return answer
    if answer.item.grading == "classification" or answer.declined:
        return replace(answer, support=Support(Groundedness.NOT_APPLICABLE))
    return replace(
        answer,
        support=find_support(answer.question, given.text, given.hits, cut_off=given.cut_off, left_out=given.left_out),
    )


def groundedness_counts(
    answers: Sequence[RunAnswer], conditions: Sequence[Condition]
) -> tuple[GroundednessCounts, ...]:
    """Count for every condition with passages; of retrieval also what it fixed and broke. Empty groups are left out."""
    counts = [
        _counts(condition, group, [answer for answer in answers if answer.condition is condition and belongs(answer)])
        for condition in conditions
        for group, belongs in _GROUPS.items()
    ]
    for group, before in (("fixed", False), ("broken", True)):
        changed = [with_ for without, with_ in paired(answers) if _changed(without, with_, before=before)]
        counts.append(_counts(Condition.RAG, group, changed))
    return tuple(count for count in counts if count.ungrounded.total + count.not_applicable)


def _changed(without: RunAnswer, with_: RunAnswer, *, before: bool) -> bool:
    return without.verdict.correct is before and with_.verdict.correct is not before


def _counts(condition: Condition, group: str, answers: Sequence[RunAnswer]) -> GroundednessCounts:
    found = [answer.support.groundedness for answer in answers if answer.support is not None]
    applicable = len(found) - found.count(Groundedness.NOT_APPLICABLE)
    return GroundednessCounts(
        condition=condition,
        group=group,
        grounded=found.count(Groundedness.GROUNDED),
        partly=found.count(Groundedness.PARTLY),
        ungrounded=rate(found.count(Groundedness.UNGROUNDED), applicable),
        not_applicable=len(found) - applicable,
    )
