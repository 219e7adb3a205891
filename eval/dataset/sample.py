"""A fixed stratified sample of a verification set."""

from __future__ import annotations

from collections.abc import Sequence

from eval.dataset.items import Item


def stratified_sample(items: Sequence[Item], size: int) -> tuple[Item, ...]:
    """Return `size` items, the same every time, in proportion to the strata (type, language of the evidence).

    Items of a stratum are evenly spaced, because sets often go from easy to hard. Seats are assigned by largest
    remainder, ties to the earlier stratum. A size beyond the set gives the whole set.
    """
    strata: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        strata.setdefault((item.kind, item.evidence_language), []).append(item)
    shares = {stratum: len(members) * min(size, len(items)) / len(items) for stratum, members in strata.items()}
    seats = {stratum: int(share) for stratum, share in shares.items()}
    by_remainder = sorted(shares, key=lambda stratum: seats[stratum] - shares[stratum])
    for stratum in by_remainder[: min(size, len(items)) - sum(seats.values())]:
        seats[stratum] += 1
    chosen = {item.number for stratum, members in strata.items() for item in _spaced(members, seats[stratum])}
    return tuple(item for item in items if item.number in chosen)


def _spaced(items: Sequence[Item], count: int) -> list[Item]:
    """Return `count` items, each from the middle of one of `count` equal stretches."""
    return [items[(2 * seat + 1) * len(items) // (2 * count)] for seat in range(count)]
