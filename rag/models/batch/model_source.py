"""A transformers model on disk, and how it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MergeLinears = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Gives, for linear layers of the same input, layers whose outputs side by side are theirs: fewer or quicker ones.

The layers it was given are not to be called any more.
"""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on disk: what its config.json says, its weights once loaded (bytes), and how and where it is loaded.

    `thread_stream`: whether its kernels launch on CUDA's default stream of the thread. `merge`: what may be done with
    its linear layers before they run in a fused forward pass.
    """

    folder: Path
    config: dict[str, Any]
    weight_bytes: int
    device: str
    dtype: str
    load: Callable[[], Any]
    thread_stream: bool = False
    merge: MergeLinears = tuple
