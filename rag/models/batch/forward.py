"""Select the models that run in batches, and build the function that computes their hidden states."""

from __future__ import annotations

from typing import Any

import torch

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.models.batch import attention
from rag.models.batch.blocks import BLOCK
from rag.models.batch.decoder import Forward
from rag.models.batch.model_source import ModelSource

_LAYERS = {"full_attention", "sliding_attention"}


def runs_batched(config: Any, kind: Any) -> bool:
    """Return whether `BatchEngine` runs the models of a transformers class, whose attention it must be able to replace.

    "dynamic" rotary positions change with the longest text of a batch: an answer would depend on its neighbours, and a
    captured step cannot read that length.
    """
    if (getattr(config, "rope_parameters", None) or {}).get("rope_type") == "dynamic":
        return False
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    capped = getattr(config, "attn_logit_softcapping", None) or getattr(config, "final_logit_softcapping", None)
    return not (capped or kinds - _LAYERS) and bool(getattr(kind, "_supports_attention_backend", False))


def build_forward(model: Any, source: ModelSource, *, batch_invariant: bool = False) -> tuple[Forward, bool]:
    """Return a model's forward pass: fused kernels for a Llama on a GPU, else transformers' own code.

    And whether it is batch-invariant, which only the first can be. Raises ModelUnavailable if the model cannot run in
    batches.
    """
    if not runs_batched(model.config, type(model)):
        raise ModelUnavailable(
            Message(
                "kotae's engine does not support the attention or the positions of this {model_type!r} model",
                model_type=model.config.model_type,
            ),
            do="Give the unquantised model as hf:<dir or hub id>, or serve this one and use openai:.",
        )
    if source.device != "cpu":
        from rag.models.batch.llama import FusedLlama, can_fuse

        if can_fuse(model):
            return FusedLlama(model, source.merge, BLOCK if batch_invariant else None), batch_invariant
    attention.register()
    model.set_attn_implementation(attention.NAME)

    def forward(ids: torch.Tensor, positions: torch.Tensor, kv_mask: attention.AttentionMask) -> torch.Tensor:
        out = model.base_model(input_ids=ids, position_ids=positions, use_cache=False, kv_mask=kv_mask)
        hidden: torch.Tensor = out.last_hidden_state
        return hidden

    return forward, False
