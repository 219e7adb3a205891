"""Places of the cache, taken and given back."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.models.batch.kv_cache import Extent, KeyValueCache


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=40))
def test_places_are_never_given_twice(steps: list[tuple[bool, int]]) -> None:
    kv_cache = KeyValueCache(1, 30, 1, 1, torch.float32, torch.device("cpu"))
    held: list[Extent] = []
    for take, length in steps:
        if take:
            extent = kv_cache.allocate(length)
            if extent is not None:
                held.append(extent)
        elif held:
            kv_cache.free(held.pop(length % len(held)))
        places = [place for one in held for place in range(one.start, one.start + one.length)]
        assert len(set(places)) == len(places)
        assert all(1 <= place <= 30 for place in places)
    for extent in held:
        kv_cache.free(extent)
    assert kv_cache.allocate(30) == Extent(1, 30)
