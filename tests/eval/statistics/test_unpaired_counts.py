"""Counts without their pairing: the bounds are those of a search over every table that they allow."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics.paired import mcnemar
from eval.statistics.unpaired_counts import Counts, pooled


def parts(most: int, several: int) -> st.SearchStrategy[list[Counts]]:
    one = st.integers(0, most).flatmap(lambda n: st.builds(Counts, st.just(n), st.integers(0, n), st.integers(0, n)))
    return st.lists(one, min_size=1, max_size=several)


def tables(one: Counts) -> list[tuple[int, int]]:
    """Every (fixed, broken) that two counts allow."""
    least = max(0, one.baseline + one.treatment - one.total)
    return [(one.treatment - both, one.baseline - both) for both in range(least, min(one.baseline, one.treatment) + 1)]


@settings(max_examples=80)
@given(parts(40, 1) | parts(9, 3))
def test_bounds_equal_the_search_over_all_tables(several: list[Counts]) -> None:
    found = pooled(several)
    sums = {tuple(map(sum, zip(*chosen, strict=True))) for chosen in itertools.product(*map(tables, several))}
    assert found.best_p == pytest.approx(min(mcnemar(*table) for table in sums))
    assert found.worst_p == pytest.approx(max(mcnemar(*table) for table in sums))
    contrary = {table[1] if found.net >= 0 else table[0] for table in sums}
    assert (found.least_contrary, found.possible_contrary) == (min(contrary), max(contrary))
    allowed = [min(table) for table in sums if mcnemar(*table) <= 0.05]
    assert found.allowed_contrary == (max(allowed) if allowed else None)


@pytest.mark.parametrize(
    ("before", "after", "total", "best", "allowed"),
    [(32, 36, 61, 0.125, None), (4, 9, 39, 0.0625, None), (36, 45, 100, 2 / 2**9, 4), (10, 90, 100, 2 / 2**80, 10)],
)
def test_historical_counts(before: int, after: int, total: int, best: float, allowed: int | None) -> None:
    found = pooled([Counts(total, before, after)])
    assert found.best_p == pytest.approx(best)
    assert found.allowed_contrary == allowed


def test_parts_allow_less_than_their_sum() -> None:
    together, alone = pooled([Counts(61, 32, 36), Counts(39, 4, 9)]), pooled([Counts(100, 36, 45)])
    assert (together.possible_contrary, alone.possible_contrary) == (29, 36)
    assert together.worst_p < alone.worst_p
    assert pooled([Counts(10, 2, 6), Counts(10, 5, 3)]).least_contrary == 2


@pytest.mark.parametrize("counts", [(5, 6, 0), (5, 0, 6), (5, -1, 3)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"need 0 <= "):
        Counts(*counts)
