"""Ranking measures for one relevant document per question, with bootstrap intervals, and a table of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.statistics.paired import LEVEL, Interval

CUTOFFS = (1, 3, 5, 10)
DEPTH = 10
RESAMPLES = 2000
SEED = 20_230_817
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions (0 to 1) and its percentile bootstrap interval, questions resampled."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Figures:
    """Recall by cutoff, MRR and nDCG over `questions`, up to the depth of the ranking.

    Recall at k is the share of questions whose document is among the first k. MRR is the mean of 1/rank, with 0 for a
    document that was not retrieved. nDCG has binary gains and one relevant document: 1/log2(rank + 1) (Järvelin &
    Kekäläinen 2002).
    """

    questions: int
    recall: Mapping[int, Figure]
    mrr: Figure
    ndcg: Figure


def cutoffs(depth: int) -> tuple[int, ...]:
    """Return the ranks at which recall is reported for rankings of `depth` documents."""
    return tuple(sorted({*(cutoff for cutoff in CUTOFFS if cutoff < depth), depth}))


def figures(ranks: Sequence[int | None], depth: int = DEPTH) -> Figures:
    """Return the figures of these ranks, counted from 1; None is a document that was not retrieved."""
    if not ranks:
        raise ValueError("There is no rank")
    capped = np.asarray([np.inf if rank is None or rank > depth else rank for rank in ranks])
    values = [*(capped <= cutoff for cutoff in cutoffs(depth)), 1 / capped, 1 / np.log2(capped + 1)]
    *recall, mrr, ndcg = _means(np.stack(values, axis=1).astype(np.float64))
    return Figures(len(ranks), dict(zip(cutoffs(depth), recall, strict=True)), mrr, ndcg)


def _means(values: NDArray[np.float64]) -> list[Figure]:
    """Return the mean of each column of `values`, shape (questions, figures), with its interval."""
    count = len(values)
    generator = np.random.default_rng(SEED)
    equal = np.full(count, 1 / count)
    drawn = [generator.multinomial(count, equal, size=_AT_ONCE) @ values for _ in range(RESAMPLES // _AT_ONCE)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(np.concatenate(drawn) / count, [tail, 1 - tail], axis=0)
    return [
        Figure(float(mean), Interval(float(lower), float(upper), LEVEL, "percentile bootstrap over questions"))
        for mean, lower, upper in zip(values.mean(axis=0), low, high, strict=True)
    ]


def figures_table(rows: Iterable[tuple[str, str, Figures]], depth: int = DEPTH) -> str:
    """Format rows of (languages, retriever, figures) as a table, with the 95 % interval below each figure."""
    names = [*(f"R@{cutoff}" for cutoff in cutoffs(depth)), f"MRR@{depth}", f"nDCG@{depth}"]
    lines = [f"{'languages':<16}{'leg':<9}{'n':>6}" + "".join(f"{name:>12}" for name in names)]
    for languages, leg, measured in rows:
        columns = [*measured.recall.values(), measured.mrr, measured.ndcg]
        lines.append(f"{languages:<16}{leg:<9}{measured.questions:>6}" + "".join(f"{f.value:>12.3f}" for f in columns))
        spans = (f"{f.interval.low:.3f}-{f.interval.high:.3f}" for f in columns)
        lines.append(" " * 31 + "".join(f"{span:>12}" for span in spans))
    return "\n".join(lines)
