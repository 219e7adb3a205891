"""Find runs that answered the same questions from different passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from eval.dataset.conditions import Condition
from eval.report.records import RunReport
from rag.records import Answer, Language


@dataclass(frozen=True, slots=True)
class OtherPassages:
    """The number (`other`) of the `asked` questions for which two runs with retrieval got different passages.

    `cut` counts those for which a prompt left passages out to fit into the model's context.
    """

    old: str
    new: str
    asked: int
    other: int
    cut: int


def other_passages(runs: Sequence[RunReport]) -> tuple[OtherPassages, ...]:
    """Return every two runs of one set that got different passages for the same questions.

    Of runs with more and fewer passages, those of the one begin with those of the other; that is no difference here.
    """
    pairs = (
        _between(old, new)
        for old, new in combinations(runs, 2)
        if old.identity.dataset_sha256 == new.identity.dataset_sha256
    )
    return tuple(pair for pair in pairs if pair.other)


def passages_text(pair: OtherPassages, language: Language) -> str:
    """Return the difference in a sentence."""
    if language == "ja":
        cut = f"（うち {pair.cut} 問では、コンテキストに収まらない文書を除きました）" if pair.cut else ""
        questions = f"検索ありの {pair.asked} 問中 {pair.other} 問"
        return f"{pair.old} と {pair.new} は、{questions}で異なる文書を参照しました{cut}。"
    cut = f", {pair.cut} of them because not all fitted into a context" if pair.cut else ""
    questions = f"{pair.other} of {pair.asked} questions with retrieval"
    return f"{pair.new} and {pair.old} got different passages for {questions}{cut}."


def _between(old: RunReport, new: RunReport) -> OtherPassages:
    before, after = _answers(old), _answers(new)
    pairs = [(before[key], after[key]) for key in before if key in after]
    other = [pair for pair in pairs if _differ(*pair)]
    cut = sum(1 for first, second in other if first.dropped or second.dropped)
    return OtherPassages(old.name, new.name, len(pairs), len(other), cut)


def _answers(run: RunReport) -> dict[tuple[str, str], Answer]:
    return {
        (answer.item.number, answer.language): answer.recorded.answer
        for answer in run.answers
        if answer.condition is Condition.RAG and answer.recorded is not None and answer.recorded.answer is not None
    }


def _differ(first: Answer, second: Answer) -> bool:
    both = list(zip(_ids(first), _ids(second), strict=False))
    uneven = len(first.hits) != len(second.hits) and bool(not both or first.dropped or second.dropped)
    return uneven or any(one_id != other_id for one_id, other_id in both)


def _ids(answer: Answer) -> list[str]:
    return [hit.chunk.id for hit in answer.hits]
