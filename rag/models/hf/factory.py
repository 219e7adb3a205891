"""Open the engine of an unquantised checkpoint, `<dir or hub id>[@revision]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from rag.encoders.embeddings import processor_type
from rag.errors import ModelUnavailable, SettingsError, first_line
from rag.hub import resolve
from rag.messages import Message
from rag.models.batch.engine import BatchEngine
from rag.models.batch.forward import runs_batched
from rag.models.batch.model_source import ModelSource
from rag.models.cached_engine import cached_engine
from rag.models.engine import EngineOptions, TextEngine
from rag.models.hf.generate import GenerateEngine
from rag.models.quiet_libraries import quiet
from rag.models.weights import quantization_config, quantization_method, read_config, read_weights


def open_hf(name: str, options: EngineOptions) -> TextEngine:
    """Return the engine, loaded once per process: continuous batches if the architecture allows it, else `generate`.

    Raises ModelUnavailable, also for a quantised checkpoint, and SettingsError for a kernel.
    """
    if options.kernel != "auto":
        raise SettingsError("--kernel is for quantised weights, but hf: models have none", do="Omit it.")
    model = resolve(name)
    return cached_engine(("hf", model, options), lambda: _load(model.path, f"{model.name}@{model.revision}", options))


def _load(folder: Path, identity: str, options: EngineOptions) -> TextEngine:
    config, weights = read_config(folder, "safetensors"), read_weights(folder)
    if settings := quantization_config(folder, config):
        method = quantization_method(settings)
        do = "Give it as gptq:<dir or hub id>." if method == "gptq" else "Give the unquantised model."
        raise ModelUnavailable(
            Message("This checkpoint is quantised ({method})", method=method), where=str(folder), do=do
        )
    architecture, kind = _architecture(folder)
    stored = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    device, dtype = _device_and_dtype(stored)
    size = weights.bytes * _SIZES[dtype] // _SIZES.get(stored, 2)
    source = ModelSource(folder, config, size, device, dtype, lambda: _model(folder, kind, device, dtype))
    batched = runs_batched(architecture, kind) and config.keys() >= _SHAPE
    return BatchEngine(source, identity, options) if batched else GenerateEngine(source, identity, options)


_SIZES = {"float32": 4, "float16": 2, "bfloat16": 2}
_SHAPE = {"num_attention_heads", "num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size"}


def _device_and_dtype(stored: str) -> tuple[str, str]:
    """Return the device and the dtype.

    A GPU computes in bfloat16 from compute capability 8.0 on, in float16 below. A CPU computes in float32 if the
    checkpoint is float32 or the CPU has no bfloat16 instructions, else in bfloat16.
    """
    if torch.cuda.is_available():
        return "cuda:0", "bfloat16" if torch.cuda.get_device_capability(0) >= (8, 0) else "float16"
    return "cpu", "float32" if stored == "float32" else str(processor_type()).removeprefix("torch.")


def _architecture(folder: Path) -> tuple[Any, Any]:
    """Return the config of a checkpoint and transformers' class for it, without running the checkpoint's own code."""
    from transformers import AutoConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        return config, MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    except (ValueError, KeyError, OSError) as error:
        raise ModelUnavailable(
            Message("transformers does not support this kind of language model: {error}", error=first_line(error)),
            where=str(folder),
        ) from error


def _model(folder: Path, kind: Any, device: str, dtype: str) -> Any:
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        with quiet():
            model = kind.from_pretrained(
                folder, dtype=getattr(torch, dtype), local_files_only=True, use_safetensors=True
            )
            return model.to(device).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelUnavailable(
            Message("transformers cannot load this checkpoint: {error}", error=first_line(error)), where=str(folder)
        ) from error
