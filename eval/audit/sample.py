"""Draw the answers that people judge: a stratified random sample over arms and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST: Final = 5
"""Answers of each stratum that are judged at least, where it has as many."""


def allocate(strata: Mapping[str, int], sample: int) -> dict[str, int]:
    """Return how many answers of each stratum are judged: in proportion to its size, and at least `LEAST`.

    The sum is `sample`, more where the least numbers need it, and no stratum gives more than it has.

    >>> allocate({"right": 60, "wrong": 20}, 40), allocate({"right": 98, "wrong": 2}, 20)
    ({'right': 30, 'wrong': 10}, {'right': 18, 'wrong': 2})
    """
    total = sum(strata.values())
    sample = min(sample, total)
    seats = {name: min(size, LEAST, sample) for name, size in strata.items()}
    while sum(seats.values()) < sample:
        # the stratum that is furthest behind its share gets the next seat
        open_strata = [name for name, size in strata.items() if seats[name] < size]
        behind = max(open_strata, key=lambda name: strata[name] / (seats[name] + 0.5))
        seats[behind] += 1
    return seats
