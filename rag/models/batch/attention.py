"""Attention over the static cache, for every architecture that uses transformers' attention interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention

from rag.models.batch.kv_cache import KeyValueCache

NAME = "kotae"


@dataclass(frozen=True, slots=True)
class AttentionMask:
    """The cache slots to which the tokens of one forward pass are written, and the slots they attend to.

    `slots`, [rows * queries], are indices of the cache. In a decode step, with one query per row, `starts` and
    `lengths`, [rows], give the slots that a row attends to (its new token included), `longest` at most. Without them
    the pass is a prefill: each row attends causally to its own tokens of this pass.
    """

    kv_cache: KeyValueCache
    slots: torch.Tensor
    starts: torch.Tensor | None = None
    lengths: torch.Tensor | None = None
    longest: int = 0


def register() -> None:
    """Register `attend` with transformers under NAME. A model set to it gets no mask tensor."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, attend)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None = None,  # noqa: ARG001
    *,
    scaling: float,
    kv_mask: AttentionMask,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Write keys and values, [rows, heads, queries, head size], into the cache and attend.

    Returns [rows, queries, heads, head size].
    """
    layer = int(module.layer_idx)  # type: ignore[arg-type]
    kv_mask.kv_cache.write(layer, kv_mask.slots, key.transpose(1, 2).flatten(0, 1), value.transpose(1, 2).flatten(0, 1))
    grouped = query.shape[1] != key.shape[1]
    if kv_mask.starts is None or kv_mask.lengths is None:
        mask = _window_mask(query.shape[2], sliding_window, query.device)
        out = scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None, scale=scaling, enable_gqa=grouped
        )
        return out.transpose(1, 2), None
    if query.is_cuda:
        from rag.models.batch.fused import attend_decode

        keys, values = kv_mask.kv_cache.keys[layer], kv_mask.kv_cache.values[layer]
        queries = query[:, :, 0]
        out = attend_decode(queries, keys, values, kv_mask.starts, kv_mask.lengths, scaling, sliding_window)
        return out[:, None], None
    positions = torch.arange(kv_mask.longest, device=query.device)
    visible = positions < kv_mask.lengths[:, None]
    if sliding_window is not None:
        visible &= positions >= kv_mask.lengths[:, None] - sliding_window
    index = (kv_mask.starts[:, None] + positions) * visible
    keys, values = (cache[layer][index].transpose(1, 2) for cache in (kv_mask.kv_cache.keys, kv_mask.kv_cache.values))
    out = scaled_dot_product_attention(
        query, keys, values, attn_mask=visible[:, None, None], scale=scaling, enable_gqa=grouped
    )
    return out.transpose(1, 2), None


def _window_mask(queries: int, window: int | None, device: torch.device) -> torch.Tensor | None:
    """Return the mask of a sliding window, [queries, queries]; None if plain causal attention is the same."""
    if window is None or queries <= window:
        return None
    positions = torch.arange(queries, device=device)
    distance = positions[:, None] - positions
    return (distance >= 0) & (distance < window)
