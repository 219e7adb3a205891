"""Compare runs on the same questions: each question, language and condition that both answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from eval.dataset.conditions import Condition
from eval.runs.description import RunIdentity
from eval.statistics.paired import PairedOutcome, compare
from eval.statistics.verdicts import Effect, verdicts
from rag.records import Language

Place = tuple[str, str]
"""A type and a language; `all` is the sum."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """The key of an answer: a question in one language under one condition."""

    number: str
    language: Language
    condition: Condition


@dataclass(frozen=True, slots=True)
class RunResults:
    """The results of a run by type and language: whether each answer was right, None if it is missing."""

    name: str
    identity: RunIdentity
    finished: bool
    conditions: tuple[Condition, ...]
    places: Mapping[Place, Mapping[AnswerKey, bool | None]]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The comparison of run `new` with run `old`, the baseline, for one condition, type and language.

    The comparisons over everything, of all compared runs under every condition, are tested first (Holm), then all other
    cells. `old_condition` is another where each run has a single one. `missing` counts answers that either run lacks.
    """

    old: str
    new: str
    old_condition: Condition
    condition: Condition
    kind: str
    language: str
    effect: Effect
    missing: int


def compare_runs(results: Sequence[RunResults], baseline: str | None = None) -> tuple[RunComparison, ...]:
    """Compare runs of the same set with different settings, on the questions that both have.

    Each is compared with the run `baseline`; without one, every two are.
    """
    base = [run for run in results if run.name == baseline]
    pairs = [(old, new) for old in base for new in results if new is not old] if base else combinations(results, 2)
    cells = [cell for old, new in pairs if _comparable(old, new, named=bool(base)) for cell in _cells(old, new)]
    last = {(cell.old, cell.new, cell.condition): at for at, cell in enumerate(cells)}  # the sum stands last
    unfinished = [at for at, cell in enumerate(cells) if not cell.finished]
    effects = verdicts([compare(cell.pairs) for cell in cells], last.values(), unfinished)
    return tuple(
        RunComparison(cell.old, cell.new, cell.old_condition, cell.condition, *cell.place, effect, cell.missing)
        for cell, effect in zip(cells, effects, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    old: str
    new: str
    old_condition: Condition
    condition: Condition
    place: Place
    pairs: tuple[PairedOutcome, ...]
    missing: int
    finished: bool


def _comparable(old: RunResults, new: RunResults, *, named: bool) -> bool:
    """Return whether two runs are of one set and are not the same; arms may differ in what no identity has."""
    differ = (old.identity, old.conditions) != (new.identity, new.conditions)
    return (named or differ) and old.identity.dataset_sha256 == new.identity.dataset_sha256


def _cells(old: RunResults, new: RunResults) -> Iterator[_Cell]:
    for pair in _conditions(old, new):
        for place in old.places:
            before, after = (
                {(key.number, key.language): right for key, right in run.places.get(place, {}).items()
                 if key.condition is condition}
                for run, condition in zip((old, new), pair, strict=True)
            )  # fmt: skip
            shared = [key for key in before if key in after]
            pairs = tuple(PairedOutcome(key[0], bool(before[key]), bool(after[key])) for key in shared)
            missing = sum((before[key] is None) + (after[key] is None) for key in shared)
            if pairs:
                yield _Cell(old.name, new.name, *pair, place, pairs, missing, old.finished and new.finished)


def _conditions(old: RunResults, new: RunResults) -> list[tuple[Condition, Condition]]:
    """Return the conditions to compare: those that both have, or the single one of each; not withheld."""
    pairs = [(condition, condition) for condition in Condition if {condition} <= {*old.conditions} & {*new.conditions}]
    if not pairs and len(old.conditions) == len(new.conditions) == 1:
        pairs = [(old.conditions[0], new.conditions[0])]
    return [pair for pair in pairs if Condition.WITHHELD not in pair]


def run_names(folders: Sequence[Path]) -> list[str]:
    """Return names for the folders, with as many parents as tell them apart; repeated folders are numbered.

    `a/run` and `b/run` are "a/run" and "b/run".
    """
    parts = [folder.resolve().parts for folder in folders]
    names = []
    for own in parts:
        depth = next(
            (deep for deep in range(1, len(own)) if all(own[-deep:] != it[-deep:] for it in parts if it != own)),
            len(own),
        )
        names.append("/".join(own[-depth:]))
    return [
        name if names.count(name) == 1 else f"{name} ({names[: at + 1].count(name)})" for at, name in enumerate(names)
    ]
