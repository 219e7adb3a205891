"""A transformers model on disk and the function that loads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MergeLinears = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Replaces linear layers of the same input by fewer or faster ones with the same concatenated output.

The original layers must not be called afterwards.
"""


def _take_nothing(spare: int) -> int:  # noqa: ARG001
    return 0


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on disk: its config.json, the bytes of its weights once loaded, its device, dtype and loader.

    `thread_stream`: its kernels launch on CUDA's per-thread default stream. `merge`: applied to its linear layers
    before they run in a fused forward pass. `use_spare`: speeds the model up with at most so many bytes of memory, and
    returns the bytes it took. `even_rows`: from how many rows on a product of up to 64 rows computes each row the same
    whatever their number; by default only with 64.
    """

    folder: Path
    config: dict[str, Any]
    weight_bytes: int
    device: str
    dtype: str
    load: Callable[[], Any]
    thread_stream: bool = False
    merge: MergeLinears = tuple
    use_spare: Callable[[int], int] = _take_nothing
    even_rows: int = 64
