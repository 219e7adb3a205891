"""A question with its answer and verdict, and the two that are compared: without retrieval and with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.answers import Recorded
from eval.conditions import Condition
from eval.dataset import Item
from eval.grade import Verdict
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Graded:
    """One question in one language under one condition, with its answer (the first, where asked repeatedly).

    `recorded` is None where the run has no answer yet, which counts as not correct. `cosine` is the historical score.
    """

    item: Item
    language: Language
    condition: Condition
    recorded: Recorded | None
    verdict: Verdict
    cosine: float | None

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return self.item.questions[self.language]

    @property
    def reference(self) -> str:
        """The reference in the question's language."""
        return self.item.responses[self.language]

    @property
    def answer(self) -> str:
        """The answer that counts; empty for a failure."""
        return "" if self.recorded is None else self.recorded.text

    @property
    def evidence_given(self) -> bool:
        """Whether a passage of a document that the set names as evidence was in the prompt."""
        answer = None if self.recorded is None else self.recorded.answer
        return answer is not None and any(hit.chunk.source in self.item.evidence for hit in answer.hits)

    @property
    def error(self) -> str:
        """Why there is no answer; empty where there is one."""
        if self.recorded is None:
            return "not answered yet"
        return (
            "" if self.recorded.failure is None else f"{self.recorded.failure.error}: {self.recorded.failure.message}"
        )


def paired(
    answers: Iterable[Graded], baseline: Condition = Condition.NO_RAG, treatment: Condition = Condition.RAG
) -> tuple[tuple[Graded, Graded], ...]:
    """Each question and language with its answers under two conditions: without and with retrieval."""
    by_place = {(one.item.number, one.language, one.condition): one for one in answers}
    return tuple(
        (without, by_place[number, language, treatment])
        for (number, language, condition), without in by_place.items()
        if condition is baseline and (number, language, treatment) in by_place
    )
