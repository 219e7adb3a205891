"""The table of arms: runs of one condition each, with their rates, costs, and verdicts against the baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eval.dataset.conditions import Condition
from eval.report.columns import column
from eval.report.compare_runs import RunComparison
from eval.report.headlines import effect_word
from eval.report.records import Cell, Cost, Report, RunReport
from rag.tables.output import CHANGE, P_VALUE, SHARE, Column, OutputTable

_FEWEST: Final = 3  # two runs are told one after the other


@dataclass(frozen=True, slots=True)
class ArmRow:
    """A run with its counts over everything asked, and its comparison with the baseline.

    The baseline itself has none, nor has a run of another set.
    """

    run: RunReport
    whole: Cell
    compared: RunComparison | None
    baseline: bool

    @property
    def effect(self) -> str | None:
        """The verdict in one word."""
        return "baseline" if self.baseline else None if self.compared is None else effect_word(self.compared)


def _against(value: Callable[[RunComparison], float | None], title: str, number_format: str) -> Column[ArmRow]:
    return column(title, lambda row: None if row.compared is None else value(row.compared), number_format=number_format)


def _cost(value: Callable[[Cost], float], title: str, number_format: str = "General") -> Column[ArmRow]:
    return column(
        title, lambda row: None if row.whole.cost is None else value(row.whole.cost), number_format=number_format
    )


ARMS: Final[tuple[Column[ArmRow], ...]] = (
    column("run", lambda row: row.run.name, 13),
    column("condition", lambda row: str(row.whole.condition)),
    column("correct", lambda row: f"{row.whole.correct.correct}/{row.whole.correct.total}", 9),
    column("rate", lambda row: row.whole.correct.value, 9, SHARE),
    _against(lambda cell: cell.effect.comparison.difference.estimate, "difference", CHANGE),
    _against(lambda cell: cell.effect.comparison.difference.interval.low, "low 95 %", CHANGE),
    _against(lambda cell: cell.effect.comparison.difference.interval.high, "high 95 %", CHANGE),
    _against(lambda cell: cell.effect.adjusted_p, "p (adjusted)", P_VALUE),
    column("effect", lambda row: row.effect, tinted=True),
    _cost(lambda cost: round(cost.prompt_tokens), "prompt tokens"),
    _cost(lambda cost: cost.seconds, "seconds an answer", "0.0"),
)


def arms_table(report: Report) -> OutputTable[ArmRow]:
    """Return a row for every finished run of one condition that needs no more words; none for fewer than three.

    The columns of the comparison are left out unless every run is compared with the same one.
    """
    olds = {cell.old for cell in report.overall_comparisons}
    compared = {cell.new: cell for cell in report.overall_comparisons} if len(olds) == 1 else {}
    rows = [
        ArmRow(run, run.cells[-1], compared.get(run.name), baseline=run.name in olds)
        for run in report.runs
        if _is_plain(run)
    ]
    table = OutputTable("arms", ARMS, rows if len(rows) >= _FEWEST else [])
    return table if compared else table.without("difference", "low 95 %", "high 95 %", "p (adjusted)", "effect")


def _is_plain(run: RunReport) -> bool:
    """Tell whether a run's headline would say no more than its rate."""
    single = len(run.conditions) == 1 and run.conditions[0] is not Condition.WITHHELD
    return single and run.finished and not run.audit and not run.uses
