"""The choice of the kernel: pure decisions, no GPU needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.models.gptq import builds
from rag.models.gptq.checkpoint import Checkpoint
from rag.models.gptq.kernels import Machine, choose_kernel

GIB = 1 << 30
H100 = Machine("NVIDIA H100", (9, 0), compiler=True)
A10 = Machine("NVIDIA A10", (8, 6), compiler=True)
T4 = Machine("Tesla T4", (7, 5), compiler=True)
V100 = Machine("Tesla V100", (7, 0), compiler=True)
NONE = Machine()


@pytest.fixture(autouse=True)
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled yet; asking gptqmodel takes long."""
    monkeypatch.setattr(builds, "is_built", lambda kernel: not builds.needs_build(kernel))


def _checkpoint(bits: int = 4, *, symmetric: bool = True) -> Checkpoint:
    return Checkpoint(Path(), (), {}, bits, 128, False, symmetric, 7 * GIB)


@pytest.mark.parametrize(
    ("machine", "kernel", "dtype", "device"),
    [
        (H100, "marlin", "float16", "cuda:0"),
        (A10, "marlin", "float16", "cuda:0"),
        (T4, "exllama_v2", "float16", "cuda:0"),
        (V100, "exllama_v2", "float16", "cuda:0"),
        (NONE, "torch", "bfloat16", "cpu"),
    ],
)
def test_kernel_of_a_device(machine: Machine, kernel: str, dtype: str, device: str) -> None:
    choice = choose_kernel(machine, _checkpoint())
    assert (choice.kernel, choice.dtype, choice.device) == (kernel, dtype, device)
    assert choice.reason in choice.text


def test_t4_has_neither_marlin_nor_bfloat16() -> None:
    assert "8.0" in choose_kernel(T4).reason
    with pytest.raises(SettingsError, match=r"'marlin' needs compute capability 8\.0, and this is Tesla T4.*7\.5"):
        choose_kernel(T4, _checkpoint(), "marlin")


def test_without_a_compiler_nothing_is_compiled() -> None:
    choice = choose_kernel(Machine("NVIDIA A10", (8, 6), compiler=False), _checkpoint())
    assert choice.kernel == "triton"
    assert "no CUDA compiler" in choice.reason
    assert choice.built


def test_kernel_fits_the_checkpoint() -> None:
    assert choose_kernel(H100, _checkpoint(symmetric=False)).kernel == "exllama_v2"
    assert choose_kernel(H100, _checkpoint(8)).kernel == "triton"
    assert choose_kernel(H100, _checkpoint(3)).kernel == "torch"
    for wanted, checkpoint, message in (
        ("marlin", _checkpoint(symmetric=False), "zero points"),
        ("exllama_v2", _checkpoint(8), "8"),
        ("machete", _checkpoint(), "Unknown kernel 'machete'.*Choose one of"),
    ):
        with pytest.raises(SettingsError, match=message):
            choose_kernel(H100, checkpoint, wanted)
    with pytest.raises(SettingsError, match="needs a CUDA GPU"):
        choose_kernel(NONE, _checkpoint(), "marlin")


def test_without_a_compiler_a_build_of_before_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "is_built", lambda kernel: kernel == "exllama_v2")
    assert choose_kernel(Machine("Tesla T4", (7, 5), compiler=False), _checkpoint()).kernel == "exllama_v2"
    assert choose_kernel(Machine("NVIDIA A10", (8, 6), compiler=False), _checkpoint()).kernel == "triton"


@pytest.mark.parametrize(("built", "words"), [(True, "its build is cached"), (False, "compiled at first use")])
def test_choice_says_whether_it_must_be_compiled(monkeypatch: pytest.MonkeyPatch, built: bool, words: str) -> None:
    monkeypatch.setattr(builds, "is_built", lambda _: built)
    assert words in choose_kernel(H100).text
    assert "nothing to compile" in choose_kernel(NONE).text
