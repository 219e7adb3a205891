"""Finds and checks the safetensors files of a model on disk, in one file or in shards with an index, loading none."""

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
class WeightFiles:
    """The safetensors files of a model, and the names of the tensors in them."""

    shards: tuple[Path, ...]
    tensors: frozenset[str]

    @property
    def bytes(self) -> int:
        """On disk."""
        return sum(shard.stat().st_size for shard in self.shards)


def read_weights(folder: Path) -> WeightFiles:
    """Read and check the headers of a folder's weights.

    Raises ModelUnavailable where it has none, has them in pickle format, or lacks a shard or part of one.
    """
    shards = _shards(folder)
    tensors = frozenset(name for shard in shards for name in _tensor_names(shard))
    _check_index(folder, tensors)
    return WeightFiles(shards, tensors)


def read_config(folder: Path, kind: str) -> dict[str, Any]:
    """The config.json of a folder with a model of this kind. Raises ModelUnavailable where there is none."""
    config = _read_json(folder / "config.json")
    if config is None:
        raise ModelUnavailable(
            "This folder has no config.json", where=str(folder), do=f"Give the folder of a {kind} checkpoint."
        )
    return config


def quantization_config(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """What a checkpoint says of how it was quantised, in config.json or beside it; empty for an unquantised one."""
    return config.get("quantization_config") or _read_json(folder / "quantize_config.json") or {}


def quantization_method(said: dict[str, Any]) -> str:
    """The method that what a checkpoint says of its quantising names; GPTQ where it names none, as in 2023."""
    return str(said.get("quant_method", "gptq")).lower()


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
