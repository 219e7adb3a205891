"""Finds and checks a GPTQ checkpoint on disk, before anything heavy is imported or loaded.

Two layouts are read: that of 2023 (`quantize_config.json` beside `gptq_model-4bit-128g.safetensors`) and the later one
(`quantization_config` in config.json beside `model.safetensors`), each in one file or in shards with an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable
from rag.models.weights import quantization_config, quantization_method, read_config, read_weights


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says of itself. `group_size` is -1 for one group a column; `weight_bytes` is on disk."""

    folder: Path
    shards: tuple[Path, ...]
    config: dict[str, Any]
    bits: int
    group_size: int
    act_order: bool
    symmetric: bool
    weight_bytes: int

    def __str__(self) -> str:
        group = "one group a column" if self.group_size == -1 else f"groups of {self.group_size}"
        return f"{self.bits} bits, {group}, {'with' if self.act_order else 'without'} act-order"


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check the checkpoint in `folder`.

    Raises ModelUnavailable where it is not a GPTQ checkpoint, is in pickle format, or lacks a shard or part of one.
    """
    config = read_config(folder, "GPTQ")
    quantised = _quantisation(folder, config)
    weights = read_weights(folder)
    if not any(name.endswith(".qweight") for name in weights.tensors):
        raise ModelUnavailable(
            "The weights of this folder are not in GPTQ format: no tensor is named .qweight", where=str(folder)
        )
    return Checkpoint(
        folder=folder,
        shards=weights.shards,
        config=config,
        bits=int(quantised["bits"]),
        group_size=int(quantised.get("group_size", -1)),
        act_order=bool(quantised.get("desc_act", False)),
        symmetric=bool(quantised.get("sym", True)),
        weight_bytes=weights.bytes,
    )


def _quantisation(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    said = quantization_config(folder, config)
    if not said:
        raise ModelUnavailable(
            "This is not a GPTQ checkpoint: there is no quantize_config.json, and config.json has no "
            "quantization_config",
            where=str(folder),
            do="Quantise it with `kotae quantize`, or give a quantised model.",
        )
    method = quantization_method(said)
    if method != "gptq" or said.get("checkpoint_format", "gptq") not in ("gptq", "gptq_v2"):
        found = method if method != "gptq" else said["checkpoint_format"]
        raise ModelUnavailable(f"This is not a GPTQ checkpoint: it is quantised with {found!r}", where=str(folder))
    if said.get("bits") not in (2, 3, 4, 8):
        raise ModelUnavailable(
            f"The checkpoint says bits={said.get('bits')!r}; GPTQ has 2, 3, 4 or 8", where=str(folder)
        )
    return said
