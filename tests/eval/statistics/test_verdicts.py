"""Verdicts on the comparisons of a table: direction, Holm's adjustment, and the gate of the headline."""

from __future__ import annotations

import gc
import itertools
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped, unused-ignore]

from eval.statistics.paired import compare
from eval.statistics.verdicts import gated, holm, verdict, verdicts
from tests.eval.pairs import cell


@pytest.mark.parametrize(
    ("fixed", "broken", "direction"),
    [
        (9, 0, "helps"),
        (13, 4, "helps"),
        (14, 5, "undecided"),
        (5, 14, "undecided"),
        (0, 9, "hurts"),
        (5, 5, "undecided"),
        (0, 0, "undecided"),
    ],
)
def test_verdict_at_a_hundred_questions(fixed: int, broken: int, direction: str) -> None:
    found = compare(cell(36, fixed, broken, 100))
    assert (found.baseline.correct, found.treatment.correct) == (36, 36 + fixed - broken)
    assert verdict(found, found.p).direction == direction
    assert verdict(found, found.p, finished=False).direction == "unfinished"


def test_verdicts_adjust_over_the_table_and_skip_empty_cells() -> None:
    table = [compare(cell(36, 9, 0, 100)), compare([]), compare(cell(36, 14, 5, 100)), compare(cell(36, 10, 2, 100))]
    effects = verdicts(table)
    adjusted = holm([table[0].p, table[2].p, table[3].p])
    assert [effect.adjusted_p for effect in effects] == [adjusted[0], 1.0, adjusted[1], adjusted[2]]
    assert [effect.direction for effect in effects] == ["helps", "undecided", "undecided", "undecided"]
    assert table[3].p < 0.05 < effects[3].adjusted_p
    assert verdicts([]) == []
    assert verdicts(table[1:2], [0])[0].direction == "undecided", "an empty headline"


def test_the_headline_keeps_its_full_level_and_gates_the_cells() -> None:
    cells = [compare(cell(36, 6, 1, 50)), compare(cell(36, 6, 1, 50)), compare(cell(36, 12, 2, 100))]
    effects = verdicts(cells, [2])
    assert cells[2].p == pytest.approx(0.01294, abs=1e-5)
    assert [effect.direction for effect in effects] == ["undecided", "undecided", "helps"]
    assert effects[2].adjusted_p == cells[2].p
    strong, weak = compare(cell(36, 9, 0, 100)), compare(cell(36, 14, 5, 100))
    assert [effect.direction for effect in verdicts([strong, strong, weak], [2])] == ["undecided"] * 3
    assert [effect.direction for effect in verdicts([weak, strong, strong], [2])] == ["undecided", "helps", "helps"]


def test_a_table_with_an_unfinished_cell_has_no_verdict_on_it() -> None:
    strong = compare(cell(36, 9, 0, 100))
    assert [effect.direction for effect in verdicts([strong, strong], [1], unfinished=[0])] == ["unfinished", "helps"]


p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@given(p_lists, st.data())
def test_the_gate_is_holm_in_each_stage_and_never_below_an_earlier_one(p_values: list[float], data) -> None:
    headlines = data.draw(st.sets(st.integers(0, len(p_values) - 1)))
    adjusted = gated(p_values, headlines)
    cells = [at for at in range(len(p_values)) if at not in headlines]
    assert [adjusted[at] for at in sorted(headlines)] == holm([p_values[at] for at in sorted(headlines)])
    gate = max((adjusted[at] for at in headlines), default=0.0)
    within = holm([p_values[at] for at in cells])
    assert [adjusted[at] for at in cells] == [max(gate, p) for p in within]
    assert gated(p_values, set()) == holm(p_values)
    assert len(p_values) > 1 or gated(p_values, {0}) == p_values


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.integers(1, 2), st.floats(0.001, 0.2))
def test_the_gate_rejects_only_what_the_closed_test_rejects(p_values: list[float], arms: int, alpha: float) -> None:
    """A closed test controls the family-wise error: reject where every intersection that holds the hypothesis is."""
    everything = range(len(p_values))
    headlines = set(range(arms))

    def rejected(hypotheses: tuple[int, ...]) -> bool:
        tested = [at for at in hypotheses if at in headlines] or hypotheses
        return min(p_values[at] for at in tested) * len(tested) <= alpha

    adjusted = gated(p_values, headlines)
    for at in everything:
        sets = [
            chosen for size in everything for chosen in itertools.combinations(everything, size + 1) if at in chosen
        ]
        if adjusted[at] <= alpha:
            assert all(rejected(chosen) for chosen in sets)


def test_holm_agrees_with_statsmodels_and_keeps_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # statsmodels does at every call: seconds once much is in memory
    generator = np.random.default_rng(4)
    assert holm([]) == []
    assert holm([0.04, 0.01]) == pytest.approx([0.04, 0.02])
    for size in range(1, 40):
        scale = generator.choice([1.0, 0.02, 0.0], size)
        p_values = [*(generator.random(size) * scale).tolist(), 0.01, 0.01, 1.0]
        assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]), abs=1e-12)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_holm_refuses_what_is_no_p_value(p: float) -> None:
    with pytest.raises(ValueError, match="p values"):
        holm([0.5, p])


def test_verdict_refuses_an_adjusted_p_below_the_raw_one() -> None:
    with pytest.raises(ValueError, match=r"adjusted_p=0\.01"):
        verdict(compare(cell(36, 14, 5, 100)), 0.01)


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        compare([]).p = 0.0  # type: ignore[misc]
