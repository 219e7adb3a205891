"""Multiply one row with weights in Marlin's layout by our own kernel (single.cu), for the steps of a single answer.

With one row, reading the weights is all the work. On an H100 a 13B step takes a tenth less time than with Marlin, which
is made for tiles of 16 rows. The kernel does not include PyTorch's headers, so nvcc compiles it in seconds.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from rag.models.gptq.kernels import builds_folder, compiler_path
from rag.storage.atomic import atomic_directory

_SOURCE = Path(__file__).with_name("single.cu")
_WARPS = 4
_BLOCKS = 1200  # nine per multiprocessor of an H100, which has 132: the fastest of those tried
_GROUPS = (32, 64, 128)

Launch = Callable[..., int]


@functools.cache
def load_single() -> Launch | None:
    """Return the kernel, compiled at first use and kept in the user cache; None if no nvcc can compile it."""
    nvcc = compiler_path()
    major, minor = torch.cuda.get_device_capability()
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:12]
    folder = builds_folder() / f"single-{digest}-{major}{minor}"
    if nvcc is None and not folder.is_dir():
        return None

    def make(target: Path) -> None:
        arch = f"-gencode=arch=compute_{major}{minor},code=sm_{major}{minor}"
        flags = ["-O3", "-std=c++17", "-shared", "-Xcompiler", "-fPIC", arch]
        command = [str(nvcc), *flags, "-o", str(target / "single.so"), str(_SOURCE)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603

    try:
        library = ctypes.CDLL(str(atomic_directory(folder, make) / "single.so"))
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    function = library.kotae_single
    function.argtypes = [ctypes.c_void_p] * 6 + [ctypes.c_int] * 4 + [ctypes.c_void_p]
    return function


class SingleRowLinear:
    """A Marlin layer that sends a single row to the kernel and several rows to Marlin."""

    def __init__(self, linear: Any, launch: Launch) -> None:
        self._linear = linear
        self._launch = launch
        self._k, self._n, self._group = linear.in_features, linear.out_features, linear.group_size
        tiles, groups = self._n // 64, self._k // self._group
        self._splits = max(1, min(-(-groups // _WARPS), round(_BLOCKS / tiles)))
        device = linear.qweight.device
        self._sums = torch.empty(self._splits * self._n, dtype=torch.float32, device=device)
        self._arrived = torch.zeros(tiles, dtype=torch.int32, device=device)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply x, [tokens, inputs], to [tokens, outputs]."""
        if x.shape[0] != 1:
            out: torch.Tensor = self._linear(x)
            return out
        y = torch.empty((1, self._n), dtype=x.dtype, device=x.device)
        tensors = (self._linear.qweight, self._linear.scales, x.contiguous(), y, self._sums, self._arrived)
        stream = torch.cuda.current_stream().cuda_stream
        error = self._launch(
            *(tensor.data_ptr() for tensor in tensors), self._k, self._n, self._group, self._splits, stream
        )
        if error:
            raise RuntimeError(f"The single-row kernel could not be launched: CUDA error {error}")
        return y


def supports(linear: Any) -> bool:
    """Return whether the kernel reads a layer: Marlin layout, float16, 4 bits, no act-order, whole tiles, no bias."""
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
