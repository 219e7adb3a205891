"""Seats go to strata in proportion, with a least number; none gives more than it has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eval.audit.sample import LEAST, allocate


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 300), min_size=1, max_size=5), st.integers(1, 80))
def test_every_stratum_and_the_whole_sample(strata: dict[str, int], sample: int) -> None:
    seats = allocate(strata, sample)
    total = min(sample, sum(strata.values()))
    assert all(min(size, LEAST, total) <= seats[name] <= size for name, size in strata.items())
    assert total <= sum(seats.values()) <= max(total, LEAST * len(strata))


def test_large_strata_are_in_proportion() -> None:
    assert allocate({"a": 300, "b": 100}, 40) == {"a": 30, "b": 10}
