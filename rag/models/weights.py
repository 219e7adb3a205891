"""Find and check the safetensors files of a model, in one file or in indexed shards, without loading them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable
from rag.messages import Message

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_LONGEST_HEADER = 100_000_000  # bytes; the limit of the safetensors format
_LFS = b"version https://git-lfs"


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """The safetensors files of a model, and the names of their tensors."""

    shards: tuple[Path, ...]
    tensors: frozenset[str]

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return sum(shard.stat().st_size for shard in self.shards)


def read_weights(folder: Path) -> WeightFiles:
    """Read and check the headers of a folder's weights.

    Raises ModelUnavailable if it has none, has them in pickle format, or lacks a shard or part of one.
    """
    shards = _shards(folder)
    tensors = frozenset(name for shard in shards for name in _tensor_names(shard))
    _check_index(folder, tensors)
    return WeightFiles(shards, tensors)


def read_config(folder: Path, kind: str) -> dict[str, Any]:
    """Read the config.json of a folder with a model of this kind. Raises ModelUnavailable if there is none."""
    config = _read_json(folder / "config.json")
    if config is None:
        raise ModelUnavailable(
            "This folder has no config.json",
            where=str(folder),
            do=Message("Give the folder of a {kind} checkpoint.", kind=kind),
        )
    return config


def quantization_config(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Return the quantisation settings of config.json or quantize_config.json; empty if there are none."""
    return config.get("quantization_config") or _read_json(folder / "quantize_config.json") or {}


def quantization_method(settings: dict[str, Any]) -> str:
    """Return the method that quantisation settings name; "gptq" if they name none, as in 2023."""
    return str(settings.get("quant_method", "gptq")).lower()


def _shards(folder: Path) -> tuple[Path, ...]:
    index = _index(folder)
    if index is not None:
        shards = [folder / name for name in sorted(set(index["weight_map"].values()))]
        missing = [shard.name for shard in shards if not shard.is_file()]
        if missing:
            raise ModelUnavailable(
                Message(
                    "{missing} of {shards} shards are missing: {missing_2}",
                    missing=len(missing),
                    shards=len(shards),
                    missing_2=", ".join(missing),
                ),
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
            Message(
                "The folder has {shards} weight files but no index that says which belong together: {names}",
                shards=len(shards),
                names=names,
            ),
            where=str(folder),
            do="Add the .safetensors.index.json of the checkpoint, or keep one file.",
        )
    if pickles := sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern)):
        raise ModelUnavailable(
            Message(
                "The weights are in pickle format ({pickles}), which can run code when loaded",
                pickles=", ".join(pickles),
            ),
            where=str(folder),
            do="Get the checkpoint in safetensors format.",
        )
    raise ModelUnavailable("This folder has no weights: no .safetensors file", where=str(folder))


def _index(folder: Path) -> dict[str, Any] | None:
    paths = sorted(folder.glob("*.safetensors.index.json"))
    index = _read_json(paths[0]) if paths else None
    if index is not None and not isinstance(index.get("weight_map"), dict):
        raise ModelUnavailable("The index of the shards has no weight_map", where=str(paths[0]))
    return index


def _check_index(folder: Path, tensors: frozenset[str]) -> None:
    index = _index(folder)
    missing = sorted(set(index["weight_map"]) - tensors) if index is not None else []
    if missing:
        raise ModelUnavailable(
            Message(
                "{missing} tensors that the index lists are in no shard, such as {missing_2!r}",
                missing=len(missing),
                missing_2=missing[0],
            ),
            where=str(folder),
            do="Copy or download the shards again.",
        )


def _tensor_names(shard: Path) -> list[str]:
    """Return the names in the header of a safetensors file, after checking its length against the header."""
    size = shard.stat().st_size
    with shard.open("rb") as file:
        start = file.read(len(_LFS))
        if start == _LFS:
            raise ModelUnavailable(
                "This shard is a Git LFS pointer, not weights", where=str(shard), do="Run `git lfs pull`."
            )
        length = struct.unpack("<Q", start[:8])[0] if len(start) >= 8 else _LONGEST_HEADER
        if length + 8 > min(size, _LONGEST_HEADER):
            raise _damaged(shard, Message("its header is cut off"))
        file.seek(8)
        raw = file.read(length)
    try:
        header = json.loads(raw)
        header.pop("__metadata__", None)
        end = 8 + length + max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
    except (ValueError, AttributeError, KeyError, IndexError, TypeError) as error:
        raise _damaged(shard, Message("its header cannot be read")) from error
    if end != size:
        raise _damaged(shard, Message("it has {size:,} bytes and should have {end:,}", size=size, end=end))
    return list(header)


def _damaged(shard: Path, why: str) -> ModelUnavailable:
    return ModelUnavailable(
        Message("The shard {shard} is damaged: {why}", shard=shard.name, why=why),
        where=str(shard),
        do="Copy or download it again.",
    )


def _read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object from a file; None if there is no such file."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise ModelUnavailable(
            Message("{path} cannot be read: {error}", path=path.name, error=error), where=str(path)
        ) from error
    if not isinstance(value, dict):
        raise ModelUnavailable(Message("{path} is not a JSON object", path=path.name), where=str(path))
    return value
