"""Dequantise packed weights in plain PyTorch, tensor by tensor: a reading that no kernel has a part in.

A weight is (code - zero) * scale, its scale and zero those of its input's group. Codes of 2, 4 or 8 bits are packed
into int32 along the inputs, zeros along the outputs. GPTQ of 2023 stores zeros one too small; `gptq_v2` stores them as
they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

BITS = (2, 4, 8)
"""Bits of a code that can be read here; codes of 3 bits cross the words."""


class DenseWeights:
    """The weights of a checkpoint in float32, each read and dequantised when it is asked for."""

    def __init__(self, shards: tuple[Path, ...], bits: int, *, stored_zeros: bool, device: str) -> None:
        """Open the files. With `stored_zeros` zeros are as they are stored (`gptq_v2`)."""
        from safetensors import safe_open

        files = [safe_open(shard, framework="pt", device=device) for shard in shards]
        self._files: Mapping[str, Any] = {name: file for file in files for name in file.keys()}  # noqa: SIM118
        self._bits = bits
        self._offset = 0 if stored_zeros else 1

    def __contains__(self, name: str) -> bool:
        """Return whether the checkpoint has a tensor, packed or not."""
        return name in self._files or _packed(name) in self._files

    def __getitem__(self, name: str) -> torch.Tensor:
        """Return a tensor by the name it has in the unquantised model. Raises KeyError."""
        if name in self._files:
            return self._tensor(name).float()
        qweight = self._tensor(_packed(name))
        stem = name.removesuffix("weight")
        order = self._tensor(stem + "g_idx") if stem + "g_idx" in self._files else None
        return dequantize(
            qweight, self._tensor(stem + "qzeros"), self._tensor(stem + "scales"), order, self._bits, self._offset
        )

    def _tensor(self, name: str) -> torch.Tensor:
        tensor: torch.Tensor = self._files[name].get_tensor(name)
        return tensor


def dequantize(
    qweight: torch.Tensor,
    qzeros: torch.Tensor,
    scales: torch.Tensor,
    g_idx: torch.Tensor | None,
    bits: int,
    zero_offset: int,
) -> torch.Tensor:
    """Return weights, [outputs, inputs] in float32.

    From codes, [inputs * bits / 32, outputs], zeros, [groups, outputs * bits / 32], scales, [groups, outputs], and the
    group of each input, [inputs]; without it groups are of consecutive inputs.
    """
    shifts = torch.arange(0, 32, bits, device=qweight.device)
    largest = (1 << bits) - 1
    codes = ((qweight[:, None, :] >> shifts[None, :, None]) & largest).flatten(0, 1)
    zeros = ((qzeros[:, :, None] >> shifts) & largest).flatten(1) + zero_offset
    inputs, groups = codes.shape[0], scales.shape[0]
    index = torch.arange(inputs, device=codes.device) // -(-inputs // groups) if g_idx is None else g_idx.long()
    return ((codes - zeros[index]) * scales.float()[index]).T.contiguous()


def _packed(name: str) -> str:
    return name.removesuffix("weight") + "qweight"
