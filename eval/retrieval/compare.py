"""Compare ways of retrieval on the same questions: paired differences of their figures, with intervals.

All languages of a question are one unit. Hit rates are compared as rates of correct answers are, and other figures by
the same interval (`eval.statistics.mean_difference`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.retrieval.evaluate import Ranked, Rankings, RetrievalCell, grouped, left_out, pair_text, ranked_of, report_of
from eval.statistics.mean_difference import mean_difference
from eval.statistics.paired import Difference, PairedOutcome, paired_difference
from eval.statistics.ranking import figures_table, measures
from rag.messages import Message, translated
from rag.records import Language
from rag.text.columns import in_columns

OWN = "top_k"
"""Stands for the depth in names of figures that each arm has at a depth of its own."""
_HEAD = (
    Message("languages"),
    Message("figure"),
    "n",
    Message("difference"),
    Message("95 % interval"),
    Message("better"),
    Message("worse"),
)


@dataclass(frozen=True, slots=True)
class RetrievalArm:
    """A way of retrieval, the rankings that it gave, and which of its retrievers is meant."""

    name: str
    rankings: Rankings
    leg: str = "hybrid"


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """The figures of an arm by language pair, up to its `depth`, and the milliseconds a question took on average."""

    name: str
    leg: str
    depth: int
    milliseconds: float
    cells: tuple[RetrievalCell, ...]


@dataclass(frozen=True, slots=True)
class RetrievalChange:
    """A figure of `arm` minus that of the baseline; of `questions`, it is higher in `better` and lower in `worse`."""

    arm: str
    language: str
    evidence_language: str
    figure: str
    questions: int
    difference: Difference
    better: int
    worse: int


@dataclass(frozen=True, slots=True)
class RetrievalComparison:
    """The figures of every arm, the baseline's first, and what the others change."""

    baseline: str
    arms: tuple[ArmFigures, ...]
    changes: tuple[RetrievalChange, ...]
    skipped: int = 0

    def text(self, language: Language = "en") -> str:
        """Format the figures and the differences as tables for the terminal."""
        parts = []
        for arm in self.arms:
            rows = [(pair_text(cell.language, cell.evidence_language), cell.leg, cell.figures) for cell in arm.cells]
            head = Message("{arm}, {milliseconds:.1f} ms a question", arm=arm.name, milliseconds=arm.milliseconds)
            parts.append(f"{translated(head, language)}\n{figures_table(rows, arm.depth, language)}")
        for arm in self.arms[1:]:
            head = Message("{arm} minus {baseline}", arm=arm.name, baseline=self.baseline)
            changes = [_HEAD, *(_row(change) for change in self.changes if change.arm == arm.name)]
            parts.append(f"{translated(head, language)}\n{in_columns(changes, language, right=range(2, 7), gap=2)}")
        return "\n\n".join([*parts, *([translated(left_out(self.skipped), language)] if self.skipped else [])])


def compare_retrieval(arms: Sequence[RetrievalArm], baseline: str, skipped: int = 0) -> RetrievalComparison:
    """Compare every arm with the one called `baseline`; all searched for the same questions."""
    ordered = sorted(arms, key=lambda arm: arm.name != baseline)
    figures = []
    for arm in ordered:
        report = report_of(arm.rankings)
        cells = tuple(cell for cell in report.cells if cell.leg == arm.leg)
        figures.append(ArmFigures(arm.name, arm.leg, report.depth, report.milliseconds, cells))
    changes = tuple(change for arm in ordered[1:] for change in _changes(ordered[0], arm))
    return RetrievalComparison(baseline, tuple(figures), changes, skipped)


def _changes(base: RetrievalArm, arm: RetrievalArm) -> Iterable[RetrievalChange]:
    own = base.rankings.depth != arm.rankings.depth
    before, after = _rows_of(base), _rows_of(arm)
    for (language, evidence), rows in before.items():
        units = [row.unit or row.number for row in rows]
        old, new = (
            [_measures(row, side.rankings.depth, own=own) for row in of_arm]
            for side, of_arm in ((base, rows), (arm, after[language, evidence]))
        )
        several = any(row.relevant > 1 for row in rows)
        for name in old[0]:
            if name in new[0] and (several or not name.startswith("recall")):
                pairs = [(values[name], others[name]) for values, others in zip(old, new, strict=True)]
                yield RetrievalChange(
                    *(arm.name, language, evidence, name, len(pairs), _difference(name, pairs, units)),
                    better=sum(high > low for low, high in pairs),
                    worse=sum(high < low for low, high in pairs),
                )


def _rows_of(arm: RetrievalArm) -> dict[tuple[str, str], list[Ranked]]:
    groups = grouped(row for row in ranked_of(arm.rankings) if row.leg == arm.leg)
    return {key[:2]: rows for key, rows in groups.items()}


def _measures(row: Ranked, depth: int, *, own: bool) -> Mapping[str, float]:
    """Return the figures of a question by name, with `own` also those at the arm's own depth under a common name."""
    values = measures(row.found, depth)
    mine = {name: value for name, value in values.items() if name.endswith(f"@{depth}")}
    return values | ({f"{name.partition('@')[0]}@{OWN}": value for name, value in mine.items()} if own else {})


def _difference(name: str, pairs: Sequence[tuple[float, float]], units: Sequence[str]) -> Difference:
    if name.startswith("hit"):
        outcomes = [PairedOutcome(unit, bool(old), bool(new)) for unit, (old, new) in zip(units, pairs, strict=True)]
        return paired_difference(outcomes)
    old, new = zip(*pairs, strict=True)
    return mean_difference(old, new, units)


def _row(change: RetrievalChange) -> tuple[str, ...]:
    interval = change.difference.interval
    return (
        pair_text(change.language, change.evidence_language),
        change.figure,
        f"{change.questions}",
        f"{change.difference.estimate or 0.0:+.3f}",
        Message("{low:+.3f} to {high:+.3f}", low=interval.low, high=interval.high),
        f"{change.better}",
        f"{change.worse}",
    )
