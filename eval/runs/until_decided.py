"""Ask questions in a random, stratified order, a few at a time, until the comparison is decided or cannot be any more.

The verdict is on `rag` against `no_rag` by `eval.statistics.sequential`; the ladder grades each answer as it comes.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from eval.dataset.conditions import Condition
from eval.dataset.items import Dataset, Item
from eval.runs.answer_log import AnswerLog
from eval.runs.description import Scope, SequentialPlan
from eval.runs.graded import graded_answers, paired
from eval.statistics.sequential import SequentialTest
from rag.errors import SettingsError

SEED: Final = 20_261_130
COMPARED: Final = (Condition.NO_RAG, Condition.RAG)
BLOCK: Final = 5
"""Questions that are asked before the answers are looked at, question by question: enough to notice a lost server."""
Ask = Callable[[Sequence[Item]], None]


def sequential_plan(items: Sequence[Item], conditions: Sequence[Condition], repeats: int) -> SequentialPlan:
    """Return the order in which to ask. Raises SettingsError where there is nothing to decide between, or repeats."""
    if not {*COMPARED} <= {*conditions}:
        raise SettingsError(
            "--until-decided compares no_rag with rag, but --conditions does not have both", do="Omit --conditions."
        )
    if repeats > 1:
        raise SettingsError("--until-decided and --repeats cannot be combined", do="Use one of them.")
    return SequentialPlan(stratified_order(items))


def stratified_order(items: Sequence[Item]) -> tuple[str, ...]:
    """Return the numbers of questions in a random order in which each stratum is spread evenly; always the same."""
    generator = random.Random(SEED)  # noqa: S311
    strata: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        strata[item.kind, item.evidence_language].append(item)
    places: dict[str, float] = {}
    for members in strata.values():
        generator.shuffle(members)
        places |= {item.number: (rank + generator.random()) / len(members) for rank, item in enumerate(members)}
    return tuple(sorted(places, key=lambda number: places[number]))


def ask_until_decided(scope: Scope, plan: SequentialPlan, dataset: Dataset, log: AnswerLog, ask: Ask) -> Scope:
    """Ask with `ask` until the test has ended, and return the scope of what was asked, with the outcome."""
    by_number = {item.number: item for item in scope.items(dataset)}
    test, asked = SequentialTest(len(plan.order)), 0
    while test.outcome.state == "open":
        block = [by_number[number] for number in plan.order[asked : asked + BLOCK]]
        ask(block)
        asked += len(block)
        for item in block:
            if test.outcome.state == "open":
                test.add(_net_change(item, replace(scope, numbers=(item.number,)), dataset, log))
    numbers = frozenset(plan.order[:asked])
    kept = tuple(number for number in scope.numbers if number in numbers)
    return replace(scope, numbers=kept, sequential=replace(plan, outcome=test.outcome))


def _net_change(item: Item, scope: Scope, dataset: Dataset, log: AnswerLog) -> int:
    """Return how many languages of a question retrieval fixed, less those that it broke."""
    answers = graded_answers(replace(dataset, items=(item,)), scope, log)
    return sum(with_.verdict.correct - without.verdict.correct for without, with_ in paired(answers, *COMPARED))
