"""Where gptqmodel looks for its compiled kernels decides what is built, not what lies in the folder."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from rag.models.gptq import builds


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOTAE_CACHE", str(tmp_path))
    return tmp_path / "kernels"


def _library(kernel: str) -> Path:
    """The file that gptqmodel would load."""
    module, name, _ = builds._EXTENSIONS[kernel]
    with builds._environment(kernel):
        extension: Any = getattr(importlib.import_module(module), name)
        path: Path = extension._candidate_binary_paths(extension.build_root())[0]
    return path


@pytest.mark.parametrize("kernel", ["marlin", "exllama_v2"])
def test_build_of_another_version_does_not_count(
    cache: Path, gptqmodel: Any, capsys: pytest.CaptureFixture[str], kernel: str
) -> None:
    library = _library(kernel)
    assert library.is_relative_to(cache)
    stale = library.parent.parent / "0123456789abcdef" / library.name
    stale.parent.mkdir(parents=True)
    stale.touch()
    assert not builds.is_built(kernel)
    with builds.ready_to_build(kernel):
        assert f"Compiling the kernel {kernel}" in capsys.readouterr().err
    library.parent.mkdir(parents=True)
    library.touch()
    assert builds.is_built(kernel)
    with builds.ready_to_build(kernel):
        assert capsys.readouterr().err == ""


def test_build_for_other_gpus_does_not_count(cache: Path, gptqmodel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_CUDA_ARCH_LIST", "9.0")
    library = _library("marlin")
    library.parent.mkdir(parents=True)
    library.touch()
    assert builds.is_built("marlin")
    monkeypatch.setenv("TORCH_CUDA_ARCH_LIST", "8.6")
    assert not builds.is_built("marlin")


def test_a_version_that_cannot_say_is_announced(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(builds._EXTENSIONS, "marlin", ("rag.records", "_NO_SUCH_EXTENSION", "long"))
    assert not builds.is_built("marlin")
    with builds.ready_to_build("marlin"):
        assert "once: long" in capsys.readouterr().err


def test_kernels_without_a_build_need_none(cache: Path) -> None:
    for kernel in ("triton", "torch"):
        assert builds.is_built(kernel)
        assert not builds.needs_build(kernel)
    assert not cache.exists()
