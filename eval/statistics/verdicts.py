"""Verdicts on the comparisons of one table: the headline is tested first, and the cells below it only if it holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.statistics.paired import ALPHA, Comparison

Direction = Literal["helps", "hurts", "undecided", "unfinished"]


@dataclass(frozen=True)
class Effect:
    """Verdict on a comparison; `unfinished`, whatever the figures, where answers are still missing."""

    comparison: Comparison
    direction: Direction
    adjusted_p: float
    alpha: float


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values and keep their order (Holm 1979, Scand. J. Statist. 6:65): [0.04, 0.01] gives [0.04, 0.02]."""
    if not all(0.0 <= p <= 1.0 for p in p_values):
        raise ValueError(f"p values {list(p_values)}: each must lie between 0 and 1")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def gated(p_values: Sequence[float], headlines: Collection[int]) -> list[float]:
    """Adjust p values, those at the positions `headlines` first; the others, the cells, only count once these hold.

    Headlines, one for each arm, are adjusted by Holm among themselves: a single one keeps its full level. Cells are
    adjusted by Holm among themselves, and none is below the largest adjusted headline. This serial gate keeps the
    family-wise error whichever hypotheses are true (Maurer, Hothorn & Lehmacher 1995; Westfall & Krishen 2001, J. Stat.
    Plan. Inference 99:25), as a cell can only be rejected where all headlines are. Without headlines it is Holm's
    method over all. `gated([0.02, 0.01, 0.03], {0})` is [0.02, 0.02, 0.03].
    """
    cells = [position for position in range(len(p_values)) if position not in headlines]
    adjusted = [0.0] * len(p_values)
    gate = 0.0
    for positions in (sorted(headlines), cells):
        for position, p in zip(positions, holm([p_values[position] for position in positions]), strict=True):
            adjusted[position] = max(p, gate)
        gate = max((adjusted[position] for position in positions), default=0.0)
    return adjusted


def verdict(comparison: Comparison, adjusted_p: float, alpha: float = ALPHA, *, finished: bool = True) -> Effect:
    """Return helps or hurts if `adjusted_p` <= `alpha`, else undecided; `verdicts` adjusts a whole table."""
    if not 0.0 < alpha < 1.0 or not comparison.p - 1e-9 <= adjusted_p <= 1.0:
        raise ValueError(f"adjusted_p={adjusted_p}, alpha={alpha}: need {comparison.p} (p) to 1, and 0 < alpha < 1")
    net = comparison.fixed - comparison.broken
    direction: Direction = "undecided"
    if not finished:
        direction = "unfinished"
    elif net and adjusted_p <= alpha:
        direction = "helps" if net > 0 else "hurts"
    return Effect(comparison, direction, adjusted_p, alpha)


def verdicts(
    comparisons: Sequence[Comparison],
    headlines: Collection[int] = (),
    unfinished: Collection[int] = (),
    alpha: float = ALPHA,
) -> list[Effect]:
    """Return the verdicts on all cells of one table, in order; `headlines` and `unfinished` are positions of cells.

    The adjustment skips empty cells.
    """
    tested = [at for at, comparison in enumerate(comparisons) if comparison.n]
    gates = {position for position, at in enumerate(tested) if at in headlines}
    adjusted = dict(zip(tested, gated([comparisons[at].p for at in tested], gates), strict=True))
    return [
        verdict(cell, adjusted.get(at, 1.0), alpha, finished=at not in unfinished)
        for at, cell in enumerate(comparisons)
    ]
