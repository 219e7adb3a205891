"""Which kernel multiplies with the packed weights, by what the machine has: explicit, offline, and said in words.

| device | kernel | why |
| --- | --- | --- |
| compute capability 8.0 and above | Marlin, float16 | tensor cores on packed weights; can be captured in a graph |
| compute capability 7.0 to 7.5 (V100, T4) | ExLlamaV2, float16 | Marlin is kept for 8.0 and above; no bfloat16 there |
| a GPU without a CUDA compiler | Triton, float16 | the two above are compiled by nvcc at first use |
| no GPU | PyTorch's own 4-bit products, bfloat16 | no compilation at all |
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError
from rag.models.gptq.checkpoint import Checkpoint
from rag.settings import cache_dir

KERNELS = ("auto", "marlin", "exllama_v2", "triton", "torch")
_BUILDS = {"marlin": ("marlin_fp16", "2 to 3 minutes"), "exllama_v2": ("exllamav2", "about 35 seconds")}
_LEAST = {"marlin": (8, 0), "exllama_v2": (7, 0), "triton": (7, 0), "torch": (0, 0)}


@dataclass(frozen=True, slots=True)
class Machine:
    """What a kernel is chosen by. `capability` is None without a CUDA GPU; `compiler`: nvcc and a C++ compiler."""

    gpu: str | None = None
    capability: tuple[int, int] | None = None
    compiler: bool = False

    def __str__(self) -> str:
        if self.capability is None:
            return "no GPU"
        return f"{self.gpu}, compute capability {self.capability[0]}.{self.capability[1]}"


@dataclass(frozen=True, slots=True)
class KernelChoice:
    """A kernel, the numbers it computes in, where, and why."""

    kernel: str
    dtype: str
    device: str
    reason: str

    @property
    def build_folder(self) -> Path | None:
        """Where its compiled form is kept; None for a kernel that nvcc does not compile."""
        build = _BUILDS.get(self.kernel)
        return None if build is None else builds_folder() / build[0]

    @property
    def cached(self) -> bool:
        """Whether nothing is left to compile with nvcc."""
        folder = self.build_folder
        return folder is None or any(folder.rglob("*.so")) or any(folder.rglob("*.pyd"))

    def __str__(self) -> str:
        if self.build_folder is None:
            build = "nothing to compile"
        else:
            build = "its build is cached" if self.cached else "compiled at first use"
        return f"{self.kernel} in {self.dtype}: {self.reason}; {build}"


def look_at_machine() -> Machine:
    """The first CUDA GPU that PyTorch sees. Imports torch."""
    import torch

    if not torch.cuda.is_available():
        return Machine()
    compiler = compiler_path() is not None and shutil.which(os.environ.get("CXX", "g++")) is not None
    return Machine(torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0), compiler)


def compiler_path() -> str | None:
    """CUDA's compiler: on the path, in CUDA_HOME, or where it is usually installed."""
    usual = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin" / "nvcc"
    return shutil.which("nvcc") or (str(usual) if usual.is_file() else None)


def choose_kernel(machine: Machine, checkpoint: Checkpoint | None = None, wanted: str = "auto") -> KernelChoice:
    """The kernel for a machine, and for a checkpoint where one is given.

    Raises SettingsError where `wanted` is unknown or cannot run this checkpoint here.
    """
    if wanted not in KERNELS:
        raise SettingsError(f"There is no kernel {wanted!r}", do=f"Known are: {', '.join(KERNELS)}.")
    if machine.capability is None:
        if wanted not in ("auto", "torch"):
            raise SettingsError(f"The kernel {wanted!r} needs a CUDA GPU, and PyTorch sees none here")
        return KernelChoice("torch", "bfloat16", "cpu", "PyTorch sees no GPU here")
    if wanted == "auto":
        kernel, reason = _best(machine.capability, machine.compiler, checkpoint)
        return KernelChoice(kernel, "float16", "cuda:0", reason)
    _refuse(wanted, machine, checkpoint)
    return KernelChoice(wanted, "float16", "cuda:0", "asked for with --kernel")


def _best(capability: tuple[int, int], compiler: bool, checkpoint: Checkpoint | None) -> tuple[str, str]:
    said = f"compute capability {capability[0]}.{capability[1]}"
    if checkpoint is not None and checkpoint.bits != 4:
        kernel = "torch" if checkpoint.bits == 3 else "triton"
        return kernel, f"the checkpoint has {checkpoint.bits} bits, and Marlin and ExLlamaV2 are used for 4"
    if capability < (7, 0):
        return "torch", f"{said} is below 7.0, which the faster kernels need"
    if not compiler and not _built("marlin" if capability >= (8, 0) else "exllama_v2"):
        return "triton", "there is no CUDA compiler (nvcc and a C++ compiler) to build a faster kernel with"
    if capability < (8, 0):
        return "exllama_v2", f"{said} is below 8.0, which Marlin needs; no bfloat16 there"
    if checkpoint is not None and not checkpoint.symmetric:
        return "exllama_v2", "the checkpoint is quantised with zero points, which Marlin does not read"
    return "marlin", f"{said}: tensor cores on packed weights"


def _refuse(wanted: str, machine: Machine, checkpoint: Checkpoint | None) -> None:
    assert machine.capability is not None  # noqa: S101
    least = _LEAST[wanted]
    if machine.capability < least:
        raise SettingsError(
            f"The kernel {wanted!r} needs compute capability {least[0]}.{least[1]}, and this is {machine}",
            do="Leave --kernel away.",
        )
    if checkpoint is None:
        return
    if wanted in _BUILDS and checkpoint.bits != 4:
        raise SettingsError(f"The kernel {wanted!r} is for 4 bits, and the checkpoint has {checkpoint.bits}")
    if wanted == "marlin" and not checkpoint.symmetric:
        raise SettingsError("The kernel 'marlin' reads no zero points, and the checkpoint is quantised with them")
    if wanted == "triton" and checkpoint.bits == 3:
        raise SettingsError("The kernel 'triton' does not read 3 bits")


def _built(kernel: str) -> bool:
    return KernelChoice(kernel, "", "", "").cached


def builds_folder() -> Path:
    """Where compiled kernels are kept, in the user cache."""
    return cache_dir() / "kernels"


@contextmanager
def ready_to_build(choice: KernelChoice) -> Iterator[None]:
    """Builds go to the user cache meanwhile; a first one is announced on stderr.

    ExLlamaV2 launches on the default stream, where no graph can be captured. Compiled for a default stream of each
    thread it can: `GPTQ` engines capture on that stream.
    """
    settings = {"GPTQMODEL_TORCH_EXTENSIONS_DIR": str(builds_folder()), "GPTQMODEL_OFFLINE": "1"}
    if choice.kernel == "exllama_v2":
        settings["NVCC_APPEND_FLAGS"] = "--default-stream per-thread"
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    if not choice.cached:
        sys.stderr.write(
            f"Compiling the kernel {choice.kernel} for this GPU, once: {_BUILDS[choice.kernel][1]}. "
            f"The build is kept in {choice.build_folder}\n"
        )
        sys.stderr.flush()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
