"""Products with 4-bit weights in Marlin's layout, by the number of rows: our kernel, Marlin's, or unpacked ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from rag.models.batch.blocks import by_blocks
from rag.models.gptq.single_row import SingleRow, load_single

_GROUPS = (32, 64, 128)
_CAPABILITY = 9
"""The major compute capability where cuBLAS beats Marlin on many rows.

On 8, Marlin is near the peak of the tensor cores; no other has been tried.
"""
_UNPACK_FROM = 320
"""Rows from which unpacking a layer and multiplying takes less time than Marlin (H200)."""
EVEN_ROWS = 24
"""Rows, idle ones included, from which Marlin computes a row of a step the same whatever their number up to 64.

Measured on an H200 for the four shapes of a 13B model: equal to the last bit from 17 rows on.
"""
_NARROW, _KEPT_FROM, _KEPT_NARROW_FROM = 8192, 160, 64
"""Rows from which a layer that is kept unpacked is faster, and those for one of at most `_NARROW` outputs (H200)."""


class MarlinMerger:
    """Merges Marlin layers of the same input (`MergeLinears`), and multiplies by their number of rows.

    One buffer holds what is being multiplied unpacked; `keep_unpacked` keeps layers.
    """

    def __init__(self, config: dict[str, Any], block: int | None = None) -> None:
        """Take the config.json of the model and, for answers that depend on their prompt alone, the rows of a block.

        Nothing is allocated.
        """
        self.block = block
        self._products: list[MarlinProduct] = []
        self._elements = config.get("hidden_size", 0) * config.get("intermediate_size", 0)
        self._buffer: torch.Tensor | None = None

    def __call__(self, linears: Sequence[Any]) -> tuple[Any, ...]:
        """Replace Marlin layers of the same input by one; return other layers unchanged."""
        if type(linears[0]).__name__ != "MarlinLinear":
            return tuple(linears)
        merged = [MarlinProduct(linear, self) if supports(linear) else linear for linear in _concatenated(linears)]
        self._products += [product for product in merged if isinstance(product, MarlinProduct)]
        return tuple(merged)

    def keep_unpacked(self, spare: int) -> int:
        """Keep the weights of as many layers unpacked as `spare` bytes hold, and return the bytes used."""
        used = 0
        for product in self._products if unpacks() else ():
            if used + product.unpacked_bytes > spare:
                break
            product.keep_unpacked()
            used += product.unpacked_bytes
        return used

    def buffer(self, device: torch.device) -> torch.Tensor:
        """Return memory for one projection in float16, allocated at first use: the size that the plan reserves."""
        if self._buffer is None:
            self._buffer = torch.empty(self._elements, dtype=torch.float16, device=device)
        return self._buffer


class MarlinProduct:
    """The product of a Marlin layer: a single row by our kernel, few rows by Marlin, many unpacked by cuBLAS."""

    def __init__(self, linear: Any, merger: MarlinMerger) -> None:
        """Take a layer that `supports` accepts."""
        self._linear = linear
        self._merger = merger
        launch = load_single()
        self._single = None if launch is None else SingleRow(linear, launch)
        self._kept: torch.Tensor | None = None
        self._parts: list[Any] = []
        self.block = merger.block
        self._unpack_from = (self.block or _UNPACK_FROM) if unpacks() else None
        self.unpacked_bytes = 2 * linear.in_features * linear.out_features

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply x, [rows, inputs], to [rows, outputs]."""
        rows = x.shape[0]
        if rows == 1 and self._single is not None and self.block is None:
            return self._single(x)
        if self._unpack_from is None or rows < self._unpack_from:
            out: torch.Tensor = by_blocks(self._linear, x, self.block)
            return out
        return self._in_parts(x) if self._kept is None else self._by_kept(x, self._kept)

    def keep_unpacked(self) -> None:
        """Unpack the weights now and keep them."""
        memory = torch.empty(self.unpacked_bytes // 2, dtype=torch.float16, device=self._linear.qweight.device)
        self._kept = _unpacker(self._linear, memory, range(self._linear.out_features))()
        if self.block is None:
            self._unpack_from = _KEPT_NARROW_FROM if self._linear.out_features <= _NARROW else _KEPT_FROM

    def _in_parts(self, x: torch.Tensor) -> torch.Tensor:
        """Unpack as many columns as the buffer holds and multiply, until all are done."""
        self._parts = self._parts or self._divided(self._merger.buffer(x.device))
        out = torch.empty((x.shape[0], self._linear.out_features), dtype=x.dtype, device=x.device)
        for unpack in self._parts:
            weights, target = unpack(), out[:, unpack.columns.start : unpack.columns.stop]
            for rows, rows_of_target in zip(*(t.split(self.block or x.shape[0]) for t in (x, target)), strict=True):
                torch.mm(rows, weights, out=rows_of_target)
        return out

    def _divided(self, buffer: torch.Tensor) -> list[Any]:
        """Return what unpacks the columns, as many at a time as the buffer holds."""
        n = self._linear.out_features
        parts = -(-n // (buffer.numel() // self._linear.in_features // 64 * 64))
        width = -(-n // (64 * parts)) * 64
        ranges = (range(first, min(first + width, n)) for first in range(0, n, width))
        return [_unpacker(self._linear, buffer, columns) for columns in ranges]

    def _by_kept(self, x: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        return by_blocks(lambda part: torch.mm(part, kept), x, self.block)


def _unpacker(linear: Any, out: torch.Tensor, columns: range) -> Any:
    from rag.models.gptq.unpack import Unpacker

    return Unpacker(linear, out, columns)


def supports(linear: Any) -> bool:
    """Return whether our kernels read a layer: Marlin layout, float16, 4 bits, no act-order, whole tiles, no bias."""
    return (
        type(linear).__name__ == "MarlinLinear"
        and linear.bits == 4
        and linear.scales.dtype == torch.float16
        and linear.g_idx.numel() == 0
        and linear.bias is None
        and getattr(linear, "_marlin_tile_padding", 0) is None
        and linear.out_features % 64 == 0
        and linear.group_size in _GROUPS
    )


def unpacks() -> bool:
    """Return whether prompts are multiplied with unpacked weights on this GPU."""
    return torch.cuda.is_available() and torch.cuda.get_device_capability()[0] == _CAPABILITY


def _concatenated(linears: Sequence[Any]) -> tuple[Any, ...]:
    """Concatenate Marlin layers of the same input, if they read it in the same order.

    Marlin stores tiles of 64 columns one after another, so the columns of several matrices can be concatenated.
    """
    first, *others = linears
    same_order = all(torch.equal(first.g_idx_sort_indices, other.g_idx_sort_indices) for other in others)
    tiled = all(
        linear.out_features % 64 == 0 and getattr(linear, "_marlin_tile_padding", 0) is None for linear in linears
    )
    if not (others and same_order and tiled):
        return tuple(linears)
    for name in ("qweight", "scales"):
        merged = torch.cat([getattr(linear, name).data for linear in linears], dim=1)
        for linear in linears:
            getattr(linear, name).data = merged.new_empty(0)
        getattr(first, name).data = merged
    first.out_features = sum(linear.out_features for linear in linears)
    return (first,)
