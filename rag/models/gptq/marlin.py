"""Speed up Marlin layers: merge layers of the same input, and multiply single rows with our own kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from rag.models.gptq.single_row import SingleRowLinear, load_single, supports


def merge_marlin(linears: Sequence[Any]) -> tuple[Any, ...]:
    """Merge Marlin layers of the same input (a `MergeLinears`); return other layers unchanged."""
    if type(linears[0]).__name__ != "MarlinLinear":
        return tuple(linears)
    launch = load_single()
    return tuple(
        SingleRowLinear(linear, launch) if launch is not None and supports(linear) else linear
        for linear in _concatenated(linears)
    )


def _concatenated(linears: Sequence[Any]) -> tuple[Any, ...]:
    """Concatenate Marlin layers of the same input, if they read it in the same order.

    Marlin stores tiles of 64 columns one after another, so the columns of several matrices can be concatenated.
    """
    first, *others = linears
    same_order = all(torch.equal(first.g_idx_sort_indices, other.g_idx_sort_indices) for other in others)
    tiled = all(
        linear.out_features % 64 == 0 and getattr(linear, "_marlin_tile_padding", 0) is None for linear in linears
    )
    if not (others and same_order and tiled):
        return tuple(linears)
    for name in ("qweight", "scales"):
        merged = torch.cat([getattr(linear, name).data for linear in linears], dim=1)
        for linear in linears:
            getattr(linear, name).data = merged.new_empty(0)
        getattr(first, name).data = merged
    first.out_features = sum(linear.out_features for linear in linears)
    return (first,)
