"""Which models run in batches, and how their hidden states come about."""

from __future__ import annotations

from typing import Any

import torch

from rag.errors import ModelUnavailable
from rag.models.batch import attention
from rag.models.batch.decoder import Forward
from rag.models.batch.model_source import ModelSource

_LAYERS = {"full_attention", "sliding_attention"}


def runs_batched(config: Any, kind: Any) -> bool:
    """Whether `BatchEngine` runs the models of a transformers class: attention it can replace, and nothing else.

    "dynamic" rotary positions change with the longest text of a batch: an answer would depend on its neighbours, and a
    captured step cannot ask for that length.
    """
    if (getattr(config, "rope_parameters", None) or {}).get("rope_type") == "dynamic":
        return False
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    capped = getattr(config, "attn_logit_softcapping", None) or getattr(config, "final_logit_softcapping", None)
    return not (capped or kinds - _LAYERS) and bool(getattr(kind, "_supports_attention_backend", False))


def forward_of(model: Any, source: ModelSource) -> Forward:
    """The hidden states of a model: by fused kernels where it is a Llama on a GPU, else by transformers' own code.

    Raises ModelUnavailable where the model cannot run in batches.
    """
    if not runs_batched(model.config, type(model)):
        raise ModelUnavailable(
            f"kotae's engine does not run models of the kind {model.config.model_type!r} with this attention or these "
            "positions",
            do="Give the unquantised model as hf:<dir or hub id>, or serve this one and use openai:.",
        )
    if source.device != "cpu":
        from rag.models.batch.llama import FusedLlama, can_fuse

        if can_fuse(model):
            return FusedLlama(model, source.merge)
    attention.register()
    model.set_attn_implementation(attention.NAME)

    def forward(ids: torch.Tensor, positions: torch.Tensor, kv_mask: attention.AttentionMask) -> torch.Tensor:
        out = model.base_model(input_ids=ids, position_ids=positions, use_cache=False, kv_mask=kv_mask)
        hidden: torch.Tensor = out.last_hidden_state
        return hidden

    return forward
