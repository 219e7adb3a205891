"""Family-wise error and power of the gate (`eval.statistics.verdicts.gated`), beside Holm over all cells.

Run with `python -m tests.benchmarks.gate_error [SIMULATIONS]` (default 4000, standard error 0.34 points; minutes). An
experiment has the cells of a report: two types, one or two languages, and all sums; an arm is one such experiment
against the same baseline. With the stated correlation the second language repeats the first's outcome, and an arm
repeats the first arm's. A truth says the effect of each arm and cell: none; everywhere; or in one type only, so that
the headline has an effect and half of the cells have none. An error is a verdict on a cell without effect.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from functools import cache

import numpy as np

from eval.statistics.paired import mcnemar, sign_flip_test
from eval.statistics.verdicts import gated, holm

QUESTIONS = (15, 50, 100, 200)
CORRELATIONS = (0.0, 0.5, 1.0)
ARMS = (1, 2, 5)
BROKEN, FIXED = 0.05, 0.25  # of a pair: without effect both are 0.15
TRUTHS = ("none", "everywhere", "one type", "one type in every other arm")
Cell = tuple[np.ndarray, bool]  # net changes of the cell's questions, one column a language; whether it has an effect


def cells(arm: int, truth: str, changes: np.ndarray, kinds: np.ndarray) -> Iterator[Cell]:
    """Every type and language with its sums, the headline last; `changes` has shape (questions, languages)."""
    languages = range(changes.shape[1])
    with_sum = [[language] for language in languages] + ([list(languages)] if len(languages) > 1 else [])
    for kind, chosen in itertools.product((0, 1, None), with_sum):
        rows = slice(None) if kind is None else kinds == kind
        hit = affected(arm, truth)
        yield changes[rows][:, chosen], bool(hit) if kind is None else kind in hit


def affected(arm: int, truth: str) -> set[int]:
    """The types on which an arm has an effect."""
    if truth == "none" or (truth.endswith("arm") and arm % 2):
        return set()
    return {0, 1} if truth == "everywhere" else {0}


def p_of(changes: np.ndarray) -> float:
    """The p of the exact test that kotae uses on this cell."""
    nets = changes.sum(axis=1)
    return exact_p(changes.shape[1], *(int((nets == net).sum()) for net in (-2, -1, 1, 2)))


@cache
def exact_p(languages: int, *counts: int) -> float:
    """The p of so many questions with a net change of -2, -1, 1 and 2."""
    if languages == 1:
        return mcnemar(counts[2], counts[1])
    return sign_flip_test([net for net, count in zip((-2, -1, 1, 2), counts, strict=True) for _ in range(count)])


def experiment(
    questions: int, languages: int, correlation: float, arms: int, truth: str, generator: np.random.Generator
) -> Iterator[list[Cell]]:
    """The cells of every arm of one experiment."""
    kinds = np.arange(questions) % 2
    shared = generator.random((questions, 1, 1)), generator.random((questions, languages, arms))
    kept = generator.random((questions, languages, arms)) < correlation
    uniform = np.where(kept, shared[0], shared[1])
    for arm in range(arms):
        effect = np.isin(kinds, list(affected(arm, truth)))[:, None]
        fixed, broken = np.where(effect, FIXED, 0.15), np.where(effect, BROKEN, 0.15)
        draw = uniform[:, :, arm]
        yield list(cells(arm, truth, (draw < fixed).astype(int) - (draw > 1 - broken).astype(int), kinds))


def main(simulations: int) -> None:
    """Print a row for each truth, number of languages and of arms: worst over questions and correlations."""
    generator = np.random.default_rng(20_230_817)
    print(f"{simulations} simulations a cell; worst error over questions {QUESTIONS} and correlations {CORRELATIONS}\n")
    print("| effect | languages | arms | error, gate | error, Holm over all | headline decided at 50, gate | Holm |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for truth, languages, arms in itertools.product(TRUTHS, (1, 2), ARMS):
        if truth.endswith("arm") and arms == 1:
            continue
        errors, power = [], []
        for questions, correlation in itertools.product(QUESTIONS, CORRELATIONS):
            outcomes = np.mean(
                [
                    one_outcome(list(experiment(questions, languages, correlation, arms, truth, generator)))
                    for _ in range(simulations)
                ],
                axis=0,
            )
            errors.append(outcomes[:2])
            power += [outcomes[2:]] if (questions, correlation) == (50, 0.5) else []
        worst, decided = np.max(errors, axis=0), power[0]
        print(f"| {truth} | {languages} | {arms} | {worst[0]:.3f} | {worst[1]:.3f} | {decided[0]:.3f} "
              f"| {decided[1]:.3f} |", flush=True)  # fmt: skip


def one_outcome(arms: list[list[Cell]]) -> tuple[float, ...]:
    """Whether gate and Holm err, and the share of headlines that each decides."""
    p_values = [p_of(nets) for arm in arms for nets, _ in arm]
    effects = np.array([effect for arm in arms for _, effect in arm])
    headlines = np.cumsum([len(arm) for arm in arms]) - 1
    decided = [np.array(adjusted) <= 0.05 for adjusted in (gated(p_values, set(headlines.tolist())), holm(p_values))]
    wrong = [float((row & ~effects).any()) for row in decided]
    return (*wrong, *(float(row[headlines].mean()) for row in decided))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
