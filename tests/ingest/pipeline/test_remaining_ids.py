"""A compact set of ids behaves as a set."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np

from ingest.pipeline.remaining_ids import RemainingIds


def test_it_is_a_set_that_gets_smaller() -> None:
    dice = random.Random(1)
    ids = [f"{dice.getrandbits(128):032x}" for _ in range(300)]
    left, same = RemainingIds([np.array(ids[:200], dtype="S32"), np.array(ids[150:], dtype="S32")]), set(ids)
    for one in [*ids[::3], "f" * 32, "0" * 32, "x"]:
        left.discard(one)
        same.discard(one)
    assert left.ids() == sorted(same)
    assert [one in left for one in ids] == [one in same for one in ids]
    assert "0" * 32 not in left


def test_nothing_is_left_of_nothing() -> None:
    left = RemainingIds([])
    left.discard("a" * 32)
    assert left.ids() == []
    assert "a" * 32 not in left


def test_an_id_takes_few_bytes() -> None:
    pages = [
        np.array([f"{n:032x}" for n in range(start, start + 10_000)], dtype="S32")
        for start in range(0, 100_000, 10_000)
    ]
    tracemalloc.start()
    left = RemainingIds(pages)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert "0" * 32 in left
    assert size < 40 * 100_000
