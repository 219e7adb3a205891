"""The logits of a checkpoint by transformers' own model with dequantised weights, a layer in memory at a time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import torch

from rag.models.batch.memory import free_memory
from rag.models.gptq.checkpoint import Checkpoint
from rag.models.gptq.dequantize import DenseWeights


def reference_logits(checkpoint: Checkpoint, tokens: Sequence[Sequence[int]]) -> list[torch.Tensor]:
    """Return the logits of transformers' own model with the dequantised weights: [tokens, vocabulary] for each text.

    In float32; the weights of one layer are in memory at a time.
    """
    from accelerate import init_empty_weights
    from transformers import AutoConfig, AutoModelForCausalLM

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    config = AutoConfig.from_pretrained(checkpoint.folder, local_files_only=True, trust_remote_code=False)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with init_empty_weights(include_buffers=False):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    weights = DenseWeights(checkpoint.shards, checkpoint.bits, stored_zeros=checkpoint.stored_zeros, device=device)
    names = {module: name for name, module in model.named_modules()}
    layers = _layers(model, config.num_hidden_layers)
    for layer in layers:
        layer.register_forward_pre_hook(functools.partial(_fill_layer, f"{names[layer]}.", weights, device))
        layer.register_forward_hook(_empty)
    _fill(model, "", weights, device, leaving=tuple(f"{names[layer]}." for layer in layers))
    model.tie_weights()
    for name, buffer in model.named_buffers():
        owner, _, own_name = name.rpartition(".")
        model.get_submodule(owner)._buffers[own_name] = buffer.to(device)
    longest = max(map(len, tokens))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in tokens], device=device)
    with torch.inference_mode():
        logits = model(input_ids=ids, use_cache=False).logits.float().cpu()
    del model, layers, layer, names
    free_memory()
    return [row[: len(text)] for row, text in zip(logits, tokens, strict=True)]


def _layers(model: Any, count: int) -> torch.nn.ModuleList:
    return next(part for part in model.modules() if isinstance(part, torch.nn.ModuleList) and len(part) == count)


def _fill(module: Any, prefix: str, weights: DenseWeights, device: str, leaving: tuple[str, ...] = ()) -> None:
    """Give the parameters of a module their weights, but for those whose names begin as in `leaving`."""
    from accelerate.utils import set_module_tensor_to_device

    for name, _ in list(module.named_parameters()):
        if not (leaving and name.startswith(leaving)):
            set_module_tensor_to_device(module, name, device, value=weights[prefix + name])


def _fill_layer(prefix: str, weights: DenseWeights, device: str, layer: Any, _: Any) -> None:
    _fill(layer, prefix, weights, device)


def _empty(layer: Any, *_: Any) -> None:
    layer.to("meta")
