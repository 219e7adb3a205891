"""The Report: everything that is said about one run or several, computed once and shown in several forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.answers import Recorded
from eval.breakdown import RetrievalSplit, Spread, retrieval_split, spread
from eval.conditions import Condition
from eval.dataset import ALL, KINDS, Item
from eval.grade import Outcome, Reference, Rung, Verdict, grade
from eval.imported import ImportedReport, imported_report, load_imported
from eval.run import RunIdentity, StoredRun, load_run
from eval.side_by_side import Asked, Contender, Versus, run_names, versus
from eval.similarity import THRESHOLDS, load_cosines
from eval.statistics import Effect, PairedOutcome, Rate, compare, rate, verdicts
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


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of one condition, type and language. `correct` is of content; every question asked is in its total.

    `failed` are the questions without an answer, `missing` those of them that have not been answered yet.
    """

    condition: Condition
    kind: str
    language: str
    correct: Rate
    language_correct: Rate
    both: Rate
    failed: int
    missing: int
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
    missing: int
    """How many of its answers are not there yet; they count as not correct."""


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
    ceiling: tuple[Contrast, ...]
    """What the gold passage adds: rag against oracle, or no_rag against it where rag was not run."""
    splits: tuple[RetrievalSplit, ...]
    spreads: tuple[Spread, ...]
    """For each condition, where everything was asked more than once."""
    answers: tuple[Graded, ...]
    seconds: float

    @property
    def whole(self) -> tuple[str, str]:
        """The type and language that stand for everything asked; the only ones, where there is but one."""
        return self.cells[-1].kind, self.cells[-1].language

    @property
    def missing(self) -> int:
        """How many answers are not there yet; they count as not correct."""
        return sum(one.recorded is None for one in self.answers)

    @property
    def headline(self) -> Contrast | None:
        """The comparison over all types and languages asked, if both conditions were run."""
        return next((one for one in self.contrasts if (one.kind, one.language) == self.whole), None)

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
    """One run, or several side by side: each for itself, those of the same questions against one another."""

    runs: tuple[RunReport, ...]
    imported: tuple[ImportedReport, ...] = ()
    versus: tuple[Versus, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all runs, the imported ones last."""
        return (*(one.name for one in self.runs), *(one.name for one in self.imported))

    @property
    def versus_whole(self) -> tuple[Versus, ...]:
        """Of every two runs and each condition the comparison over all that both were asked."""
        return tuple({(one.old, one.new, one.condition): one for one in self.versus}.values())

    @property
    def same_set(self) -> bool:
        """Whether all runs that have answers were asked the same verification set."""
        return len({run.identity.dataset_sha256 for run in self.runs}) <= 1


def build_report(folders: Sequence[Path]) -> Report:
    """Grade and count the runs in these folders; counts without answers stand last. Raises RunError."""
    runs: list[RunReport] = []
    imported: list[ImportedReport] = []
    contenders = []
    for folder, name in zip(folders, run_names(folders), strict=True):
        counts = load_imported(folder)
        if counts is not None:
            imported.append(imported_report(counts, [one.name for one in imported]))
            continue
        stored = load_run(folder)
        runs.append(_run_report(stored, folder, name))
        contenders.append(_contender(stored, runs[-1]))
    return Report(tuple(runs), tuple(imported), versus(contenders))


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


def _contender(stored: StoredRun, run: RunReport) -> Contender:
    return Contender(
        name=run.name,
        identity=run.identity,
        places={
            (kind, language): {
                Asked(one.item.number, one.language, one.condition): one.verdict.correct if one.recorded else None
                for one in chosen
            }
            for kind, language, chosen in _places(stored, run.answers)
        },
    )


def _run_report(run: StoredRun, folder: Path, name: str) -> RunReport:
    cosines = load_cosines(folder)
    times = [tuple(_graded(run, cosines, repeat)) for repeat in range(run.scope.repeats)]
    answers = times[0]
    lower = Condition.RAG if Condition.RAG in run.scope.conditions else Condition.NO_RAG
    items = run.scope.items(run.dataset)
    return RunReport(
        name=name,
        identity=run.identity,
        versions=run.versions,
        began=run.began,
        ended=run.ended,
        questions=len(items),
        of_questions=len(run.dataset.items),
        languages=run.scope.languages,
        conditions=run.scope.conditions,
        cells=tuple(_cells(run, answers)),
        contrasts=tuple(_contrasts(run, answers, Condition.NO_RAG, Condition.RAG)),
        ceiling=tuple(_contrasts(run, answers, lower, Condition.ORACLE)),
        splits=tuple(split for place in _places(run, answers) if (split := retrieval_split(*place)) is not None),
        spreads=tuple(spread(one, times) for one in run.scope.conditions) if len(times) > 1 else (),
        answers=answers,
        seconds=sum(one.recorded.seconds for time in times for one in time if one.recorded is not None),
    )


def _graded(run: StoredRun, cosines: Mapping[str, float], repeat: int) -> Iterable[Graded]:
    by_place: dict[tuple[str, str, Condition], Recorded] = {}
    for recorded in run.log.by_key.values():
        if recorded.repeat != repeat:
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
    return (*names, ALL) if len(names) > 1 else tuple(names)


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
                missing=sum(one.recorded is None for one in here),
                unparsed=sum(one.content is Outcome.UNPARSED for one in verdicts_here),
                refused=sum(one.content is Outcome.REFUSED for one in verdicts_here),
                cut_off=sum(answer.cut_off for answer in said),
                asked_again=sum(len(answer.attempts) > 1 for answer in said),
                above=tuple(sum((one.cosine or 0.0) >= cut for one in here) for cut in THRESHOLDS),
            )


def _contrasts(run: StoredRun, answers: Sequence[Graded], baseline: Condition, treatment: Condition) -> list[Contrast]:
    places = []
    for kind, language, chosen in _places(run, answers):
        pairs = [
            PairedOutcome(without.item.number, without.verdict.correct, with_.verdict.correct)
            for without, with_ in paired(chosen, baseline, treatment)
        ]
        if pairs:
            missing = sum(one.recorded is None for pair in paired(chosen, baseline, treatment) for one in pair)
            places.append((kind, language, missing, compare(pairs)))
    effects = verdicts([comparison for *_, comparison in places])
    return [
        Contrast(kind, language, effect, missing)
        for (kind, language, missing, _), effect in zip(places, effects, strict=True)
    ]
