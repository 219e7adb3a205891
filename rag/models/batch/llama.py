"""The forward pass of a Llama on a GPU, with fused kernels and merged projections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn.functional import pad, scaled_dot_product_attention

from rag.models.batch import fused
from rag.models.batch.attention import AttentionMask
from rag.models.batch.blocks import blocked
from rag.models.batch.model_source import MergeLinears


@dataclass(frozen=True, slots=True)
class _Layer:
    qkv: tuple[Any, ...]
    output: tuple[Any, ...]
    gate_up: tuple[Any, ...]
    down: tuple[Any, ...]
    before: torch.Tensor
    between: torch.Tensor


class FusedLlama:
    """Computes the hidden states of a Llama as `model.model(...)` does, in a third of the launches."""

    def __init__(self, model: Any, merge: MergeLinears, block: int | None = None) -> None:
        """Take over the parts of `model`, a LlamaForCausalLM. Its projections are merged, so it can no longer run.

        With `block` the rows of a prefill are filled up to whole blocks, each of which the projections multiply alone,
        and the attention of a step is not split: what a row gets does not depend on the rows beside it.
        """
        config = model.config
        self._block = block
        self._heads = config.num_attention_heads
        self._groups = config.num_key_value_heads
        self._eps = config.rms_norm_eps
        self._size = getattr(config, "head_dim", None) or config.hidden_size // self._heads
        self._embed = model.model.embed_tokens
        self._rotary = model.model.rotary_emb
        self._norm = model.model.norm.weight
        self._layers = [
            _parts(layer, merge if block is None else blocked(merge, block)) for layer in model.model.layers
        ]

    def __call__(self, ids: torch.Tensor, positions: torch.Tensor, kv_mask: AttentionMask) -> torch.Tensor:
        """Return hidden states after the last norm, [rows, queries, width], for ids and positions, [rows, queries]."""
        rows, queries = ids.shape
        tokens = rows * queries
        filler = -tokens % self._block if self._block is not None and kv_mask.starts is None else 0
        hidden = _filled(self._embed(ids).flatten(0, 1), tokens + filler)
        cos, sin = (
            _filled(part.flatten(0, 1).contiguous(), tokens + filler) for part in self._rotary(hidden, positions)
        )
        if filler:
            kv_mask = replace(kv_mask, slots=pad(kv_mask.slots, (0, filler)))
        residual = torch.empty_like(hidden)
        for number, layer in enumerate(self._layers):
            normed = fused.add_norm(hidden, residual, layer.before, self._eps, add=number > 0)
            attended = self._attend(_joined(layer.qkv, normed), number, rows, queries, cos, sin, kv_mask)
            hidden = _joined(layer.output, attended)
            normed = fused.add_norm(hidden, residual, layer.between, self._eps, add=True)
            hidden = _joined(layer.down, fused.gate(_joined(layer.gate_up, normed)))
        normed = fused.add_norm(hidden, residual, self._norm, self._eps, add=True)
        return normed[:tokens].view(rows, queries, -1)

    def _attend(
        self,
        qkv: torch.Tensor,
        layer: int,
        rows: int,
        queries: int,
        cos: torch.Tensor,
        sin: torch.Tensor,
        kv_mask: AttentionMask,
    ) -> torch.Tensor:
        keys, values = kv_mask.kv_cache.keys[layer], kv_mask.kv_cache.values[layer]
        parts = qkv.view(qkv.shape[0], self._heads + 2 * self._groups, self._size)
        fused.rotate_and_write(parts, keys, values, kv_mask.slots, cos, sin, self._heads)
        scale = self._size**-0.5
        if kv_mask.starts is not None and kv_mask.lengths is not None:
            splits = None if self._block is None else 1
            query = parts[:, : self._heads]
            out = fused.attend_decode(query, keys, values, kv_mask.starts, kv_mask.lengths, scale, splits=splits)
            return out.flatten(1)
        split = parts[: rows * queries].unflatten(0, (rows, queries)).transpose(1, 2)
        query, key, value = split.split([self._heads, self._groups, self._groups], dim=1)
        out = scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scale, enable_gqa=self._heads != self._groups
        )
        out = out.transpose(1, 2).reshape(rows * queries, -1)
        return _filled(out, qkv.shape[0])


def can_fuse(model: Any) -> bool:
    """Return whether `model` is a plain Llama: no biases, silu, and rotations that do not depend on the length."""
    config = model.config
    return (
        config.model_type == "llama"
        and not getattr(config, "attention_bias", False)
        and not getattr(config, "mlp_bias", False)
        and config.hidden_act == "silu"
        and (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default") in ("default", "linear")
    )


def _filled(x: torch.Tensor, rows: int) -> torch.Tensor:
    """Return x, [tokens, width], with rows of zeros up to `rows`."""
    return x if x.shape[0] == rows else pad(x, (0, 0, 0, rows - x.shape[0]))


def _parts(layer: Any, merge: MergeLinears) -> _Layer:
    attention, mlp = layer.self_attn, layer.mlp
    return _Layer(
        qkv=merge([attention.q_proj, attention.k_proj, attention.v_proj]),
        output=merge([attention.o_proj]),
        gate_up=merge([mlp.gate_proj, mlp.up_proj]),
        down=merge([mlp.down_proj]),
        before=layer.input_layernorm.weight,
        between=layer.post_attention_layernorm.weight,
    )


def _joined(linears: tuple[Any, ...], x: torch.Tensor) -> torch.Tensor:
    """Return the products of all `linears` with `x`, concatenated."""
    return linears[0](x) if len(linears) == 1 else torch.cat([linear(x) for linear in linears], dim=-1)
