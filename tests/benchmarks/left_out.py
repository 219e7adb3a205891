"""Choose the constants of retrieval on all sets but one, and see what that one gets: leave one set out.

Run with `python -m tests.benchmarks.left_out DATA CACHE`; DATA holds the third-party sets, CACHE keeps vectors.

A set counts by the mean of its directions' MRR@10, the sets by the mean of theirs. Of all settings that are not worse
than the best by more than a standard error of the difference (questions of a set that are the same in another language
or direction are drawn together), the simplest is taken, then the one nearest to today's.
"""

from __future__ import annotations

import copy
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import numpy as np

from eval.statistics.mean_difference import mean_difference
from rag.encoders.embeddings import open_encoder
from rag.lexical.search import COVERAGE_POWER, GRAM_WEIGHT
from rag.lexical.terms import grams
from rag.retrieval.cross_language import NEAR
from rag.retrieval.retriever import LANGUAGE_PRIOR_HITS, LANGUAGE_PRIOR_WEIGHT, LEXICAL_WEIGHT
from rag.text.words import words
from tests.benchmarks.retrieval_sets import Direction, directions
from tests.benchmarks.vector_cache import VectorCache


@dataclass(frozen=True, slots=True)
class Setting:
    """The constants of retrieval.

    `across` multiplies the lexical scores of the other language's chunks; `coverage` is the power of the share of the
    question's words that the best chunk has, by which lexical margins are multiplied; `hubs` is how much of a chunk's
    cosine with its language's centroid is taken off.
    """

    weight: float = LEXICAL_WEIGHT
    gram_weight: float = GRAM_WEIGHT
    prior: float = LANGUAGE_PRIOR_WEIGHT
    near: float | None = NEAR
    dictionary: bool = True
    coverage: int = COVERAGE_POWER
    hubs: float = 0.0
    centred: bool = True
    across: float = 1.0

    @property
    def parts(self) -> int:
        """How many parts it has that can be left out."""
        return sum(map(bool, (self.gram_weight, self.prior, self.near, self.dictionary, self.coverage, self.hubs)))

    def __str__(self) -> str:
        changed = [
            f"{part.name} {getattr(self, part.name)}"
            for part in fields(self)
            if getattr(self, part.name) != part.default
        ]
        return ", ".join(changed) or "today's"


TODAY = Setting()
GRID = [
    *(
        Setting(weight, gram_weight, prior, near, coverage=coverage)
        for weight, gram_weight, prior, near, coverage in itertools.product(
            (0.006, 0.008, 0.01, 0.012), (0.0, 0.3), (0.0, 0.5), (None, 0.4), (0, 1, 2)
        )
    ),
    *(
        Setting(prior=prior, near=near, dictionary=False, coverage=coverage)
        for prior, near, coverage in itertools.product((0.0, 0.5), (None, 0.4), (0, 1, 2))
    ),
    *(Setting(weight, coverage=coverage, hubs=0.25) for weight in (0.008, 0.01) for coverage in (0, 1, 2)),
    *(Setting(weight) for weight in (0.0, 0.004, 0.02)),
    *(Setting(prior=prior) for prior in (0.25, 0.75, 0.9)),
    *(Setting(near=near) for near in (0.2, 0.3, 0.5)),
    *(Setting(across=across) for across in (0.5, 1.5, 2.0, 3.0)),
    Setting(gram_weight=0.6),
    Setting(centred=False),
]


class _NoDictionary:
    def english(self, form: str) -> Mapping[str, float]:
        return {}

    def japanese(self, word: str) -> Mapping[str, float]:
        return {}


class Parts:
    """What the scores of a direction are made of."""

    def __init__(self, direction: Direction) -> None:
        """Take a direction."""
        self.direction, self.matrix = direction, direction.matrix
        self.own, self.pieces = self.matrix.own(words), self.matrix.own(grams)
        self.both_languages = len(set(self.matrix.languages)) > 1
        same = self.matrix.languages[None] == self.matrix.asked_in[:, None]
        self.same, self.crosses = bool(same.any()), not same.all()

    @cached_property
    def translated(self) -> np.ndarray:
        """Lexical scores across languages."""
        return self.matrix.across

    @cached_property
    def spelled(self) -> np.ndarray:
        """The same without the dictionary: by names, loans and numbers."""
        plain = copy.copy(self.matrix)
        vars(plain).pop("across", None)
        with patch("rag.lexical.search.open_dictionary", _NoDictionary):
            return plain.across

    def scores(self, setting: Setting) -> np.ndarray:
        """The scores of all chunks by a setting."""
        m = self.matrix
        across = (self.translated if setting.dictionary else self.spelled) if self.crosses else 0.0
        lexical = self.own + setting.gram_weight * self.pieces + setting.across * across
        dense = m.centred(m.dense) if setting.centred else m.dense
        both = dense + setting.weight * m.coverage**setting.coverage * m.lead(lexical)
        both -= setting.hubs * m.centrality
        if not self.both_languages:
            return both
        level = (1 - setting.prior) * both + setting.prior * m.lead(both, LANGUAGE_PRIOR_HITS)
        return level if setting.near is None else level + m.gain(level, setting.near)

    def relevant(self, setting: Setting) -> tuple[object, ...]:
        """What of a setting changes anything here."""
        lexical = (
            setting.weight,
            setting.gram_weight,
            setting.hubs,
            *((setting.dictionary, setting.across) * self.crosses),
        )
        lexical += (setting.coverage,) * self.same
        return (*lexical, *((setting.prior, setting.near, setting.centred) * self.both_languages))


Ranks = dict[object, list[np.ndarray]]
"""The ranks of every direction's questions, by setting."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The ranks that any settings gave, and how much each question counts in its set."""

    directions: Sequence[Direction]
    ranks: Ranks

    @property
    def groups(self) -> list[str]:
        """The sets, each once."""
        return list(dict.fromkeys(direction.group for direction in self.directions))

    def rows(self, group: str) -> list[int]:
        """The numbers of a set's directions."""
        return [n for n, direction in enumerate(self.directions) if direction.group == group]

    def value(self, setting: object, group: str) -> float:
        """The mean of a set's directions' MRR@10."""
        return float(np.mean([reciprocal(self.ranks[setting][n]).mean() for n in self.rows(group)]))

    def objective(self, setting: object, groups: Sequence[str]) -> float:
        """The mean of some sets."""
        return float(np.mean([self.value(setting, group) for group in groups]))

    def error(self, setting: object, other: object, groups: Sequence[str]) -> float:
        """The standard error of the difference of two settings' objectives."""
        variance = 0.0
        for group in groups:
            sums: dict[str, float] = defaultdict(float)
            rows = self.rows(group)
            for n in rows:
                change = reciprocal(self.ranks[setting][n]) - reciprocal(self.ranks[other][n])
                for unit, value in zip(self.units(n), change, strict=True):
                    sums[unit] += value / len(change) / len(rows)
            values = np.asarray(list(sums.values()))
            variance += float(len(values) * values.var()) / len(groups) ** 2
        return variance**0.5

    def units(self, n: int) -> list[str]:
        """What each question of a direction is drawn with."""
        gold = self.directions[n].gold
        queries = [query for query in self.directions[n].matrix.queries if gold is None or gold in query.evidence]
        return [query.unit or query.number for query in queries]

    def best(self, settings: Sequence[object], groups: Sequence[str]) -> object:
        """The setting that is best on some sets."""
        return max(settings, key=lambda setting: self.objective(setting, groups))

    def within_noise(self, settings: Sequence[object], groups: Sequence[str]) -> list[object]:
        """The settings that are not worse than the best by more than a standard error, best first."""
        best = self.best(settings, groups)
        highest = self.objective(best, groups)
        kept = [s for s in settings if highest - self.objective(s, groups) <= self.error(s, best, groups)]
        return sorted(kept, key=lambda setting: -self.objective(setting, groups))


def reciprocal(ranks: np.ndarray) -> np.ndarray:
    """Reciprocal ranks, 0 beyond 10."""
    return np.where(ranks <= 10, 1 / ranks, 0.0)


def figures(ranks: np.ndarray) -> str:
    """hit@1 / hit@5 / MRR@10."""
    return f"{(ranks <= 1).mean():.3f} / {(ranks <= 5).mean():.3f} / {reciprocal(ranks).mean():.3f}"


def simplest(trial: Trial, settings: Sequence[Setting], groups: Sequence[str]) -> Setting:
    """The simplest setting within the noise, of these the one nearest to today's."""
    kept = [setting for setting in trial.within_noise(settings, groups) if isinstance(setting, Setting)]
    return min(kept, key=lambda s: (s.parts, sum(getattr(s, f.name) != f.default for f in fields(s))))


def print_left_out(trial: Trial, settings: Sequence[Setting]) -> None:
    """What each set gets by what was chosen without it, beside tuning on it."""
    print("\n| left out | by | setting | " + "MRR@10 of the set |\n| --- | --- | --- | --- |")
    best: dict[str, object] = {}
    chosen: dict[str, Setting] = {}
    for group in trial.groups:
        others = [other for other in trial.groups if other != group]
        best[group] = trial.best(settings, others)
        chosen[group] = simplest(trial, settings, others)
        for by, setting in (
            ("today's", TODAY),
            ("best of the others", best[group]),
            ("simplest within noise of the others", chosen[group]),
            ("tuned on it", trial.best(settings, [group])),
        ):
            print(f"| {group} | {by} | {setting} | {trial.value(setting, group):.4f} |")
    arms = {group: {"best of the other sets": best[group], "simplest of them": chosen[group]} for group in trial.groups}
    print_directions(trial, TODAY, arms)


def print_directions(trial: Trial, base: object, arms: Mapping[str, Mapping[str, object]]) -> None:
    """Every direction's figures, and the differences from `base` of the settings of its set, with intervals."""
    print("\n| direction | n | setting | hit@1 / hit@5 / MRR@10 | hit@1, difference | hit@5, difference |")
    print("| --- | --- | --- | --- | --- | --- |")
    for n, direction in enumerate(trial.directions):
        old = trial.ranks[base][n]
        print(f"| {direction.name} | {len(old)} | {base} | {figures(old)} | | |")
        for name, setting in arms[direction.group].items():
            new = trial.ranks[setting][n]
            changes = []
            for k in (1, 5):
                pairs = [(old <= k).astype(float).tolist(), (new <= k).astype(float).tolist()]
                change = mean_difference(*pairs, trial.units(n))
                interval = f"{change.interval.low:+.3f} to {change.interval.high:+.3f}"
                changes.append(f"{change.estimate:+.3f} ({interval})")
            print(f"| {direction.name} | {len(new)} | {name} | {figures(new)} | {' | '.join(changes)} |", flush=True)


def ranked(parts: Sequence[Parts], settings: Iterator[Setting] | Sequence[Setting]) -> Ranks:
    """The ranks by every setting; what changes nothing in a direction is not computed again."""
    known: dict[tuple[object, ...], np.ndarray] = {}
    found: Ranks = {}
    for setting in dict.fromkeys(settings):
        found[setting] = []
        for n, part in enumerate(parts):
            key = (n, *part.relevant(setting))
            if key not in known:
                known[key] = part.matrix.ranks(part.scores(setting), part.direction.gold)
            found[setting].append(known[key])
    return found


def main(data: Path, cache: Path) -> None:
    """Print the tables."""
    vectors = VectorCache(open_encoder("bundled"), cache)
    every = list(directions(data, vectors))
    parts = [Parts(direction) for direction in every]
    trial = Trial(every, ranked(parts, [TODAY, *GRID]))
    print("| setting, one constant changed | " + " | ".join(trial.groups) + " | mean |")
    print("| --- " * (len(trial.groups) + 2) + "|")
    for setting in trial.ranks:
        if isinstance(setting, Setting) and sum(getattr(setting, f.name) != f.default for f in fields(setting)) <= 1:
            values = [trial.value(setting, group) for group in trial.groups]
            print(f"| {setting} | " + " | ".join(f"{value:.4f}" for value in [*values, float(np.mean(values))]) + " |")
    print_left_out(trial, [TODAY, *GRID])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
