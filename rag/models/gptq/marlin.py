"""Marlin layers that read the same input, made quicker: several as one, and single rows by a kernel of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from rag.models.gptq.single_row import SingleRowLinear, load_single, supports


def merge_marlin(linears: Sequence[Any]) -> tuple[Any, ...]:
    """A `MergeLinears` for layers of any kind: those that are not Marlin's stay as they are."""
    if type(linears[0]).__name__ != "MarlinLinear":
        return tuple(linears)
    launch = load_single()
    return tuple(
        SingleRowLinear(one, launch) if launch is not None and supports(one) else one for one in _joined(linears)
    )


def _joined(linears: Sequence[Any]) -> tuple[Any, ...]:
    """Marlin layers of the same input as one, where they have it in the same order.

    Marlin keeps tiles of 64 columns side by side, so that the columns of several matrices can be put in a row.
    """
    first, *others = linears
    same_order = all(torch.equal(first.g_idx_sort_indices, one.g_idx_sort_indices) for one in others)
    tiled = all(one.out_features % 64 == 0 and getattr(one, "_marlin_tile_padding", 0) is None for one in linears)
    if not (others and same_order and tiled):
        return tuple(linears)
    for name in ("qweight", "scales"):
        joined = torch.cat([getattr(one, name).data for one in linears], dim=1)
        for one in linears:
            getattr(one, name).data = joined.new_empty(0)
        getattr(first, name).data = joined
    first.out_features = sum(one.out_features for one in linears)
    return (first,)
