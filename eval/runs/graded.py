"""The answers of a run with their verdicts, and the pairs that are compared: without and with retrieval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from eval.dataset.conditions import Condition
from eval.dataset.load import Dataset, Item
from eval.grading.ladder import AnswerOutcome, GradingRule, Reference, Verdict, grade
from eval.runs.answer_log import AnswerLog, AnswerRecord
from eval.runs.description import Scope
from rag.messages import Message
from rag.records import Language, Support

if TYPE_CHECKING:
    from eval.runs.run import StoredRun


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """A question of a run in one language under one condition, with its answer and verdict.

    `recorded` is None where the run has no answer yet, which counts as not correct. `cosine` is the historical score.
    `support` says what of it stands in its passages, where a report looked it up.
    """

    item: Item
    language: Language
    condition: Condition
    recorded: AnswerRecord | None
    verdict: Verdict
    cosine: float | None
    support: Support | None = None

    @property
    def question(self) -> str:
        """The question in the language it was asked in."""
        return self.item.questions[self.language]

    @property
    def reference(self) -> str:
        """The reference in the question's language, or else in another."""
        return self.item.reference(self.language)

    @property
    def answer(self) -> str:
        """The answer that counts; empty for a failure."""
        return "" if self.recorded is None else self.recorded.text

    @property
    def answerable(self) -> bool:
        """Whether the answer is there to be found; where the evidence is withheld, the documents do not say."""
        return self.item.answerable and self.condition is not Condition.WITHHELD

    @property
    def declined(self) -> bool:
        """Whether the answer leaves the question open: right where it cannot be answered, else an over-refusal."""
        right = self.verdict.content is AnswerOutcome.CORRECT
        return self.verdict.content is AnswerOutcome.REFUSED or (right and not self.item.answerable)

    @property
    def asserts_wrongly(self) -> bool:
        """Whether the answer asserts what is not right."""
        return self.verdict.content is AnswerOutcome.WRONG

    @property
    def invented(self) -> bool:
        """Whether the answer asserts what is not right where it cannot be known; a right one is from memory."""
        return not self.answerable and self.asserts_wrongly

    @property
    def evidence_given(self) -> bool:
        """Whether the prompt had a passage that the set names as evidence, or a part of one."""
        answer = None if self.recorded is None else self.recorded.answer
        return answer is not None and any(self.item.given(hit.chunk) for hit in answer.hits)

    @property
    def error(self) -> str:
        """The reason why there is no answer; empty if there is one."""
        if self.recorded is None:
            return Message("not answered yet")
        return "" if self.recorded.failure is None else self.recorded.failure.reason


def paired(
    answers: Iterable[RunAnswer], baseline: Condition = Condition.NO_RAG, treatment: Condition = Condition.RAG
) -> tuple[tuple[RunAnswer, RunAnswer], ...]:
    """Return the answers under two conditions for each question and language that has both."""
    by_key = {(answer.item.number, answer.language, answer.condition): answer for answer in answers}
    return tuple(
        (without, by_key[number, language, treatment])
        for (number, language, condition), without in by_key.items()
        if condition is baseline and (number, language, treatment) in by_key
    )


def ladder_answers(
    run: StoredRun, cosines: Mapping[str, float] = MappingProxyType({}), repeat: int = 0
) -> tuple[RunAnswer, ...]:
    """Return every question of a run with its answer and the verdict of the ladder."""
    return graded_answers(run.dataset, run.scope, run.log, cosines, repeat)


def graded_answers(
    dataset: Dataset,
    scope: Scope,
    log: AnswerLog,
    cosines: Mapping[str, float] = MappingProxyType({}),
    repeat: int = 0,
) -> tuple[RunAnswer, ...]:
    """Return every question that is asked of a set with its answer in a log, and the verdict of the ladder."""
    return tuple(_graded(dataset, scope, log, cosines, repeat))


def _graded(
    dataset: Dataset, scope: Scope, log: AnswerLog, cosines: Mapping[str, float], repeat: int
) -> Iterable[RunAnswer]:
    by_key: dict[tuple[str, str, Condition], AnswerRecord] = {}
    for recorded in log.by_key.values():
        if recorded.repeat != repeat or recorded.unanswered:
            continue
        key = (recorded.number, recorded.language, recorded.condition)
        if key not in by_key or recorded.answer is not None:
            by_key[key] = recorded
    for item in scope.items(dataset):
        for language in scope.languages:
            for condition in scope.conditions:
                if language not in scope.asked(item, condition):
                    continue
                record = by_key.get((item.number, language, condition))
                cosine = None if record is None else cosines.get(record.key)
                yield RunAnswer(item, language, condition, record, _verdict(item, language, record), cosine)


def _verdict(item: Item, language: Language, recorded: AnswerRecord | None) -> Verdict:
    if recorded is None or recorded.answer is None:
        return Verdict(AnswerOutcome.EMPTY, False, GradingRule.EMPTY, "", None, Message("there is no answer"))
    references: tuple[Reference, ...] = item.references
    question = item.questions[language]
    return grade(question, recorded.text, references, item.grading, language, item.labels, answerable=item.answerable)
