"""Find and check a GPTQ checkpoint on disk, before anything heavy is imported or loaded.

Two layouts are read: that of 2023 (`quantize_config.json` and `gptq_model-4bit-128g.safetensors`) and the later one
(`quantization_config` in config.json, and `model.safetensors`), each in one file or in shards with an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.models.weights import quantization_config, quantization_method, read_config, read_weights


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The metadata of a checkpoint. `group_size` is -1 for one group per column; `weight_bytes` is the size on disk.

    `stored_zeros`: zeros are as they are stored (`gptq_v2`), not one more.
    """

    folder: Path
    shards: tuple[Path, ...]
    config: dict[str, Any]
    bits: int
    group_size: int
    act_order: bool
    symmetric: bool
    weight_bytes: int
    stored_zeros: bool = False

    @property
    def text(self) -> Message:
        """Bits, groups and order in words."""
        return Message(
            "{bits} bits, {groups}, {order}",
            bits=self.bits,
            groups=Message("one group per column")
            if self.group_size == -1
            else Message("groups of {size}", size=self.group_size),
            order=Message("with act-order") if self.act_order else Message("without act-order"),
        )


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check the checkpoint in `folder`.

    Raises ModelUnavailable if it is not a GPTQ checkpoint, is in pickle format, or lacks a shard or part of one.
    """
    config = read_config(folder, "GPTQ")
    settings = _quantisation_settings(folder, config)
    weights = read_weights(folder)
    if not any(name.endswith(".qweight") for name in weights.tensors):
        raise ModelUnavailable(
            "The weights of this folder are not in GPTQ format: no tensor is named .qweight", where=str(folder)
        )
    return Checkpoint(
        folder=folder,
        shards=weights.shards,
        config=config,
        bits=int(settings["bits"]),
        group_size=int(settings.get("group_size", -1)),
        act_order=bool(settings.get("desc_act", False)),
        symmetric=bool(settings.get("sym", True)),
        weight_bytes=weights.bytes,
        stored_zeros=settings.get("checkpoint_format") == "gptq_v2",
    )


def _quantisation_settings(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    settings = quantization_config(folder, config)
    if not settings:
        raise ModelUnavailable(
            "This is not a GPTQ checkpoint: there is no quantize_config.json, and config.json has no "
            "quantization_config",
            where=str(folder),
            do="Quantise it with `kotae quantize`, or give a quantised model.",
        )
    method = quantization_method(settings)
    if method != "gptq" or settings.get("checkpoint_format", "gptq") not in ("gptq", "gptq_v2"):
        actual = method if method != "gptq" else settings["checkpoint_format"]
        raise ModelUnavailable(
            Message("This is not a GPTQ checkpoint: it is quantised with {actual!r}", actual=actual), where=str(folder)
        )
    if settings.get("bits") not in (2, 3, 4, 8):
        raise ModelUnavailable(
            Message("The checkpoint says bits={value!r}; GPTQ has 2, 3, 4 or 8", value=settings.get("bits")),
            where=str(folder),
        )
    return settings
