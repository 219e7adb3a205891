"""Choose the kernel for products with packed weights by the hardware: explicit, offline, and with its reason.

| device | kernel | why |
| --- | --- | --- |
| compute capability 8.0 and above | Marlin, float16 | tensor cores on packed weights; can be captured in a graph |
| compute capability 7.0 to 7.5 (V100, T4) | ExLlamaV2, float16 | Marlin is kept for 8.0 and above; no bfloat16 there |
| a GPU without a CUDA compiler | Triton, float16 | the two kernels above need nvcc at first use |
| no GPU | PyTorch's own 4-bit products, bfloat16 | no compilation at all |
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError
from rag.messages import Message
from rag.models.gptq import builds
from rag.models.gptq.checkpoint import Checkpoint

KERNELS = ("auto", "marlin", "exllama_v2", "triton", "torch")
_MIN_CAPABILITY = {"marlin": (8, 0), "exllama_v2": (7, 0), "triton": (7, 0), "torch": (0, 0)}


@dataclass(frozen=True, slots=True)
class Machine:
    """The hardware that decides the kernel. `capability` is None without CUDA; `compiler`: nvcc and a C++ compiler."""

    gpu: str | None = None
    capability: tuple[int, int] | None = None
    compiler: bool = False

    @property
    def text(self) -> Message:
        """The GPU and its compute capability."""
        if self.capability is None:
            return Message("no GPU")
        return Message("{gpu}, {capability}", gpu=self.gpu, capability=_capability(self.capability))


@dataclass(frozen=True, slots=True)
class KernelChoice:
    """A kernel, its dtype and device, and the reason for it."""

    kernel: str
    dtype: str
    device: str
    reason: Message

    @property
    def built(self) -> bool:
        """Whether there is nothing to compile with nvcc."""
        return builds.is_built(self.kernel)

    @property
    def text(self) -> Message:
        """The kernel, the reason for it, and whether it has to be compiled."""
        if not builds.needs_build(self.kernel):
            build = Message("nothing to compile")
        else:
            build = Message("its build is cached") if self.built else Message("compiled at first use")
        return Message(
            "{kernel} in {dtype}: {reason}; {build}",
            kernel=self.kernel,
            dtype=self.dtype,
            reason=self.reason,
            build=build,
        )


def look_at_machine() -> Machine:
    """Return the first CUDA GPU that PyTorch sees. Imports torch."""
    import torch

    if not torch.cuda.is_available():
        return Machine()
    compiler = compiler_path() is not None and shutil.which(os.environ.get("CXX", "g++")) is not None
    return Machine(torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0), compiler)


def compiler_path() -> str | None:
    """Return the path of CUDA's compiler: on PATH, in CUDA_HOME, or in its usual folder; None if there is none."""
    usual = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin" / "nvcc"
    return shutil.which("nvcc") or (str(usual) if usual.is_file() else None)


def choose_kernel(machine: Machine, checkpoint: Checkpoint | None = None, wanted: str = "auto") -> KernelChoice:
    """Return the kernel for a machine and, if given, a checkpoint.

    Raises SettingsError if `wanted` is unknown or cannot run this checkpoint here.
    """
    if wanted not in KERNELS:
        raise SettingsError(
            Message("Unknown kernel {wanted!r}", wanted=wanted),
            do=Message("Choose one of: {kernels}.", kernels=", ".join(KERNELS)),
        )
    if machine.capability is None:
        if wanted not in ("auto", "torch"):
            raise SettingsError(
                Message("The kernel {wanted!r} needs a CUDA GPU, but PyTorch finds none", wanted=wanted)
            )
        return KernelChoice("torch", "bfloat16", "cpu", Message("PyTorch sees no GPU here"))
    if wanted == "auto":
        kernel, reason = _best(machine.capability, machine.compiler, checkpoint)
        return KernelChoice(kernel, "float16", "cuda:0", reason)
    _refuse(wanted, machine, checkpoint)
    return KernelChoice(wanted, "float16", "cuda:0", Message("asked for with --kernel"))


def _best(capability: tuple[int, int], compiler: bool, checkpoint: Checkpoint | None) -> tuple[str, Message]:
    described = _capability(capability)
    if checkpoint is not None and checkpoint.bits != 4:
        kernel = "torch" if checkpoint.bits == 3 else "triton"
        return kernel, Message(
            "the checkpoint has {bits} bits, and Marlin and ExLlamaV2 are used for 4", bits=checkpoint.bits
        )
    if capability < (7, 0):
        return "torch", Message("{described} is below 7.0, which the faster kernels need", described=described)
    if not compiler and not builds.is_built("marlin" if capability >= (8, 0) else "exllama_v2"):
        return "triton", Message("there is no CUDA compiler (nvcc and a C++ compiler) to build a faster kernel with")
    if capability < (8, 0):
        return "exllama_v2", Message(
            "{described} is below 8.0, which Marlin needs; no bfloat16 there", described=described
        )
    if checkpoint is not None and not checkpoint.symmetric:
        return "exllama_v2", Message("the checkpoint is quantised with zero points, which Marlin does not read")
    return "marlin", Message("{described}: tensor cores on packed weights", described=described)


def _capability(capability: tuple[int, int]) -> Message:
    return Message("compute capability {major}.{minor}", major=capability[0], minor=capability[1])


def _refuse(wanted: str, machine: Machine, checkpoint: Checkpoint | None) -> None:
    assert machine.capability is not None  # noqa: S101
    minimum = _MIN_CAPABILITY[wanted]
    if machine.capability < minimum:
        raise SettingsError(
            Message(
                "The kernel {wanted!r} needs {minimum}, and this is {machine}",
                wanted=wanted,
                minimum=_capability(minimum),
                machine=machine.text,
            ),
            do="Omit --kernel.",
        )
    if checkpoint is None:
        return
    if builds.needs_build(wanted) and checkpoint.bits != 4:
        raise SettingsError(
            Message(
                "The kernel {wanted!r} is for 4 bits, but the checkpoint has {bits}",
                wanted=wanted,
                bits=checkpoint.bits,
            )
        )
    if wanted == "marlin" and not checkpoint.symmetric:
        raise SettingsError("The kernel 'marlin' does not support zero points, which this checkpoint uses")
    if wanted == "triton" and checkpoint.bits == 3:
        raise SettingsError("The kernel 'triton' does not support 3 bits")
