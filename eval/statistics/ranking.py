"""Ranking measures for questions with one relevant document or several, with bootstrap intervals, and their table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from eval.statistics.paired import LEVEL, Interval
from rag.messages import Message
from rag.records import Language
from rag.text.columns import in_columns

CUTOFFS = (1, 3, 5, 10)
DEPTH = 10
RESAMPLES = 2000
SEED = 20_230_817
_AT_ONCE = 100
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions (0 to 1) and its percentile bootstrap interval.

    Questions are resampled; those with one `unit`, such as the languages of a question, stay together. Where they are
    all alike, a bootstrap knows no error: the interval is Wilson's then, with as many answers as there are units.
    """

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Found:
    """The ranks (from 1, ascending) at which the relevant documents of a question were found, of how many there are.

    Questions of one `unit` are not independent of one another; None is a unit of its own.
    """

    ranks: tuple[int, ...]
    relevant: int = 1
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Hit rate and recall by cutoff, MRR and nDCG over `questions`, up to the depth of the ranking.

    Hit at k is the share of questions with a relevant document among the first k; recall at k the mean share of a
    question's relevant documents that are among the first k. With one relevant document they are the same. MRR is the
    mean of 1/rank of the first, with 0 where none was found. nDCG has binary gains: the sum of 1/log2(rank + 1) over
    the relevant documents found, divided by that of the ideal ranking (Järvelin & Kekäläinen 2002, TOIS 20:422).
    """

    questions: int
    hit: Mapping[int, Figure]
    recall: Mapping[int, Figure]
    mrr: Figure
    ndcg: Figure


def cutoffs(depth: int) -> tuple[int, ...]:
    """Return the ranks at which recall is reported for rankings of `depth` documents."""
    return tuple(sorted({*(cutoff for cutoff in CUTOFFS if cutoff < depth), depth}))


def figures(found: Sequence[Found], depth: int = DEPTH) -> Figures:
    """Return the figures of these questions; ranks beyond `depth` do not count."""
    if not found:
        raise ValueError("There is no rank")
    values = np.array([list(measures(question, depth).values()) for question in found], dtype=np.float64)
    means = _means(values, [question.unit for question in found])
    at = cutoffs(depth)
    hit, recall = (dict(zip(at, means[start:], strict=False)) for start in (0, len(at)))
    return Figures(len(found), hit, recall, means[-2], means[-1])


def measures(question: Found, depth: int) -> dict[str, float]:
    """Return what one question contributes to each figure, by its name: hit@1, ..., recall@1, ..., MRR@10, nDCG@10."""
    ranks = [rank for rank in question.ranks if rank <= depth]
    counts = {cutoff: sum(rank <= cutoff for rank in ranks) for cutoff in cutoffs(depth)}
    gain = sum(1 / math.log2(rank + 1) for rank in ranks)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(question.relevant, depth) + 1))
    return {
        **{f"hit@{cutoff}": float(count > 0) for cutoff, count in counts.items()},
        **{f"recall@{cutoff}": count / question.relevant for cutoff, count in counts.items()},
        f"MRR@{depth}": 1 / ranks[0] if ranks else 0.0,
        f"nDCG@{depth}": gain / ideal,
    }


def _means(values: NDArray[np.float64], units: Sequence[str | None]) -> list[Figure]:
    """Return the mean of each column of `values`, shape (questions, figures), with its interval."""
    numbers: dict[object, int] = {}
    rows = [numbers.setdefault(place if unit is None else unit, len(numbers)) for place, unit in enumerate(units)]
    sizes = np.bincount(rows).astype(np.float64)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, rows, values)
    generator = np.random.default_rng(SEED)
    equal = np.full(len(sizes), 1 / len(sizes))
    resampled = []
    for _ in range(RESAMPLES // _AT_ONCE):
        drawn = generator.multinomial(len(sizes), equal, size=_AT_ONCE)
        resampled.append(drawn @ sums / (drawn @ sizes)[:, None])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(np.concatenate(resampled), [tail, 1 - tail], axis=0)
    return [
        Figure(float(mean), Interval(float(lower), float(upper), LEVEL, "percentile bootstrap over questions"))
        if upper - lower > _ALIKE
        else Figure(float(mean), _of_alike(float(mean), len(sizes)))
        for mean, lower, upper in zip(values.mean(axis=0), low, high, strict=True)
    ]


def _of_alike(mean: float, units: int) -> Interval:
    """Return Wilson's interval (1927, JASA 22:209) at a mean of so many units."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    centre, scale = mean + z**2 / (2 * units), 1 + z**2 / units
    radius = z * math.sqrt(mean * (1 - mean) / units + z**2 / (4 * units**2))
    low, high = max(0.0, (centre - radius) / scale), min(1.0, (centre + radius) / scale)
    return Interval(low, high, LEVEL, "Wilson, as all questions are alike")


def figures_table(rows: Iterable[tuple[str, str, Figures]], depth: int = DEPTH, language: Language = "en") -> str:
    """Format rows of (languages, retriever, figures) as a table, with the 95 % interval below each figure.

    Recall has columns only where it differs from the hit rate, as several documents answer some question.
    """
    rows = list(rows)
    several = any(measured.hit != measured.recall for _, _, measured in rows)
    names = [f"{name}@{cutoff}" for name in ("hit", "recall")[: 1 + several] for cutoff in cutoffs(depth)]
    names += [f"MRR@{depth}", f"nDCG@{depth}"]
    lines: list[list[str]] = [[Message("languages"), Message("retriever"), "n", *names]]
    for languages, leg, measured in rows:
        recall = measured.recall.values() if several else ()
        columns = [*measured.hit.values(), *recall, measured.mrr, measured.ndcg]
        lines.append([languages, leg, f"{measured.questions}", *(f"{figure.value:.3f}" for figure in columns)])
        lines.append(["", "", "", *(f"{figure.interval.low:.3f}-{figure.interval.high:.3f}" for figure in columns)])
    return in_columns(lines, language, right=range(2, len(names) + 3), gap=2)
