"""Simulated coverage of the interval of `eval.statistics.paired.paired_difference`, and false alarms of the two tests.

Run with `python -m tests.benchmarks.bootstrap_coverage [SIMULATIONS]` (default 4000: standard error 0.35 points,
some minutes).
Each question has two languages; with the stated correlation the second repeats the first's outcome, else it is drawn
anew, so the correlation of their changes is that number. `plain` is the percentile bootstrap without pseudo-questions.
"False alarm": share of simulations without effect with p <= 0.05, by exact McNemar on the pairs as if they were
independent and by the sign-flip test over questions that kotae uses.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache

import numpy as np

from eval.statistics.paired import Interval, PairedOutcome, mcnemar, paired_difference, sign_flip_test

QUESTIONS = (15, 50, 100)
CORRELATIONS = (0.0, 0.5, 0.9)
EFFECTS = ((0.02, 0.02), (0.05, 0.00), (0.10, 0.10), (0.14, 0.05), (0.30, 0.02))  # P(fixed), P(broken) of a pair

Table = tuple[tuple[tuple[int, int], int], ...]  # ((change in ja, change in en), number of questions), sorted


def simulate(questions: int, fixed: float, broken: float, correlation: float, generator: np.random.Generator) -> Table:
    """One experiment, as the number of questions with each combination of changes (1 fixed, -1 broken, 0 the same)."""
    chances = [broken, 1 - fixed - broken, fixed]
    first, anew = (generator.choice([-1, 0, 1], size=questions, p=chances) for _ in range(2))
    second = np.where(generator.random(questions) < correlation, first, anew)
    return tuple(sorted(Counter(zip(first.tolist(), second.tolist(), strict=True)).items()))


@cache
def interval(net_changes: tuple[int, ...], pseudo_questions: int) -> Interval:
    """The interval that kotae would report; only each question's net change matters, so experiments share results."""
    pairs = [
        PairedOutcome(question, baseline=change < 0, treatment=change > 0)
        for question, net in enumerate(net_changes)
        for change in (round(net / 2 + net % 2 / 2), round(net / 2 - net % 2 / 2))
    ]
    return paired_difference(pairs, pseudo_questions=pseudo_questions).interval


@cache
def p_values(table: Table) -> tuple[float, float]:
    """McNemar over pairs, sign-flip over questions."""
    pairs = [change for changes, count in table for change in changes * count]
    return mcnemar(pairs.count(1), pairs.count(-1)), sign_flip_test([sum(both) for both, n in table for _ in range(n)])


def coverage(tables: list[Table], truth: float, pseudo_questions: int) -> tuple[float, float]:
    """Share of intervals that hold the true difference, and their mean width in points."""
    found = [
        interval(tuple(sorted(sum(both) for both, count in table for _ in range(count))), pseudo_questions)
        for table in tables
    ]
    covered = np.mean([one.low - 1e-9 <= truth <= one.high + 1e-9 for one in found])
    return float(covered), float(100 * np.mean([one.high - one.low for one in found]))


def main(simulations: int) -> None:
    """Print one row for each effect, correlation and number of questions."""
    generator = np.random.default_rng(20_230_817)
    print(f"Coverage of the 95 % interval, {simulations} simulations a row, two languages a question\n")
    print("| fixed, broken | correlation | questions | coverage | width | plain coverage | plain width | false alarm |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    overall: dict[int, list[float]] = {questions: [] for questions in QUESTIONS}
    for fixed, broken in EFFECTS:
        for correlation in CORRELATIONS:
            for questions in QUESTIONS:
                tables = [simulate(questions, fixed, broken, correlation, generator) for _ in range(simulations)]
                kept, width = coverage(tables, fixed - broken, 2)
                plain, plain_width = coverage(tables, fixed - broken, 0)
                alarms = ""
                if fixed == broken:
                    rates = np.mean([[p <= 0.05 for p in p_values(table)] for table in tables], axis=0)
                    alarms = f"McNemar {rates[0]:.3f}, sign-flip {rates[1]:.3f}"
                overall[questions].append(kept)
                print(
                    f"| {fixed:.2f}, {broken:.2f} | {correlation} | {questions} | {kept:.3f} | {width:.1f} "
                    f"| {plain:.3f} | {plain_width:.1f} | {alarms} |",
                    flush=True,
                )
    for questions, shares in overall.items():
        print(f"\n{questions} questions: coverage {min(shares):.3f} to {max(shares):.3f}, mean {np.mean(shares):.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
