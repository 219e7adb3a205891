"""The static key/value cache: one block of memory per layer, in which each sequence has a contiguous run of slots."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Extent:
    """`length` slots of the cache from `start` on, for the tokens of one sequence."""

    start: int
    length: int


class KeyValueCache:
    """Keys and values of `capacity` tokens: tensors of shape [layers, 1 + capacity, heads, head size].

    Slot 0 belongs to no sequence: padding is written there and never read.
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
        """Reserve the first free run of `length` slots; None if there is none at present."""
        for index, free in enumerate(self._free):
            if free.length >= length:
                remainder = Extent(free.start + length, free.length - length)
                self._free[index : index + 1] = [remainder] if remainder.length else []
                return Extent(free.start, length)
        return None

    def free(self, extent: Extent) -> None:
        """Free a run and merge it with its free neighbours."""
        joined: list[Extent] = []
        for free in sorted([*self._free, extent], key=lambda extent: extent.start):
            if joined and joined[-1].start + joined[-1].length == free.start:
                joined[-1] = Extent(joined[-1].start, joined[-1].length + free.length)
            else:
                joined.append(free)
        self._free = joined

    def write(self, layer: int, slots: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Write keys and values, [tokens, heads, head size] each, to `slots`, [tokens]."""
        self.keys[layer].index_copy_(0, slots, keys)
        self.values[layer].index_copy_(0, slots, values)
