"""The compiled kernels in the user cache: where gptqmodel looks for its build, and the announcement of a first one."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.models.quiet_libraries import quiet
from rag.settings import cache_dir

_EXTENSIONS = {
    "marlin": ("gptqmodel.utils.marlin", "_MARLIN_FP16_TORCH_OPS_EXTENSION", "2 to 4 minutes"),
    "exllama_v2": ("gptqmodel.utils.exllamav2", "_EXLLAMAV2_GPTQ_TORCH_OPS_EXTENSION", "about 35 seconds"),
}
"""Module and name of gptqmodel's description of a build, and how long the build takes."""


def builds_folder() -> Path:
    """Return the folder of compiled kernels, in the user cache."""
    return cache_dir() / "kernels"


def needs_build(kernel: str) -> bool:
    """Return whether nvcc compiles this kernel."""
    return kernel in _EXTENSIONS


def is_built(kernel: str) -> bool:
    """Return whether gptqmodel would load its build of `kernel` rather than compile it.

    gptqmodel keeps a build under a fingerprint of PyTorch, CUDA, its sources, flags, and the GPUs it is for: after an
    upgrade an earlier build does not count. Imports gptqmodel; without it, or if it cannot say, nothing is built.
    """
    if not needs_build(kernel):
        return True
    module, name, _ = _EXTENSIONS[kernel]
    try:
        with _environment(kernel), quiet():
            extension: Any = getattr(importlib.import_module(module), name)
            return any(path.is_file() for path in extension._candidate_binary_paths(extension.build_root()))
    except (ImportError, AttributeError, OSError):
        return False


@contextmanager
def ready_to_build(kernel: str) -> Iterator[None]:
    """Direct builds to the user cache, and announce a first build on stderr."""
    with _environment(kernel):
        if not is_built(kernel):
            sys.stderr.write(
                f"Compiling the kernel {kernel} for this GPU, once: {_EXTENSIONS[kernel][2]}. "
                f"The build is kept in {builds_folder()}\n"
            )
            sys.stderr.flush()
        yield


@contextmanager
def _environment(kernel: str) -> Iterator[None]:
    """Set what decides where and how gptqmodel builds.

    ExLlamaV2 launches on the default stream, where no graph can be captured. Compiled for the per-thread default stream
    it can: `GptqEngine` captures on that stream.
    """
    settings = {"GPTQMODEL_TORCH_EXTENSIONS_DIR": str(builds_folder()), "GPTQMODEL_OFFLINE": "1"}
    if kernel == "exllama_v2":
        settings["NVCC_APPEND_FLAGS"] = "--default-stream per-thread"
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
