"""The seam below the ladder: answers that it leaves open, and the optional rungs that may decide them.

Open is what ends at `Rung.NONE`. What numbers, denials or refusals vetoed is decided, and so is a classification answer
without a label: that it names both labels or none is a fact about the answer, and stays `Outcome.UNPARSED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from eval.grading.ladder import Outcome, Reference, Rung, Verdict
from eval.grading.text import canonical
from eval.grading.word_match import folded


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question of a set in one language, with the accepted answers of both.

    `group` names the question whatever the language and the condition; `collection` the set, where there are several.
    """

    group: str
    kind: str
    language: str
    text: str
    references: tuple[Reference, ...]
    collection: str = ""


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """An answer to a question of a set, and the verdict that has been reached on it."""

    question: SetQuestion
    answer: str
    verdict: Verdict

    @property
    def open(self) -> bool:
        """Whether a further rung may decide it."""
        return self.verdict.rung is Rung.NONE and bool(self.question.references)


class FallbackGrader(Protocol):
    """A rung below the ladder."""

    @property
    def rung(self) -> Rung:
        """What its verdicts say that they were decided by."""

    @property
    def about(self) -> str:
        """What it was made of and measured with, in one line."""

    def decide(self, places: Sequence[GradedAnswer]) -> Sequence[Verdict]:
        """The verdict on each open place; one still at `Rung.NONE` where this rung does not decide it."""


@dataclass(frozen=True, slots=True)
class FallbackUse:
    """What became of the answers that reached a rung: `decided` of the open ones, `correct` of those decided."""

    rung: Rung
    about: str
    open: int
    decided: int
    correct: int

    @property
    def text(self) -> str:
        """One line for people."""
        count = f"decided {self.decided} of {self.open} open answers ({self.correct} correct)"
        return f"{self.rung}: {count}; {self.about}"


@dataclass(frozen=True, slots=True)
class FallbackResult:
    """The verdict on every place, in order, and what each rung did for them."""

    verdicts: tuple[Verdict, ...]
    uses: tuple[FallbackUse, ...]


def apply_fallbacks(places: Sequence[GradedAnswer], rungs: Iterable[FallbackGrader]) -> FallbackResult:
    """Let each rung in turn decide what is still open."""
    reached = list(places)
    uses = []
    for rung in rungs:
        open_ = [at for at, place in enumerate(reached) if place.open]
        verdicts = rung.decide([reached[at] for at in open_])
        for at, verdict in zip(open_, verdicts, strict=True):
            reached[at] = replace(reached[at], verdict=verdict)
        decided = [verdict.content for verdict in verdicts if verdict.rung is not Rung.NONE]
        right = sum(content is Outcome.CORRECT for content in decided)
        uses.append(FallbackUse(rung.rung, rung.about, len(open_), len(decided), right))
    return FallbackResult(tuple(place.verdict for place in reached), tuple(uses))


class QuestionPool:
    """The questions of a set, to take answers from that are right for another question and wrong for this one."""

    def __init__(self, questions: Iterable[SetQuestion]) -> None:
        self._families: dict[tuple[str, str], list[SetQuestion]] = {}
        for question in dict.fromkeys(questions):
            self._families.setdefault((question.collection, question.kind), []).append(question)
        self._folded: dict[str, str] = {}

    def wrong_references(self, question: SetQuestion) -> tuple[str, ...]:
        """The references of the other questions of the set and type, less those that are right here too."""
        right = self._keys(question)
        texts = (reference.text for other in self._others(question) for reference in other.references)
        return tuple(text for text in dict.fromkeys(texts) if self._key(text) not in right)

    def another(self, question: SetQuestion) -> SetQuestion | None:
        """The next question of the set in the same language and of the same type without a reference in common."""
        family = self._families.get((question.collection, question.kind), [])
        at = next((place for place, one in enumerate(family) if one.group == question.group), 0)
        right = self._keys(question)
        for other in (*family[at:], *family[:at]):
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
    """What a list of settings says of the optional rungs, the unused ones included."""
    used = {use.rung: use.text.removeprefix(f"{use.rung}: ") for use in uses}
    return {f"{rung} rung": used.get(rung, "not used") for rung in (Rung.SIMILARITY, Rung.JUDGE)}
