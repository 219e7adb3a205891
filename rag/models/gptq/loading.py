"""Load a checkpoint with gptqmodel, and keep its output off stdout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rag.errors import ModelUnavailable, first_line
from rag.messages import Message
from rag.models.gptq.builds import ready_to_build
from rag.models.gptq.checkpoint import Checkpoint
from rag.models.gptq.kernels import KernelChoice
from rag.models.quiet_libraries import quiet

_BACKENDS = {"marlin": "GPTQ_MARLIN", "exllama_v2": "GPTQ_EXLLAMA_V2", "triton": "GPTQ_TRITON", "torch": "GPTQ_TORCH"}
_ATEN_GROUPS = (16, 32, 64, 128)  # group sizes of PyTorch's own 4-bit product on a CPU
INSTALL = 'pip install gptqmodel==7.6.0 "protobuf>=7.34" "sentencepiece>=0.2"'


def load_model(checkpoint: Checkpoint, choice: KernelChoice) -> Any:
    """Return the model, a transformers model with packed linear layers, on its device and ready to run.

    Raises ModelUnavailable.
    """
    with ready_to_build(choice.kernel), quiet(show=not choice.built):
        gptqmodel = import_gptqmodel()
        import torch

        try:
            with _on_one_gpu():
                loaded = gptqmodel.GPTQModel.load(
                    str(checkpoint.folder),
                    backend=gptqmodel.BACKEND[_backend(checkpoint, choice)],
                    device=choice.device,
                    dtype=getattr(torch, choice.dtype),
                    trust_remote_code=False,
                )
        except torch.OutOfMemoryError as error:
            raise ModelUnavailable(
                Message(
                    "The GPU has too little free memory for the weights ({weight_bytes:.1f} GiB)",
                    weight_bytes=checkpoint.weight_bytes / 2**30,
                ),
                where=str(checkpoint.folder),
            ) from error
        except Exception as error:  # gptqmodel raises many types
            raise ModelUnavailable(
                Message(
                    "gptqmodel cannot load this checkpoint with the kernel {kernel}: {error}",
                    kernel=choice.kernel,
                    error=first_line(error),
                ),
                where=str(checkpoint.folder),
                do="Try another --kernel.",
            ) from error
    if choice.device == "cpu":
        torch.compiler.set_stance("force_eager")  # gptqmodel would compile for a minute to save milliseconds
    return loaded.model.eval()


@contextmanager
def _on_one_gpu() -> Iterator[None]:
    """Keep gptqmodel 7.6.0 from spreading the layers over all GPUs, which it does whatever device it is given."""
    from gptqmodel.models import loader

    count = loader._layerwise_device_count
    loader._layerwise_device_count = lambda device: 1  # noqa: ARG005
    try:
        yield
    finally:
        loader._layerwise_device_count = count


def import_gptqmodel() -> Any:
    """Return the package. Raises ModelUnavailable with the command that installs it."""
    try:
        import gptqmodel
    except ImportError as error:
        raise ModelUnavailable(
            Message("GPTQ models need the package gptqmodel ({error})", error=first_line(error)),
            do=Message("Install it with: {install}", install=INSTALL),
        ) from error
    return gptqmodel


def _backend(checkpoint: Checkpoint, choice: KernelChoice) -> str:
    if choice.device == "cpu" and checkpoint.bits == 4 and checkpoint.group_size in _ATEN_GROUPS:
        return "GPTQ_TORCH_ATEN"
    return _BACKENDS[choice.kernel]
