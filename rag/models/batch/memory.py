"""The memory available, the memory a model needs, and the share of the key/value cache."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import torch

from rag.errors import ModelUnavailable
from rag.messages import Message

_GIB = 1 << 30
_HEADROOM = 512 << 20  # bytes reserved for graphs, allocator fragmentation and library workspaces
_CUDA_CONTEXT = 640 << 20  # bytes of the CUDA context and the libraries loaded into it
_USUAL_TOKENS = 1024  # of a prompt with three to five passages and its answer
_GPU_SHARE = 0.92  # of the free memory of a GPU, if no ceiling is given


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The dimensions of a model that determine its memory, in numbers of 2 bytes once loaded."""

    layers: int
    hidden: int
    intermediate: int
    key_heads: int
    head_size: int
    vocabulary: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> ModelShape:
        """Return the shape in a config.json. Raises ModelUnavailable if one of the numbers is missing."""
        config = config.get("text_config") or config
        try:
            heads = config["num_attention_heads"]
            return cls(
                layers=config["num_hidden_layers"],
                hidden=config["hidden_size"],
                intermediate=config["intermediate_size"],
                key_heads=config.get("num_key_value_heads") or heads,
                head_size=config.get("head_dim") or config["hidden_size"] // heads,
                vocabulary=config["vocab_size"],
            )
        except KeyError as error:
            raise ModelUnavailable(
                Message("config.json has no {args!r}: this is not a language model of a known kind", args=error.args[0])
            ) from error

    @property
    def token_bytes(self) -> int:
        """Bytes of the keys and values of one token."""
        return 2 * 2 * self.layers * self.key_heads * self.head_size

    def activation_bytes(self, tokens: int, rows: int) -> int:
        """Return the peak bytes of a prefill of `tokens` or of a step of `rows` (logits in float32, and sorted)."""
        prefill = tokens * 2 * (8 * self.hidden + 4 * self.intermediate)
        weights = 2 * self.hidden * self.intermediate  # one layer's projection, unpacked for many tokens
        return prefill + weights + rows * self.vocabulary * 24


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """The engine's use of memory: tokens in the cache, parallel rows, tokens per prefill."""

    cache_tokens: int
    rows: int
    prefill_tokens: int


def need_bytes(shape: ModelShape, weight_bytes: int, context: int) -> int:
    """Return the bytes of the weights, one prompt of `context` tokens, and what computing takes."""
    return weight_bytes + shape.token_bytes * (context + 1) + shape.activation_bytes(context, 1) + _HEADROOM


def check_room(shape: ModelShape, weight_bytes: int, context: int, available: int, where: str) -> None:
    """Raise ModelUnavailable, with the calculation, if weights and one prompt of `context` tokens do not fit."""
    cache, activations = shape.token_bytes * (context + 1), shape.activation_bytes(context, 1) + _HEADROOM
    need = need_bytes(shape, weight_bytes, context)
    if need > available:
        raise ModelUnavailable(
            Message(
                "The model does not fit: weights {weight_bytes}, cache for {context} tokens {cache}, "
                "activations {activations}, together {need}; there are {available} on {where}",
                weight_bytes=_gib(weight_bytes),
                context=context,
                cache=_gib(cache),
                activations=_gib(activations),
                need=_gib(need),
                available=_gib(available),
                where=where,
            ),
            do="Give a lower --context, raise --max-gpu-memory, or free memory.",
        )


def make_plan(shape: ModelShape, context: int, available: int, most_rows: int) -> MemoryPlan:
    """Plan the use of `available` bytes, after the weights, for at least one prompt of `context` tokens."""
    prefill = max(context, 4096) if available > shape.activation_bytes(4096, most_rows) * 4 else context
    room = available - shape.activation_bytes(prefill, most_rows) - _HEADROOM
    cache_tokens = max(context + 1, min(room // shape.token_bytes, most_rows * (context + 1)))
    return MemoryPlan(int(cache_tokens), most_rows, prefill)


def spare_bytes(shape: ModelShape, context: int, available: int, rows: int) -> int:
    """Return the bytes that are left where the cache holds `_USUAL_TOKENS` of each row: prompts with passages."""
    cache = rows * min(context + 1, _USUAL_TOKENS) * shape.token_bytes
    return max(0, available - shape.activation_bytes(max(context, 4096), rows) - _HEADROOM - cache)


class MemoryCeiling:
    """A limit on the GPU memory of this process, CUDA context included."""

    def __init__(self, ceiling: int | None) -> None:
        free, total = torch.cuda.mem_get_info()
        if ceiling is None:
            ceiling = int((free + torch.cuda.memory_reserved()) * _GPU_SHARE) + _CUDA_CONTEXT
        self._ceiling = min(ceiling, total)
        own = max(self._ceiling - _CUDA_CONTEXT, 0)
        torch.cuda.set_per_process_memory_fraction(min(1.0, own / total))

    def remaining(self) -> int:
        """Return the bytes that may still be allocated."""
        torch.cuda.empty_cache()
        free, _ = torch.cuda.mem_get_info()
        return min(free, self._ceiling - _CUDA_CONTEXT - torch.cuda.memory_reserved())


def free_ram() -> int:
    """Return the bytes of memory available to programs; if unknown, more than any model needs."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 1 << 62


def free_memory() -> None:
    """Return unreferenced memory to the system."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _gib(amount: int) -> str:
    return f"{amount / _GIB:.1f} GiB"
