"""A paired comparison that may stop at any question: the sign-flip test over questions, its level spent on the way.

Under the null hypothesis the two arms of a question can be swapped (see `eval.statistics.paired.sign_flip_test`), so
that, given the sizes of the net changes in the order they come, their signs are fair coins. The probability that the
sum of net changes has left a boundary is then known exactly, question by question; the boundary is set so that after a
share t of the planned questions at most alpha(t) of it was used (Lan & DeMets 1983, Biometrika 70:659; exact for
discrete data, Stallard & Todd 2000, Stat. Med. 19:3113). It depends on what was seen alone, so the error of a verdict
is at most alpha wherever the run stops, whatever the dependence of the languages of a question. It holds for the
planned number of questions: more cannot be added afterwards. Error, power and savings:
tests/benchmarks/sequential_error.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import ALPHA

SequentialState = Literal["open", "helps", "hurts", "futile", "undecided"]
SHAPE: Final = 2.0
"""The level spent after a share t of the questions is alpha t**SHAPE (Kim & DeMets 1987, Biometrika 74:149)."""
HOPELESS: Final = 0.02
"""Predictive probability of a verdict below which going on is called futile."""
LEAST: Final = 10
"""Questions before which nothing is called futile."""


@dataclass(frozen=True, slots=True)
class SequentialOutcome:
    """Where a sequential comparison ended: its state, after how many of the planned questions, and the net change."""

    state: SequentialState
    asked: int
    planned: int
    net_change: int


class SequentialTest:
    """The test of up to `planned` questions; `add` each net change in turn until it is not open any more."""

    def __init__(self, planned: int, alpha: float = ALPHA, shape: float = SHAPE, hopeless: float = HOPELESS) -> None:
        if planned < 1 or not 0 < alpha < 1:
            raise ValueError(
                f"planned={planned}, alpha={alpha}: need at least one question, and a level between 0 and 1"
            )
        self._planned, self._alpha, self._shape, self._hopeless = planned, alpha, shape, hopeless
        self._mass: NDArray[np.float64] = np.ones(1)  # null probability of each sum, as long as it left no boundary
        self._spent = 0.0
        self._asked = self._sum = self._squares = 0
        self._state: SequentialState = "open"

    @property
    def outcome(self) -> SequentialOutcome:
        """The state so far."""
        return SequentialOutcome(self._state, self._asked, self._planned, self._sum)

    def add(self, net_change: int) -> SequentialState:
        """Take the net change of the next question (fixed less broken in its languages), and return the state.

        `helps` and `hurts` are verdicts; `futile` says that a verdict is improbable, `undecided` that all questions
        were asked without one. Raises ValueError after the end.
        """
        if self._state != "open":
            raise ValueError(f"the test has ended: {self.outcome}")
        self._asked += 1
        self._sum += net_change
        self._squares += net_change**2
        size = abs(net_change)
        if size:
            wider: NDArray[np.float64] = np.zeros(len(self._mass) + 2 * size)
            wider[: len(self._mass)] += self._mass / 2
            wider[2 * size :] += self._mass / 2
            self._mass = wider
        if abs(self._sum) >= self._boundary():
            self._state = "helps" if self._sum > 0 else "hurts"
        elif self._asked == self._planned:
            self._state = "undecided"
        elif self._asked >= LEAST and self.predicted() < self._hopeless:
            self._state = "futile"
        return self._state

    def _boundary(self) -> float:
        """Return the least sum, in size, that the level allows to reject now, and take its probability out."""
        budget = self._alpha * (self._asked / self._planned) ** self._shape - self._spent
        reach = len(self._mass) // 2  # the sums are -reach .. reach
        tails = np.cumsum(self._mass[:reach] + self._mass[: -reach - 1 : -1])  # of |sum| >= reach, reach - 1, ...
        outside = int(np.searchsorted(tails, budget * (1 + 1e-12), side="right"))
        if not outside:
            return float("inf")
        self._spent += float(tails[outside - 1])
        self._mass[:outside] = self._mass[len(self._mass) - outside :] = 0.0
        return reach - outside + 1

    def predicted(self) -> float:
        """Return the predictive probability that all planned questions would give a verdict.

        It is normal, with a flat prior on the mean (predictive power; Spiegelhalter, Freedman & Blackburn 1986,
        Control. Clin. Trials 7:8). It decides when to give up only, so that an error in it costs no level.
        """
        left = self._planned - self._asked
        squares = (self._squares + 1) / (self._asked + 1)  # mean squared change, as if one more question had changed
        least = -special.ndtri(self._alpha / 2) * np.sqrt(squares * self._planned)
        mean = self._sum + left * self._sum / self._asked
        deviation = np.sqrt(max(squares - (self._sum / self._asked) ** 2, 1e-9) * left * (1 + left / self._asked))
        return float(special.ndtr((mean - least) / deviation) + special.ndtr((-least - mean) / deviation))
