"""A question with its answer and verdict, and the two that are compared: without retrieval and with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eval.dataset.conditions import Condition
from eval.dataset.load import Item
from eval.grading.ladder import Outcome, Reference, Rung, Verdict, grade
from eval.runs.answer_log import AnswerRecord
from eval.runs.run import StoredRun
from rag.records import Language


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """One question in one language under one condition, with its answer (the first, where asked repeatedly).

    `recorded` is None where the run has no answer yet, which counts as not correct. `cosine` is the historical score.
    """

    item: Item
    language: Language
    condition: Condition
    recorded: AnswerRecord | None
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
    answers: Iterable[RunAnswer], baseline: Condition = Condition.NO_RAG, treatment: Condition = Condition.RAG
) -> tuple[tuple[RunAnswer, RunAnswer], ...]:
    """Each question and language with its answers under two conditions: without and with retrieval."""
    by_place = {(answer.item.number, answer.language, answer.condition): answer for answer in answers}
    return tuple(
        (without, by_place[number, language, treatment])
        for (number, language, condition), without in by_place.items()
        if condition is baseline and (number, language, treatment) in by_place
    )


def ladder_answers(
    run: StoredRun, cosines: Mapping[str, float] = MappingProxyType({}), repeat: int = 0
) -> tuple[RunAnswer, ...]:
    """Every question asked with its answer and the ladder's verdict."""
    return tuple(_graded(run, cosines, repeat))


def _graded(run: StoredRun, cosines: Mapping[str, float], repeat: int) -> Iterable[RunAnswer]:
    by_place: dict[tuple[str, str, Condition], AnswerRecord] = {}
    for recorded in run.log.by_key.values():
        if recorded.repeat != repeat or recorded.unanswered:
            continue
        place = (recorded.number, recorded.language, recorded.condition)
        if place not in by_place or recorded.answer is not None:
            by_place[place] = recorded
    for item in run.scope.items(run.dataset):
        for language in run.scope.languages:
            for condition in run.scope.conditions:
                if not run.scope.asks(item, condition):
                    continue
                found = by_place.get((item.number, language, condition))
                verdict = _verdict(item, language, found)
                yield RunAnswer(item, language, condition, found, verdict, cosines.get(found.key) if found else None)


def _verdict(item: Item, language: Language, recorded: AnswerRecord | None) -> Verdict:
    if recorded is None or recorded.answer is None:
        return Verdict(Outcome.EMPTY, False, Rung.EMPTY, "", None, "there is no answer")
    references: tuple[Reference, ...] = item.references
    return grade(item.questions[language], recorded.text, references, item.kind, language, item.labels)
