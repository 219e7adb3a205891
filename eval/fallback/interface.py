"""The interface of fallback graders: optional graders for answers that the ladder leaves undecided.

An answer is open if it ends at `GradingRule.NONE`. An answer that numbers, denials or refusals vetoed is decided. So is
a classification answer that names both labels or none: it stays `AnswerOutcome.UNPARSED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from eval.grading.ladder import AnswerOutcome, GradingRule, Reference, Verdict
from rag.messages import Message
from rag.text.canonical import canonical
from rag.text.word_match import folded


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question in one language, with the accepted answers in both.

    `group` identifies the question in every language and condition; `collection` names its set if there are several.
    """

    group: str
    kind: str
    language: str
    text: str
    references: tuple[Reference, ...]
    collection: str = ""


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """A question, an answer to it, and the verdict so far."""

    question: SetQuestion
    answer: str
    verdict: Verdict

    @property
    def open(self) -> bool:
        """True if a fallback grader may decide it."""
        return self.verdict.rule is GradingRule.NONE and bool(self.question.references)


class FallbackGrader(Protocol):
    """A grader that decides open answers after the ladder."""

    @property
    def rule(self) -> GradingRule:
        """The rule that its verdicts carry."""

    @property
    def about(self) -> Message:
        """One line for people: how it was made and measured."""

    def decide(self, answers: Sequence[GradedAnswer]) -> Sequence[Verdict]:
        """Return a verdict for each open answer, still at `GradingRule.NONE` if this grader does not decide it."""


@dataclass(frozen=True, slots=True)
class FallbackUse:
    """Counts for one fallback grader: answers `open` to it, `decided` by it, and `correct` among those decided."""

    rule: GradingRule
    about: Message
    open: int
    decided: int
    correct: int

    @property
    def text(self) -> Message:
        """One line for people."""
        return Message(
            "{rule}: decided {decided} of {open} open answers ({correct} correct); {about}",
            rule=self.rule,
            decided=self.decided,
            open=self.open,
            correct=self.correct,
            about=self.about,
        )


@dataclass(frozen=True, slots=True)
class FallbackResult:
    """A verdict for every answer, in order, and the counts of each grader."""

    verdicts: tuple[Verdict, ...]
    uses: tuple[FallbackUse, ...]


def apply_fallbacks(answers: Sequence[GradedAnswer], graders: Iterable[FallbackGrader]) -> FallbackResult:
    """Let each grader in turn decide the answers that are still open."""
    graded = list(answers)
    uses = []
    for grader in graders:
        positions = [position for position, answer in enumerate(graded) if answer.open]
        verdicts = grader.decide([graded[position] for position in positions])
        for position, verdict in zip(positions, verdicts, strict=True):
            graded[position] = replace(graded[position], verdict=verdict)
        decided = [verdict.content for verdict in verdicts if verdict.rule is not GradingRule.NONE]
        correct = sum(content is AnswerOutcome.CORRECT for content in decided)
        uses.append(FallbackUse(grader.rule, grader.about, len(positions), len(decided), correct))
    return FallbackResult(tuple(answer.verdict for answer in graded), tuple(uses))


class QuestionPool:
    """The questions of a set: a source of answers that are right for another question and wrong for this one."""

    def __init__(self, questions: Iterable[SetQuestion]) -> None:
        self._families: dict[tuple[str, str], list[SetQuestion]] = {}
        for question in dict.fromkeys(questions):
            self._families.setdefault((question.collection, question.kind), []).append(question)
        self._folded: dict[str, str] = {}

    def wrong_references(self, question: SetQuestion) -> tuple[str, ...]:
        """Return the references of the set's other questions of this type, except those that are right here too."""
        right = self._keys(question)
        texts = (reference.text for other in self._others(question) for reference in other.references)
        return tuple(text for text in dict.fromkeys(texts) if self._key(text) not in right)

    def another(self, question: SetQuestion) -> SetQuestion | None:
        """Return the next question in the same set, language and type that shares no reference with this one."""
        family = self._families.get((question.collection, question.kind), [])
        start = next((i for i, member in enumerate(family) if member.group == question.group), 0)
        right = self._keys(question)
        for other in (*family[start:], *family[:start]):
            fits = other.group != question.group and other.language == question.language
            if fits and not right & self._keys(other):
                return other
        return None

    def _others(self, question: SetQuestion) -> Iterable[SetQuestion]:
        family = self._families.get((question.collection, question.kind), [])
        return (other for other in family if other.group != question.group)

    def _keys(self, question: SetQuestion) -> frozenset[str]:
        return frozenset(self._key(reference.text) for reference in question.references)

    def _key(self, text: str) -> str:
        if text not in self._folded:
            self._folded[text] = folded(canonical(text))
        return self._folded[text]


def fallback_settings(uses: Sequence[FallbackUse]) -> Mapping[str, str]:
    """Describe every fallback grader for a list of settings, including those that were not used."""
    used = {use.rule: use.text.removeprefix(f"{use.rule}: ") for use in uses}
    return {
        f"fallback by {rule}": used.get(rule, Message("not used"))
        for rule in (GradingRule.SIMILARITY, GradingRule.JUDGE)
    }
