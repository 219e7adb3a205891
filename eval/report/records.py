"""The Report: all results of one run or several, computed once for every form of output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from eval.audit.result import AuditResult
from eval.dataset.conditions import Condition
from eval.dataset.load import ALL
from eval.fallback.interface import FallbackUse
from eval.report.abstention import AbstentionCounts
from eval.report.breakdown import RetrievalSplit, Spread
from eval.report.compare_runs import RunComparison
from eval.report.groundedness import GroundednessCounts
from eval.runs.description import RunIdentity
from eval.runs.graded import RunAnswer, paired
from eval.runs.imported import ImportedReport
from eval.statistics.paired import Comparison, Rate
from eval.statistics.sequential import SequentialOutcome
from eval.statistics.verdicts import Effect
from rag.records import Language


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer took on average: tokens of all its attempts, and seconds, those of its passages apart.

    `retrieval_seconds` is None without retrieval, and where a run did not record them.
    """

    prompt_tokens: float
    completion_tokens: float
    seconds: float
    retrieval_seconds: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of one condition, type and language. `correct` counts content; its total is every question asked.

    `failed` are the questions whose answer failed, `missing` those that have not been answered yet.
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
    """Number of answers with a historical score of at least each of THRESHOLDS."""
    cost: Cost | None = None
    """None without answers."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A cell of the comparison of two conditions, whose headline, the sum over everything, is tested first."""

    kind: str
    language: str
    baseline: Condition
    treatment: Condition
    effect: Effect
    missing: int
    """The number of its answers that are still missing; they count as not correct."""
    stopped: SequentialOutcome | None = None
    """How a run ended that could stop at any question: this is the verdict of its headline; p values do not hold."""


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
    finished: bool
    """Whether no answer is missing; otherwise there is no verdict on anything."""
    cells: tuple[Cell, ...]
    contrasts: tuple[Contrast, ...]
    ceiling: tuple[Contrast, ...]
    """The gain from the gold passage: rag against oracle, or no_rag against oracle if rag was not run."""
    splits: tuple[RetrievalSplit, ...]
    spreads: tuple[Spread, ...]
    """One per condition, if everything was asked more than once."""
    answers: tuple[RunAnswer, ...]
    repeats: int
    seconds: float
    uses: tuple[FallbackUse, ...] = ()
    """The fallback graders that were used."""
    abstentions: tuple[AbstentionCounts, ...] = ()
    """One per condition, if a question cannot be answered or an answer declines."""
    withheld: Comparison | None = None
    """With retrieval against the same with the evidence withheld, by what asserts nothing wrong; None without both."""
    inventions: Comparison | None = None
    """Without retrieval against with it, by what is not invented; None if every question can be answered."""
    stopped: SequentialOutcome | None = None
    """How the run ended that could stop at any question; figures for a fixed number of questions do not hold then."""
    audit: AuditResult | None = None
    """What people's judgements of a sample say of the verdicts; None without any."""
    groundedness: tuple[GroundednessCounts, ...] = ()
    """By condition and group, for conditions with passages."""

    @property
    def whole(self) -> tuple[str, str]:
        """The type and language of the sum over everything asked; the only ones if there is just one."""
        return self.cells[-1].kind, self.cells[-1].language

    @property
    def about(self) -> str:
        """What was asked what: the model and the verification set."""
        return f"{self.identity.model_identity}, {self.identity.dataset}"

    @property
    def asked(self) -> tuple[str, int, int]:
        """What was asked what, and how many questions of how many."""
        return self.about, self.questions, self.of_questions

    @property
    def missing(self) -> int:
        """The number of answers that are still missing; they count as not correct."""
        return sum(answer.recorded is None for answer in self.answers)

    @property
    def headline(self) -> Contrast | None:
        """The comparison over all types and languages asked, if both conditions were run."""
        return next((contrast for contrast in self.contrasts if (contrast.kind, contrast.language) == self.whole), None)

    def changed(self, *, fixed: bool) -> tuple[tuple[RunAnswer, RunAnswer], ...]:
        """Return the questions that retrieval fixed (or broke), each as its answers without and with retrieval."""
        pairs = paired(self.answers)
        return tuple(
            (without, with_)
            for without, with_ in pairs
            if without.verdict.correct is not fixed and with_.verdict.correct is fixed
        )


@dataclass(frozen=True, slots=True)
class Report:
    """One run or several: each by itself, and compared with those of the same questions."""

    runs: tuple[RunReport, ...]
    imported: tuple[ImportedReport, ...] = ()
    run_comparisons: tuple[RunComparison, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all runs, the imported ones last."""
        return (*(run.name for run in self.runs), *(run.name for run in self.imported))

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Every type and language of any run, in the order of the sets, sums last."""
        cells = [(cell.kind, cell.language) for run in self.runs for cell in run.cells]
        cells += [(cell.kind, cell.language) for run in self.imported for cell in run.cells]
        kinds, languages = (_sum_last(names) for names in zip(*cells, strict=True)) if cells else ((), ())
        return tuple(place for place in product(kinds, languages) if place in cells)

    @property
    def overall_comparisons(self) -> tuple[RunComparison, ...]:
        """The comparison over everything that both runs were asked, for every two runs and condition."""
        return tuple(
            {
                (comparison.old, comparison.new, comparison.condition): comparison
                for comparison in self.run_comparisons
            }.values()
        )

    @property
    def same_set(self) -> bool:
        """Whether all runs that have answers were asked the same verification set."""
        return len({run.identity.dataset_sha256 for run in self.runs}) <= 1


def _sum_last(names: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(names), key=lambda name: name == ALL)
