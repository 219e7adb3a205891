"""Rates and differences of graded answers, corrected by the judgements of people on a sample of them.

This is prediction-powered inference (Angelopoulos et al. 2023, Science 382:669) with a sample stratified by arm and
verdict (Fisch et al. 2024, NeurIPS): the rate of the verdicts plus the mean error of the verdicts in the sample, each
stratum weighted by its answers. With strata by verdict this is the mean of the judgements by stratum, weighted
likewise. Intervals come from proper multiple imputation (Rubin 1987): a stratum's share of right answers is drawn from
its posterior (Jeffreys' prior), the judgements nobody made are drawn from it, and the sampling of the questions is
added, whole questions at a time. A normal interval of the same estimator knows no error in a stratum without any among
its judgements, and covers a little less; coverage: tests/benchmarks/audit_coverage.py. Shares are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.statistics.paired import LEVEL, Interval

METHOD: Final = "prediction-powered, stratified, by imputation"
DRAWS: Final = 2000
SEED: Final = 20_231_109
_JEFFREYS: Final = 0.5


@dataclass(frozen=True, slots=True)
class AuditedAnswer:
    """An answer of an arm to a question; `right` is a person's judgement, None where nobody judged.

    `stratum` is the group the sample was drawn from, by arm and verdict; None for an answer that is wrong without
    anybody looking at it, as it failed or is empty.
    """

    question: str
    arm: str
    verdict: bool
    stratum: str | None
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """A corrected rate or difference with its interval, and what the verdicts alone say."""

    graded: float
    estimate: float
    interval: Interval


class Audit:
    """A population of graded answers, of which some were judged. Raises ValueError for a stratum without judgements."""

    def __init__(self, answers: Sequence[AuditedAnswer], seed: int = SEED) -> None:
        self._answers = answers
        self._generator = np.random.default_rng(seed)
        self._verdicts = np.array([answer.verdict for answer in answers], dtype=np.float64)
        self._means = np.zeros(len(answers))
        self._imputed = np.zeros((DRAWS, len(answers)), dtype=np.float64)
        strata: dict[str, list[int]] = {}
        for at, answer in enumerate(answers):
            if answer.stratum is not None:
                strata.setdefault(answer.stratum, []).append(at)
        for name, members in strata.items():
            self._impute(name, np.array(members))

    def _impute(self, name: str, members: NDArray[np.int64]) -> None:
        judged = [at for at in members if self._answers[at].right is not None]
        if not judged:
            raise ValueError(f"stratum {name!r} has no judgement")
        right = sum(bool(self._answers[at].right) for at in judged)
        self._means[members] = right / len(judged)
        share = self._generator.beta(right + _JEFFREYS, len(judged) - right + _JEFFREYS, (DRAWS, 1))
        self._imputed[:, members] = self._generator.random((DRAWS, len(members))) < share
        self._imputed[:, judged] = [float(bool(self._answers[at].right)) for at in judged]

    def rate(self, arm: str, level: float = LEVEL) -> CorrectedShare:
        """Return the corrected rate of right answers of an arm."""
        return self._share({arm: 1.0}, level)

    def difference(self, baseline: str, treatment: str, level: float = LEVEL) -> CorrectedShare:
        """Return the corrected difference of two arms on the questions that both answered."""
        return self._share({baseline: -1.0, treatment: 1.0}, level)

    def agreement(self, level: float = LEVEL) -> CorrectedShare:
        """Return the share of verdicts on this very set that people agree with; `graded` is that of the sample."""
        known = np.array([answer.stratum is not None for answer in self._answers])
        verdicts = self._verdicts[known]
        agreed = np.where(verdicts > 0, self._means[known], 1 - self._means[known])
        drawn = (self._imputed[:, known] == verdicts).mean(axis=1)
        judged = [answer.right is answer.verdict for answer in self._answers if answer.right is not None]
        return CorrectedShare(
            sum(judged) / len(judged), float(agreed.mean()), self._interval(drawn, agreed.mean(), level)
        )

    def _share(self, signs: dict[str, float], level: float) -> CorrectedShare:
        """Return the sum of the rates of arms, each with its sign."""
        chosen = [at for at, answer in enumerate(self._answers) if answer.arm in signs]
        chosen.sort(key=lambda at: self._answers[at].question)
        sign = np.array([signs[self._answers[at].arm] for at in chosen])
        names = [self._answers[at].question for at in chosen]
        starts = [at for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
        counts = [sum(self._answers[at].arm == arm for at in chosen) for arm in signs]
        if not chosen or len(set(counts)) > 1:
            raise ValueError(f"arms {[*signs]} have {counts} answers: need the same number, and at least one")
        pairs = counts[0]
        graded, means = (float((values[chosen] * sign).sum() / pairs) for values in (self._verdicts, self._means))
        # one column a question: its part of the share, per question
        nets = np.add.reduceat(self._imputed[:, chosen] * sign, starts, axis=1) * len(starts) / pairs
        drawn = _with_sampling(nets, self._generator, low=min(0.0, *signs.values()))
        return CorrectedShare(graded, means, self._interval(drawn, means, level))

    @staticmethod
    def _interval(drawn: NDArray[np.float64], estimate: float, level: float) -> Interval:
        tail = (1 - level) / 2
        low, high = (float(bound) for bound in np.quantile(drawn, [tail, 1 - tail]))
        return Interval(min(low, estimate), max(high, estimate), level, METHOD)


def _with_sampling(nets: NDArray[np.float64], generator: np.random.Generator, low: float) -> NDArray[np.float64]:
    """Return draws of the share in all questions like these: the mean of each draw with a normal error.

    Two questions at each end of the range, from `low` to 1, are added to mean and variance, as of Agresti & Coull
    (1998) for a rate and Agresti & Min (2005) for a difference: a sample of which nothing varies is not certain.
    """
    count = nets.shape[1]
    extra = 2.0 if low == 0 else 1.0
    total = count + 2 * extra
    mean = (nets.sum(axis=1) + extra * (low + 1.0)) / total
    square = ((nets**2).sum(axis=1) + extra * (low**2 + 1.0)) / total
    error = np.sqrt(np.maximum(square - mean**2, 0.0) / total)
    drawn: NDArray[np.float64] = np.clip(mean + error * generator.standard_normal(len(mean)), low, 1.0)
    return drawn
