"""The static key/value cache: one block of memory for every layer, of which each sequence has a run of places."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Extent:
    """`length` places of the cache from `start` on, for the tokens of one sequence."""

    start: int
    length: int


class KeyValueCache:
    """Keys and values of `places` tokens: tensors of shape [layers, 1 + capacity, heads, head size].

    Place 0 belongs to no sequence: what padding writes goes there and is never read.
    """

    def __init__(
        self, layers: int, capacity: int, heads: int, head_size: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        shape = (layers, 1 + capacity, heads, head_size)
        self.capacity = capacity
        self.keys = torch.zeros(shape, dtype=dtype, device=device)
        self.values = torch.zeros(shape, dtype=dtype, device=device)
        self._free = [Extent(1, capacity)]

    def allocate(self, length: int) -> Extent | None:
        """The first free run of `length` places; None where there is none at present."""
        for at, free in enumerate(self._free):
            if free.length >= length:
                rest = Extent(free.start + length, free.length - length)
                self._free[at : at + 1] = [rest] if rest.length else []
                return Extent(free.start, length)
        return None

    def free(self, extent: Extent) -> None:
        """Free a run, and join it with its free neighbours."""
        joined: list[Extent] = []
        for free in sorted([*self._free, extent], key=lambda one: one.start):
            if joined and joined[-1].start + joined[-1].length == free.start:
                joined[-1] = Extent(joined[-1].start, joined[-1].length + free.length)
            else:
                joined.append(free)
        self._free = joined

    def write(self, layer: int, slots: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Put keys and values, [tokens, heads, head size] each, into the places `slots`, [tokens]."""
        self.keys[layer].index_copy_(0, slots, keys)
        self.values[layer].index_copy_(0, slots, values)
