"""Slots of the cache, allocated and freed."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.models.batch.kv_cache import Extent, KeyValueCache


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=40))
def test_slots_are_never_allocated_twice(steps: list[tuple[bool, int]]) -> None:
    kv_cache = KeyValueCache(1, 30, 1, 1, torch.float32, torch.device("cpu"))
    held: list[Extent] = []
    for allocate, length in steps:
        if allocate:
            extent = kv_cache.allocate(length)
            if extent is not None:
                held.append(extent)
        elif held:
            kv_cache.free(held.pop(length % len(held)))
        slots = [slot for extent in held for slot in range(extent.start, extent.start + extent.length)]
        assert len(set(slots)) == len(slots)
        assert all(1 <= slot <= 30 for slot in slots)
    for extent in held:
        kv_cache.free(extent)
    assert kv_cache.allocate(30) == Extent(1, 30)
