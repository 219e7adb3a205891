"""Finds and checks a GPTQ checkpoint on disk, before anything heavy is imported or loaded.

Two layouts are read: that of 2023 (`quantize_config.json` beside `gptq_model-4bit-128g.safetensors`) and the later one
(`quantization_config` in config.json beside `model.safetensors`), each in one file or in shards with an index.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_LONGEST_HEADER = 100_000_000  # bytes; the limit of the safetensors format
_LFS = b"version https://git-lfs"


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


@dataclass(frozen=True, slots=True)
class Weights:
    """The config.json of a folder, its safetensors files, and the names of the tensors in them."""

    config: dict[str, Any]
    shards: tuple[Path, ...]
    tensors: frozenset[str]

    @property
    def bytes(self) -> int:
        """On disk."""
        return sum(shard.stat().st_size for shard in self.shards)


def read_weights(folder: Path, kind: str) -> Weights:
    """Read and check what a folder has of a model of this kind, without loading it.

    Raises ModelUnavailable where it has no config.json, weights in pickle format, or lacks a shard or part of one.
    """
    config = _config(folder, kind)
    shards = _shards(folder)
    tensors = frozenset(name for shard in shards for name in _tensor_names(shard))
    _check_index(folder, tensors)
    return Weights(config, shards, tensors)


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read and check the checkpoint in `folder`.

    Raises ModelUnavailable where it is not a GPTQ checkpoint, is in pickle format, or lacks a shard or part of one.
    """
    config = _config(folder, "GPTQ")
    quantised = _quantisation(folder, config)
    weights = read_weights(folder, "GPTQ")
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


def quantised_with(folder: Path, config: dict[str, Any]) -> str | None:
    """The method that a checkpoint says it is quantised with; None for an unquantised one."""
    said = config.get("quantization_config") or _read_json(folder / "quantize_config.json")
    return str(said.get("quant_method", "gptq")).lower() if said else None


def _config(folder: Path, kind: str) -> dict[str, Any]:
    config = _read_json(folder / "config.json")
    if config is None:
        raise ModelUnavailable(
            "This folder has no config.json", where=str(folder), do=f"Give the folder of a {kind} checkpoint."
        )
    return config


def _quantisation(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = config.get("quantization_config") or _read_json(folder / "quantize_config.json") or {}
    if not said:
        raise ModelUnavailable(
            "This is not a GPTQ checkpoint: there is no quantize_config.json, and config.json has no "
            "quantization_config",
            where=str(folder),
            do="Quantise it with `kotae quantize`, or give a quantised model.",
        )
    method = str(said.get("quant_method", "gptq")).lower()
    if method != "gptq" or said.get("checkpoint_format", "gptq") not in ("gptq", "gptq_v2"):
        found = method if method != "gptq" else said["checkpoint_format"]
        raise ModelUnavailable(f"This is not a GPTQ checkpoint: it is quantised with {found!r}", where=str(folder))
    if said.get("bits") not in (2, 3, 4, 8):
        raise ModelUnavailable(
            f"The checkpoint says bits={said.get('bits')!r}; GPTQ has 2, 3, 4 or 8", where=str(folder)
        )
    return said


def _shards(folder: Path) -> tuple[Path, ...]:
    index = _index(folder)
    if index is not None:
        shards = [folder / name for name in sorted(set(index["weight_map"].values()))]
        missing = [shard.name for shard in shards if not shard.is_file()]
        if missing:
            raise ModelUnavailable(
                f"{len(missing)} of {len(shards)} shards are missing: {', '.join(missing)}",
                where=str(folder),
                do="Copy or download them again.",
            )
        return tuple(shards)
    shards = sorted(folder.glob("*.safetensors"))
    if len(shards) == 1:
        return tuple(shards)
    if shards:
        names = ", ".join(shard.name for shard in shards)
        raise ModelUnavailable(
            f"There are {len(shards)} files of weights and no index that says which belong together: {names}",
            where=str(folder),
            do="Add the .safetensors.index.json of the checkpoint, or keep one file.",
        )
    if pickles := sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern)):
        raise ModelUnavailable(
            f"The weights are in pickle format ({', '.join(pickles)}), which can run code when read, and are refused",
            where=str(folder),
            do="Get the checkpoint in safetensors format.",
        )
    raise ModelUnavailable("This folder has no weights: no .safetensors file", where=str(folder))


def _index(folder: Path) -> dict[str, Any] | None:
    found = sorted(folder.glob("*.safetensors.index.json"))
    index = _read_json(found[0]) if found else None
    if index is not None and not isinstance(index.get("weight_map"), dict):
        raise ModelUnavailable("The index of the shards has no weight_map", where=str(found[0]))
    return index


def _check_index(folder: Path, tensors: frozenset[str]) -> None:
    index = _index(folder)
    lost = sorted(set(index["weight_map"]) - tensors) if index is not None else []
    if lost:
        raise ModelUnavailable(
            f"{len(lost)} tensors of the index are in no shard, {lost[0]!r} among them",
            where=str(folder),
            do="Copy or download the shards again.",
        )


def _tensor_names(shard: Path) -> list[str]:
    """The names in the header of a safetensors file, once the file is as long as the header says."""
    size = shard.stat().st_size
    with shard.open("rb") as file:
        start = file.read(len(_LFS))
        if start == _LFS:
            raise ModelUnavailable(
                "This shard is a Git LFS pointer, not weights", where=str(shard), do="Run `git lfs pull`."
            )
        length = struct.unpack("<Q", start[:8])[0] if len(start) >= 8 else _LONGEST_HEADER
        if length + 8 > min(size, _LONGEST_HEADER):
            raise _damaged(shard, "its header is cut off")
        file.seek(8)
        raw = file.read(length)
    try:
        header = json.loads(raw)
        header.pop("__metadata__", None)
        end = 8 + length + max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
    except (ValueError, AttributeError, KeyError, IndexError, TypeError) as error:
        raise _damaged(shard, "its header cannot be read") from error
    if end != size:
        raise _damaged(shard, f"it has {size:,} bytes and should have {end:,}")
    return list(header)


def _damaged(shard: Path, why: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The shard {shard.name} is damaged: {why}", where=str(shard), do="Copy or download it again."
    )


def _read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file; None where there is no such file."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise ModelUnavailable(f"{path.name} cannot be read: {error}", where=str(path)) from error
    if not isinstance(value, dict):
        raise ModelUnavailable(f"{path.name} is not a JSON object", where=str(path))
    return value
