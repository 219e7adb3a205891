"""A fixed sample of a verification set, in proportion to its kinds of question."""

from __future__ import annotations

from collections.abc import Sequence

from eval.dataset.load import Dataset, Item


def stratified_sample(dataset: Dataset, size: int) -> tuple[Item, ...]:
    """`size` items, the same every time: each stratum (type, language of the evidence) in proportion, evenly spaced.

    Evenly and not the first ones, because sets are often written from the easy to the hard. Seats go by largest
    remainder, ties to the earlier stratum. A size beyond the set gives the whole set.
    """
    strata: dict[tuple[str, str], list[Item]] = {}
    for item in dataset.items:
        strata.setdefault((item.kind, item.evidence_language), []).append(item)
    shares = {
        stratum: len(items) * min(size, len(dataset.items)) / len(dataset.items) for stratum, items in strata.items()
    }
    seats = {stratum: int(share) for stratum, share in shares.items()}
    by_remainder = sorted(shares, key=lambda stratum: seats[stratum] - shares[stratum])
    for stratum in by_remainder[: min(size, len(dataset.items)) - sum(seats.values())]:
        seats[stratum] += 1
    chosen = {item.number for stratum, items in strata.items() for item in _spaced(items, seats[stratum])}
    return tuple(item for item in dataset.items if item.number in chosen)


def _spaced(items: Sequence[Item], count: int) -> list[Item]:
    """`count` items, each from the middle of one of as many equal stretches."""
    return [items[(2 * seat + 1) * len(items) // (2 * count)] for seat in range(count)]
