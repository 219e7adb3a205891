"""The Report: everything that is said about one run or several, computed once and shown in several forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from eval.answers import Recorded
from eval.conditions import Condition
from eval.dataset import KINDS, Item
from eval.grade import Outcome, Reference, Rung, Verdict, grade
from eval.open_answers import Place, RungUse, descend
from eval.run import RunIdentity, StoredRun, load_run
from eval.rungs import further_rungs, question_of
from eval.similarity import THRESHOLDS, load_cosines
from eval.statistics import Effect, PairedOutcome, Rate, compare, rate, verdicts
from rag.records import Language

ALL = "all"
"""Stands for every type, or for both languages together."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One question in one language under one condition, with its answer and what was made of it.

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
    def error(self) -> str:
        """Why there is no answer; empty where there is one."""
        if self.recorded is None:
            return "not answered yet"
        return (
            "" if self.recorded.failure is None else f"{self.recorded.failure.error}: {self.recorded.failure.message}"
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of one condition, type and language. `correct` is of content; every question asked is in its total."""

    condition: Condition
    kind: str
    language: str
    correct: Rate
    language_correct: Rate
    both: Rate
    failed: int
    unparsed: int
    refused: int
    cut_off: int
    asked_again: int
    above: tuple[int, ...]
    """How many answers have a historical score of at least each of THRESHOLDS."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A cell of the comparison without and with retrieval; its effect is adjusted (Holm) over all cells of a run."""

    kind: str
    language: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run: counts, comparison, every graded answer."""

    name: str
    identity: RunIdentity
    versions: Mapping[str, str]
    began: str
    ended: str | None
    questions: int
    of_questions: int
    languages: tuple[Language, ...]
    conditions: tuple[Condition, ...]
    cells: tuple[Cell, ...]
    contrasts: tuple[Contrast, ...]
    answers: tuple[Graded, ...]
    seconds: float
    uses: tuple[RungUse, ...] = ()
    """The optional rungs below the ladder that were used."""

    @property
    def headline(self) -> Contrast | None:
        """The comparison over all types and languages asked, if both conditions were run."""
        return next((one for one in self.contrasts if (one.kind, one.language) == (ALL, ALL)), None)

    def changed(self, *, fixed: bool) -> tuple[tuple[Graded, Graded], ...]:
        """The questions that retrieval fixed (or broke), each as its answers without and with retrieval."""
        pairs = paired(self.answers)
        return tuple(
            (without, with_)
            for without, with_ in pairs
            if without.verdict.correct is not fixed and with_.verdict.correct is fixed
        )


@dataclass(frozen=True, slots=True)
class Report:
    """One run, or several side by side."""

    runs: tuple[RunReport, ...]


def build_report(folders: Sequence[Path], calibration: Path | None = None, encoder: str | None = None) -> Report:
    """Grade and count the runs in these folders.

    `calibration` (of similarity, with the encoder of that name) and judges' records decide what the ladder leaves open.
    Raises RunError and GradingError.
    """
    return Report(tuple(_run_report(load_run(folder), folder, calibration, encoder) for folder in folders))


def paired(answers: Iterable[Graded]) -> tuple[tuple[Graded, Graded], ...]:
    """Each question and language with its answers without and with retrieval."""
    by_place = {(one.item.number, one.language, one.condition): one for one in answers}
    return tuple(
        (without, by_place[number, language, Condition.RAG])
        for (number, language, condition), without in by_place.items()
        if condition is Condition.NO_RAG and (number, language, Condition.RAG) in by_place
    )


def ladder_answers(run: StoredRun, cosines: Mapping[str, float] = MappingProxyType({})) -> tuple[Graded, ...]:
    """Every question asked with its answer and the ladder's verdict."""
    return tuple(_graded(run, cosines))


def place_of(one: Graded) -> Place:
    """An answer as the rungs below the ladder see it."""
    return Place(question_of(one.item, one.language), one.answer, one.verdict)


def _run_report(run: StoredRun, folder: Path, calibration: Path | None, encoder: str | None) -> RunReport:
    by_ladder = ladder_answers(run, load_cosines(folder))
    descent = descend([place_of(one) for one in by_ladder], further_rungs(run, folder, calibration, encoder))
    answers = tuple(replace(one, verdict=verdict) for one, verdict in zip(by_ladder, descent.verdicts, strict=True))
    items = run.scope.items(run.dataset)
    return RunReport(
        name=run.name,
        identity=run.identity,
        versions=run.versions,
        began=run.began,
        ended=run.ended,
        questions=len(items),
        of_questions=len(run.dataset.items),
        languages=run.scope.languages,
        conditions=run.scope.conditions,
        cells=tuple(_cells(run, answers)),
        contrasts=tuple(_contrasts(run, answers)),
        answers=answers,
        seconds=sum(one.recorded.seconds for one in answers if one.recorded is not None),
        uses=descent.uses,
    )


def _graded(run: StoredRun, cosines: Mapping[str, float]) -> Iterable[Graded]:
    by_place: dict[tuple[str, str, Condition], Recorded] = {}
    for recorded in run.log.by_key.values():
        place = (recorded.number, recorded.language, recorded.condition)
        if place not in by_place or recorded.answer is not None:
            by_place[place] = recorded
    for item in run.scope.items(run.dataset):
        for language in run.scope.languages:
            for condition in run.scope.conditions:
                found = by_place.get((item.number, language, condition))
                verdict = _verdict(item, language, found)
                yield Graded(item, language, condition, found, verdict, cosines.get(found.key) if found else None)


def _verdict(item: Item, language: Language, recorded: Recorded | None) -> Verdict:
    if recorded is None or recorded.answer is None:
        return Verdict(Outcome.EMPTY, False, Rung.EMPTY, "", None, "there is no answer")
    references: tuple[Reference, ...] = item.references
    return grade(item.questions[language], recorded.text, references, item.kind, language, item.labels)


def _places(run: StoredRun, answers: Sequence[Graded]) -> Iterable[tuple[str, str, list[Graded]]]:
    """Every type and language of the run, the sums over them last; where there is but one it is the sum."""
    for kind in _with_sum([kind for kind in KINDS if any(one.item.kind == kind for one in answers)]):
        for language in _with_sum(run.scope.languages):
            chosen = [one for one in answers if kind in (ALL, one.item.kind) and language in (ALL, one.language)]
            yield kind, language, chosen


def _with_sum(names: Sequence[str]) -> tuple[str, ...]:
    return (*names, ALL) if len(names) > 1 else (ALL,)


def _cells(run: StoredRun, answers: Sequence[Graded]) -> Iterable[Cell]:
    for kind, language, chosen in _places(run, answers):
        for condition in run.scope.conditions:
            here = [one for one in chosen if one.condition is condition]
            verdicts_here = [one.verdict for one in here]
            said = [one.recorded.answer for one in here if one.recorded is not None and one.recorded.answer is not None]
            yield Cell(
                condition=condition,
                kind=kind,
                language=language,
                correct=rate(sum(one.correct for one in verdicts_here), len(here)),
                language_correct=rate(sum(one.language_correct for one in verdicts_here), len(here)),
                both=rate(sum(one.both for one in verdicts_here), len(here)),
                failed=len(here) - len(said),
                unparsed=sum(one.content is Outcome.UNPARSED for one in verdicts_here),
                refused=sum(one.content is Outcome.REFUSED for one in verdicts_here),
                cut_off=sum(answer.cut_off for answer in said),
                asked_again=sum(len(answer.attempts) > 1 for answer in said),
                above=tuple(sum((one.cosine or 0.0) >= cut for one in here) for cut in THRESHOLDS),
            )


def _contrasts(run: StoredRun, answers: Sequence[Graded]) -> list[Contrast]:
    places = []
    for kind, language, chosen in _places(run, answers):
        pairs = [
            PairedOutcome(without.item.number, without.verdict.correct, with_.verdict.correct)
            for without, with_ in paired(chosen)
        ]
        if pairs:
            places.append((kind, language, compare(pairs)))
    effects = verdicts([comparison for _, _, comparison in places])
    return [Contrast(kind, language, effect) for (kind, language, _), effect in zip(places, effects, strict=True)]
