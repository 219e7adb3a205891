"""The build of llama.cpp is named with its instruction set."""

from __future__ import annotations

import sys
from importlib.metadata import version

import pytest

from rag.models.llama_build import instructions, llama_build


def test_package_version_and_instruction_set() -> None:
    build = llama_build.__wrapped__()
    assert build.startswith(f"xllamacpp {version('xllamacpp')} (")
    assert build.endswith(")")


@pytest.mark.parametrize(
    ("system_info", "expected"),
    [
        ("", []),
        ("CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 0 | AMX_INT8 = 1 | ", ["SSE3", "AVX2", "AMX_INT8"]),
        ("CUDA : ARCHS = 750,900 | USE_GRAPHS = 1 | CPU : NEON = 1 | SVE_CNT = 16", ["USE_GRAPHS", "NEON"]),
    ],
)
def test_what_is_switched_on_is_named(system_info: str, expected: list[str]) -> None:
    assert instructions(system_info) == expected


def test_without_the_package_there_is_no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    assert llama_build.__wrapped__() is None
