"""Coverage of the 95 % interval of a difference (`eval.statistics.difference`), and false alarms of the two tests.

Run with `python -m tests.benchmarks.interval_coverage [SIMULATIONS]` (default 4000, standard error 0.35 points; some
minutes). One language: exact, summed over every table, compared with Tango's score interval with normal tails. Two
languages: simulated; with the stated correlation the second repeats the first's outcome, else it is drawn
independently. "Grid" are the stated effects, "random" as many effects drawn at random. Each row has the least and the
mean coverage.
"False alarm": share of simulations without effect with p <= 0.05, by exact McNemar on the pairs as if they were
independent and by the sign-flip test over questions that kotae uses.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache

import numpy as np
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.difference import net_change_tails
from eval.statistics.paired import mcnemar, sign_flip_test

QUESTIONS = (15, 50, 100, 200)
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
EFFECTS = (
    (0.001, 0.0), (0.005, 0.0), (0.01, 0.0), (0.02, 0.0), (0.03, 0.0), (0.05, 0.0), (0.1, 0.0), (0.02, 0.02),
    (0.05, 0.02), (0.1, 0.1), (0.14, 0.05), (0.3, 0.02), (0.3, 0.3), (0.6, 0.1),
)  # fmt: skip
"""P(fixed), P(broken) of a pair."""
Nets = tuple[tuple[int, int], ...]  # (net change of a question, number of questions), sorted


def random_effects(generator: np.random.Generator) -> list[tuple[float, float]]:
    """Return as many random effects as EFFECTS has, half of them with nothing broken and few fixed."""
    few = [(float(generator.uniform(0, 0.05)), 0.0) for _ in range(len(EFFECTS) // 2)]
    others = [tuple(float(share) for share in generator.dirichlet((1, 1, 2))[:2]) for _ in range(len(EFFECTS) // 2)]
    return [*few, *((fixed, broken) for fixed, broken in others)]


@cache
def covers(nets: Nets, reach: int, truth: float) -> bool:
    """Whether the interval of the mean net change holds the truth; only net changes matter, so experiments share."""
    tails = net_change_tails(dict(nets), reach, truth)
    return min(tails.lower, tails.upper) > 0.025


def tango_covers(fixed: int, broken: int, questions: int, truth: float) -> bool:
    """Whether Tango's (1998) score interval holds the truth: his restricted estimate in closed form, normal tails."""
    second = -fixed - broken + (2 * questions - fixed + broken) * truth
    third = -broken * truth * (1 - truth)
    both = (np.sqrt(second**2 - 8 * questions * third) - second) / (4 * questions)
    variance = questions * (2 * both + truth * (1 - truth))
    return bool(abs(fixed - broken - questions * truth) <= stats.norm.ppf(0.975) * np.sqrt(max(variance, 0.0)) + 1e-9)


def exact_coverage(questions: int, fixed: float, broken: float) -> tuple[float, float]:
    """Coverage for one language, of kotae's interval and of Tango's, summed over tables that can occur."""
    truth, ours, tangos = fixed - broken, 0.0, 0.0
    for changed in range(questions + 1):
        chance = stats.binom.pmf(changed, questions, fixed + broken)
        if chance < 1e-9:
            continue
        for better, share in enumerate(stats.binom.pmf(range(changed + 1), changed, fixed / (fixed + broken))):
            if share < 1e-9:
                continue
            counts = {0: questions - changed, 1: better, -1: changed - better}
            nets = tuple(sorted((net, count) for net, count in counts.items() if count))
            ours += chance * share * covers(nets, 1, truth)
            tangos += chance * share * tango_covers(better, changed - better, questions, truth)
    return ours, tangos


def simulate(
    questions: int, fixed: float, broken: float, correlation: float, times: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Experiments with two languages a question: the changes of each, arrays of shape (times, questions)."""
    chances = [broken, 1 - fixed - broken, fixed]
    first, anew = (generator.choice([-1, 0, 1], size=(times, questions), p=chances) for _ in range(2))
    return [first, np.where(generator.random((times, questions)) < correlation, first, anew)]


def simulated_coverage(changes: list[np.ndarray], truth: float) -> float:
    """Share of intervals that hold the true mean net change of a question."""
    return float(np.mean([covers(tuple(sorted(Counter(nets.tolist()).items())), 2, truth) for nets in sum(changes)]))


def false_alarms(changes: list[np.ndarray]) -> str:
    """Share of p <= 0.05, by McNemar over pairs and by the sign-flip test over questions."""
    pairs = np.concatenate(changes, axis=1)
    apart = [mcnemar(int((row == 1).sum()), int((row == -1).sum())) <= 0.05 for row in pairs]
    together = [sign_flip_test(nets.tolist()) <= 0.05 for nets in sum(changes)]
    return f"McNemar {np.mean(apart):.3f}, sign-flip {np.mean(together):.3f}"


def main(simulations: int) -> None:
    """Print the least and the mean coverage for each number of questions, then the false alarms."""
    generator = np.random.default_rng(20_230_817)
    print(f"Coverage of the 95 % interval; two languages: {simulations} simulations a cell\n")
    print("| questions | languages | effects | cells | least | mean | Tango's score, least |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for questions in QUESTIONS:
        for name, effects in (("grid", EFFECTS), ("random", random_effects(generator))):
            shares = [exact_coverage(questions, *effect) for effect in effects]
            ours, tangos = (tuple(column) for column in zip(*shares, strict=True))
            print(f"| {questions} | 1 | {name} | {len(ours)} | {min(ours):.3f} | {np.mean(ours):.3f} "
                  f"| {min(tangos):.3f} |", flush=True)  # fmt: skip
            cells = [
                simulated_coverage(
                    simulate(questions, fixed, broken, correlation, simulations, generator), 2 * (fixed - broken)
                )
                for fixed, broken in effects
                for correlation in CORRELATIONS
            ]
            print(
                f"| {questions} | 2 | {name} | {len(cells)} | {min(cells):.3f} | {np.mean(cells):.3f} | |", flush=True
            )
    print("\n| questions | correlation | false alarm |\n| --- | --- | --- |")
    for questions in QUESTIONS:
        for correlation in (0.0, 0.5, 0.9):
            changes = simulate(questions, 0.1, 0.1, correlation, simulations, generator)
            print(f"| {questions} | {correlation} | {false_alarms(changes)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
