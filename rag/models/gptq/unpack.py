"""Unpack 4-bit weights in Marlin's layout to float16, for prompts: cuBLAS then multiplies many rows faster than Marlin.

Marlin multiplies with the tensor instructions of compute capability 8.0, which on 9.0 reach about half of what cuBLAS
does. On an H200 (13B, group 128) all products of a prompt of 4,096 tokens took 300 ms in Marlin, 171 ms unpacked first,
144 ms by cuBLAS alone; the two ways cross at about 260 tokens.
"""

from __future__ import annotations

from typing import Any

import torch
import triton
import triton.language as tl

_COLUMNS = 256  # of a program: four tiles


@triton.jit
def _unpack(words, scales, out, n, width, GROUP: tl.constexpr, COLUMNS: tl.constexpr):  # type: ignore[no-untyped-def]
    """Write 16 inputs by COLUMNS outputs, `width` outputs in all; single.cu describes the layout."""
    row_tile = tl.program_id(0).to(tl.int64)
    row = tl.arange(0, 16)[:, None]
    column = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    inside = column < width
    output = column % 64
    word = (row_tile * (n // 64) + column // 64) * 128 + (output % 8) * 16 + (row % 8) // 2 * 4 + output // 16
    shift = (row % 2) * 16 + row // 8 * 4 + (output % 16) // 8 * 8
    code = (tl.load(words + word, inside, 0) >> shift) & 15
    scale = tl.load(scales + row_tile * 16 // GROUP * n + column - output + (output % 8) * 8 + output // 8, inside, 0.0)
    tl.store(out + (row_tile * 16 + row) * width + column, (code - 8).to(scale.dtype) * scale, inside)


class Unpacker:
    """Writes a range of the columns of a Marlin layer's weights, [inputs, columns], to the front of a buffer."""

    def __init__(self, linear: Any, out: torch.Tensor, columns: range) -> None:
        """Prepare all that a call needs, as short prompts wait for its launches.

        `columns` begins at a multiple of 64: where tiles begin. The kernel is given pointers to the first of them, as a
        first column that the compiler does not know costs it three times the instructions.
        """
        k, first, width = linear.in_features, columns.start, len(columns)
        self.columns = columns
        self._dense = out[: k * width].view(k, width)
        self._words, self._scales = linear.qweight.view(-1)[first // 64 * 128 :], linear.scales.view(-1)[first:]
        self._outputs, self._group = linear.out_features, linear.group_size
        self._launch = _unpack[(k // 16, triton.cdiv(width, _COLUMNS))]

    def __call__(self) -> torch.Tensor:
        """Unpack, and return the weights."""
        dense = self._dense
        shape = (self._outputs, dense.shape[1])
        self._launch(self._words, self._scales, dense, *shape, GROUP=self._group, COLUMNS=_COLUMNS, num_warps=4)
        return dense
