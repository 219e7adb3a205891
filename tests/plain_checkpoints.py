"""Unquantised checkpoints of several architectures with random weights, written by transformers itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from tests.tokenizers_small import write_bpe_tokenizer

_SHAPE: dict[str, Any] = {
    "vocab_size": 512,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "llama": {},
    "mistral": {"sliding_window": 24},
    "qwen2": {},
    "gemma2": {"head_dim": 16, "sliding_window": 24, "query_pre_attn_scalar": 16},
    "gpt2": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 256},
}
"""Additions to the common shape. Gemma 2 caps its scores, and GPT-2 has other names for its shape."""


def write_plain(folder: Path, architecture: str = "llama", *, dtype: str = "float32", context: int = 256) -> Path:
    """Write a checkpoint and its tokenizer. Its generation_config.json sets penalties, which kotae ignores."""
    from transformers import AutoConfig, AutoModelForCausalLM

    own = ARCHITECTURES[architecture]
    names = ("vocab_size", "bos_token_id", "eos_token_id") if architecture == "gpt2" else tuple(_SHAPE)
    shared = {name: _SHAPE[name] for name in names}
    if "max_position_embeddings" in shared:
        shared["max_position_embeddings"] = context
    config = AutoConfig.for_model(architecture, **shared, **own)
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_config(config).to(getattr(torch, dtype))
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1 and name.endswith("bias"):
            torch.nn.init.normal_(parameter, std=0.5)
        elif parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3)
    model.generation_config.repetition_penalty = 1.8
    model.save_pretrained(folder)
    write_bpe_tokenizer(folder)
    return folder


def said_by_transformers(folder: Path, prompt: list[int], count: int) -> list[int]:
    """Return the next greedy tokens of a prompt, by one call on the whole text per token: no cache, padding or mask."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokens = list(prompt)
    with torch.inference_mode():
        for _ in range(count):
            tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
            if tokens[-1] == 2:
                break
    return tokens[len(prompt) :]
