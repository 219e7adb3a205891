"""Multiply one row with weights in Marlin's layout by our own kernel (single.cu), for the steps of a single answer.

With one row, reading the weights should be all the work. On an H200 the products of a 13B step take 2.2 ms, and with
Marlin, which is made for tiles of 16 rows, 3.3 ms. The kernel does not include PyTorch's headers: seconds for nvcc.
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

from rag.models.gptq.builds import builds_folder
from rag.models.gptq.kernels import compiler_path
from rag.storage.atomic import atomic_directory

_SOURCE = Path(__file__).with_name("single.cu")
_WARPS, _TILES = 8, 4  # of a block, and of 16 inputs of one group that a warp reads at once
_WIDE_FROM = 160
"""Tiles of 64 outputs from which a block takes two (H200)."""
_BLOCKS, _WIDE_BLOCKS = 396, 264
"""At most: three for each of the 132 multiprocessors of an H200, or two wide ones.

Their shared memory leaves room for the next kernel's.
"""
_MOST_SPLITS = 8  # blocks of a cluster

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
    function.argtypes = [ctypes.c_void_p] * 6 + [ctypes.c_int] * 6 + [ctypes.c_void_p]
    return function


class SingleRow:
    """The product of one row with the weights of a Marlin layer."""

    def __init__(self, linear: Any, launch: Launch) -> None:
        """Take a Marlin layer in float16 with 4 bits and groups of 32, 64 or 128 inputs."""
        self._linear = linear
        self._launch = launch
        self._k, self._n, self._group = linear.in_features, linear.out_features, linear.group_size
        tiles = self._n // 64
        self._wide = 2 if tiles >= _WIDE_FROM and tiles % 2 == 0 else 1
        self._splits = _splits(tiles // self._wide, self._k // min(self._group, 16 * _TILES), self._wide)
        from rag.models.batch import fused

        device = linear.qweight.device
        self._early = int(fused.starts_early())
        self._sums = torch.empty(self._splits * self._n, dtype=torch.float32, device=device)
        self._arrived = torch.zeros(tiles, dtype=torch.int32, device=device)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply x, [1, inputs], to [1, outputs]."""
        y = torch.empty((1, self._n), dtype=x.dtype, device=x.device)
        tensors = (self._linear.qweight, self._linear.scales, x.contiguous(), y, self._sums, self._arrived)
        stream = torch.cuda.current_stream().cuda_stream
        how = (self._k, self._n, self._group, self._wide, self._splits, self._early)
        error = self._launch(*(tensor.data_ptr() for tensor in tensors), *how, stream)
        if error:
            raise RuntimeError(f"The single-row kernel could not be launched: CUDA error {error}")
        return y


def _splits(blocks: int, units: int, wide: int) -> int:
    """Return how many blocks share the inputs of some outputs: so many that each warp has the fewest units.

    Of equals the fewest.
    """
    most = (_WIDE_BLOCKS if wide == 2 else _BLOCKS) // blocks
    return min(range(1, max(1, min(_MOST_SPLITS, most)) + 1), key=lambda splits: -(-units // (splits * _WARPS)))
