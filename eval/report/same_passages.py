"""Whether two runs of the same questions answered them from the same passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from eval.dataset.conditions import Condition
from eval.report.records import RunReport
from rag.records import Answer


@dataclass(frozen=True, slots=True)
class OtherPassages:
    """Of the `asked` questions that two runs answered with retrieval, how many got other passages.

    `cut` are those of them where a prompt had to leave passages out to fit into the model's context.
    """

    old: str
    new: str
    asked: int
    other: int
    cut: int


def other_passages(runs: Sequence[RunReport]) -> tuple[OtherPassages, ...]:
    """Every two runs of one set that did not get the same passages for the same questions."""
    found = (
        _between(old, new)
        for old, new in combinations(runs, 2)
        if old.identity.dataset_sha256 == new.identity.dataset_sha256
    )
    return tuple(one for one in found if one.other)


def passages_text(one: OtherPassages, language: Literal["en", "ja"]) -> str:
    """What it says of two runs."""
    if language == "ja":
        cut = f"（うち {one.cut} 問はコンテキストに収まらず減らされた）" if one.cut else ""
        return f"{one.old} と {one.new} は、検索ありの {one.asked} 問中 {one.other} 問で異なる文書を参照しました{cut}。"
    cut = f", for {one.cut} of them as a context had no room for all" if one.cut else ""
    return f"{one.new} and {one.old} had other passages for {one.other} of {one.asked} questions with retrieval{cut}."


def _between(old: RunReport, new: RunReport) -> OtherPassages:
    before, after = _answers(old), _answers(new)
    pairs = [(before[place], after[place]) for place in before if place in after]
    other = [(one, two) for one, two in pairs if _ids(one) != _ids(two)]
    cut = sum(1 for one, two in other if one.dropped or two.dropped)
    return OtherPassages(old.name, new.name, len(pairs), len(other), cut)


def _answers(run: RunReport) -> dict[tuple[str, str], Answer]:
    return {
        (one.item.number, one.language): one.recorded.answer
        for one in run.answers
        if one.condition is Condition.RAG and one.recorded is not None and one.recorded.answer is not None
    }


def _ids(answer: Answer) -> list[str]:
    return [hit.chunk.id for hit in answer.hits]
