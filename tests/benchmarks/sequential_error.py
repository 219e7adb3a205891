"""Error, agreement and savings of `--until-decided` (`eval.statistics.sequential`), beside an e-process.

Run with `python -m tests.benchmarks.sequential_error [SIMULATIONS]` (default 1000, standard error of .05: 0.7 points).
The second language of a question repeats the first with the probability .5 (without effect also 0 and 1; the worst is
printed). Each run is also finished: "full" is the share of full runs with a verdict by the exact test for a fixed
number of questions, "agrees" the share of runs whose verdict (helps, hurts or undecided) is that of the full run.

The e-process is the mixture over a grid of the likelihood ratios exp(l x) / cosh(l x) of symmetric changes x, with
l = -1.6 to 1.6, rejecting at 20 (Ramdas, Gruenwald, Vovk & Shafer 2023, Stat. Sci. 38:576): it needs no planned number
of questions, and asks all of them where it does not reject.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

import numpy as np

from eval.statistics.paired import ALPHA, sign_flip_test
from eval.statistics.sequential import SequentialTest

GRID = np.array([sign * size for size in (0.2, 0.4, 0.8, 1.6) for sign in (-1, 1)])
TRUTHS = {"none": (0.1, 0.1), "none, many change": (0.2, 0.2), "10 points": (0.2, 0.1), "20 points": (0.25, 0.05),
          "20 points, more change": (0.3, 0.1), "30 points": (0.36, 0.06)}  # fmt: skip


@cache
def full_verdict(*counts: int) -> int:
    """The verdict of a run of all questions, -1 to 1, from the number of net changes of -2, -1, 1 and 2."""
    nets = [net for net, count in zip((-2, -1, 1, 2), counts, strict=True) for _ in range(count)]
    return int(np.sign(sum(nets))) if sign_flip_test(nets) <= ALPHA else 0


@dataclass
class Ended:
    """A verdict, -1 to 1, and how many questions it took."""

    verdict: int
    asked: int


def spent(nets: list[int]) -> Ended:
    """The end of a run by the test of kotae."""
    test = SequentialTest(len(nets))
    for net in nets:
        if test.add(net) != "open":
            break
    outcome = test.outcome
    return Ended({"helps": 1, "hurts": -1}.get(outcome.state, 0), outcome.asked)


def e_process(nets: list[int]) -> Ended:
    """The end of a run by the e-process."""
    steps = np.multiply.outer(np.array(nets, dtype=float), GRID)
    wealth = np.exp(np.cumsum(steps - np.log(np.cosh(steps)), axis=0)).mean(axis=1)
    crossed = np.flatnonzero(wealth >= 1 / ALPHA)
    if not len(crossed):
        return Ended(0, len(nets))
    at = int(crossed[0])
    return Ended(int(np.sign(sum(nets[: at + 1]))), at + 1)


def changes(
    questions: int, languages: int, truth: str, correlation: float, generator: np.random.Generator
) -> list[int]:
    """The net change of each question."""
    fixed, broken = TRUTHS[truth]
    draws = generator.random((2, questions))
    outcome = (draws < fixed).astype(int) - (draws > 1 - broken).astype(int)
    second = np.where(generator.random(questions) < correlation, outcome[0], outcome[1])
    nets: list[int] = (outcome[0] + (second if languages == 2 else 0)).tolist()
    return nets


def main(simulations: int) -> None:
    """Print a row for each truth, number of questions and of languages."""
    print(f"{simulations} simulations a cell\n")
    print(
        "| effect | questions | languages | verdicts | full | agrees | asked | e-process: verdicts | agrees | asked |"
    )
    print("| " + "--- | " * 10)
    for truth in TRUTHS:
        for questions in (50, 100, 200):
            for languages in (1, 2):
                correlations = (0.0, 0.5, 1.0) if truth.startswith("none") and languages == 2 else (0.5,)
                rows = [cell(questions, languages, truth, at, simulations) for at in correlations]
                worst = max(rows, key=lambda row: row[0])
                shares = " | ".join(f"{share:.3f}" for share in worst)
                print(f"| {truth} | {questions} | {languages} | {shares} |", flush=True)


def cell(questions: int, languages: int, truth: str, correlation: float, simulations: int) -> list[float]:
    """The shares of one row."""
    generator = np.random.default_rng([questions, languages, int(10 * correlation), [*TRUTHS].index(truth)])
    sums = np.zeros(7)
    for _ in range(simulations):
        nets = changes(questions, languages, truth, correlation, generator)
        full = full_verdict(*(nets.count(net) for net in (-2, -1, 1, 2)))
        own, other = spent(nets), e_process(nets)
        sums += [
            own.verdict != 0, full != 0, own.verdict == full, own.asked / questions,
            other.verdict != 0, other.verdict == full, other.asked / questions,
        ]  # fmt: skip
    return [float(share) for share in sums / simulations]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
