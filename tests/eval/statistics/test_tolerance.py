"""A change is read off its interval: outcomes exclude one another, and more data never contradicts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.statistics.paired import PairedOutcome, compare
from eval.statistics.tolerance import judge_change


def _cell(fixed: int, broken: int, same: int):
    outcomes = [(False, True)] * fixed + [(True, False)] * broken + [(True, True)] * same
    return compare([PairedOutcome(number, *outcome) for number, outcome in enumerate(outcomes)])


@pytest.mark.parametrize(
    ("cell", "max_drop", "min_gain", "change"),
    [
        (_cell(12, 0, 88), 0.0, 0.0, "better"),
        (_cell(12, 0, 88), 0.0, 0.2, "no worse"),
        (_cell(0, 12, 88), 0.0, 0.0, "worse"),
        (_cell(0, 12, 88), 0.25, 0.0, "no worse"),
        (_cell(1, 1, 198), 0.05, 0.0, "no worse"),
        (_cell(1, 1, 18), 0.05, 0.0, "undecided"),
        (_cell(0, 0, 200), 0.03, 0.0, "no worse"),
        (_cell(0, 0, 200), 0.0, 0.0, "undecided"),
        (compare([]), 1.0, 0.0, "undecided"),
    ],
)
def test_outcome(cell, max_drop: float, min_gain: float, change: str) -> None:
    assert judge_change(cell, max_drop, min_gain) == change


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40), st.floats(0, 1), st.floats(0, 1))
def test_wider_tolerance_never_turns_an_accepted_change_down(
    fixed: int, broken: int, same: int, drop: float, more: float
) -> None:
    cell = _cell(fixed, broken, same)
    order = ["worse", "undecided", "no worse", "better"]
    narrow, wide = judge_change(cell, min(drop, more)), judge_change(cell, max(drop, more))
    assert order.index(wide) >= order.index(narrow)
    if narrow == "better":
        assert cell.difference.interval.low > 0
    if wide == "worse":
        assert cell.difference.interval.high < 0


@pytest.mark.parametrize(("drop", "gain"), [(-0.1, 0), (1.1, 0), (0, 2)])
def test_shares_are_checked(drop: float, gain: float) -> None:
    with pytest.raises(ValueError, match="a share, 0 to 1"):
        judge_change(_cell(1, 0, 1), drop, gain)
