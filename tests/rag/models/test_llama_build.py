"""The build of llama.cpp is named with its instruction set."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.models.llama_build import instructions, llama_build, server_build
from tests.llama_stand_in import write_executable


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


VERSION = "echo noise; echo 'version: 7 (abc)'; echo 'built with cc 1 for here'"


def test_an_executable_is_asked_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = 'echo "0.1 I system_info: n_threads = 1 / 1 | CPU : AVX512 = 1 | AMX_INT8 = 0 | FMA = 1 |" >&2; exit 1'
    write_executable(tmp_path / "llama-server", f'if [ "$1" = --version ]; then {VERSION}; else {log}; fi')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    expected = "llama-server version: 7 (abc), built with cc 1 for here (AVX512, FMA)"
    assert server_build("llama-server") == expected
    assert server_build(str(tmp_path / "llama-server")) == expected


def test_an_executable_that_names_no_instructions_says_so(tmp_path: Path) -> None:
    build = server_build(write_executable(tmp_path / "llama-server", VERSION))
    assert build == "llama-server version: 7 (abc), built with cc 1 for here (instruction set unknown)"


def test_an_executable_that_is_replaced_in_use_is_refused(tmp_path: Path) -> None:
    path = write_executable(tmp_path / "llama-server", VERSION)
    server_build(path)
    write_executable(tmp_path / "llama-server", VERSION.replace("7", "8"))
    with pytest.raises(ModelUnavailable, match=r"replaced.*7 \(abc\).*before.*8 \(abc\).*now.*Start kotae again"):
        server_build(path)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 0", "not llama-server: it does not report a version"),
        ("echo hello", "not llama-server"),
        ("echo built with cc", "not llama-server"),
        ("kill -ILL $$", "does not start: SIGILL"),
        (
            "printf 'x\\n\\033[2Jno such library\\n'; kill -9 $$",
            r"does not start: SIGKILL / \\u001b\[2Jno such library",
        ),
    ],
)
def test_what_is_no_llama_server_is_refused(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"{message}.*{tmp_path}.*--version"):
        server_build(write_executable(tmp_path / "llama-server", script))


def test_what_is_no_executable_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("version: 7")
    (tmp_path / "program").write_bytes(b"\x7fELF none")
    (tmp_path / "program").chmod(0o755)
    for name in ("text", "missing"):
        with pytest.raises(ModelUnavailable, match=f"not an executable: {tmp_path / name}"):
            server_build(str(tmp_path / name))
    with pytest.raises(ModelUnavailable, match=r"does not start: .*format"):
        server_build(str(tmp_path / "program"))
