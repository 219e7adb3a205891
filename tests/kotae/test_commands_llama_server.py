"""--llama-server on the command line: a run records the build, and keeps to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.models.llama_build import llama_build
from tests.commands import kotae, refused
from tests.llama_stand_in import write_executable, write_stand_in


def test_doctor_names_the_build_of_the_executable(tmp_path: Path) -> None:
    script = write_executable(tmp_path / "llama-server", "echo 'version: 7 (abc)'")
    assert f"llama.cpp {llama_build()}, " in kotae("doctor").stdout
    for options, environment in ((("--llama-server", script), {}), ((), {"KOTAE_LLAMA_SERVER": script})):
        found = kotae("doctor", *options, env=environment).stdout
        assert "llama.cpp llama-server version: 7 (abc) (instruction set unknown), " in found


def test_doctor_says_why_an_executable_cannot_be_used(tmp_path: Path) -> None:
    result = kotae("doctor", "--llama-server", tmp_path / "none")
    assert result.exit_code == 0
    assert f"llama.cpp This is not an executable: {tmp_path / 'none'}. Give --llama-server" in result.stdout


@pytest.mark.model
def test_a_run_keeps_to_its_build(tmp_path: Path, verify: Path) -> None:
    out, script = tmp_path / "run", write_stand_in(tmp_path / "llama-server")
    command = ("eval", "run", verify, "--out", out, "--conditions", "no_rag", "--limit", "1", "--max-tokens", "2")
    assert kotae(*command, env={"KOTAE_LLAMA_SERVER": script}).exit_code == 0
    build = json.loads((out / "run.json").read_text(encoding="utf-8"))["identity"]["build"]
    assert build.startswith("llama-server version: ")
    refused(kotae(*command), "build", build, str(llama_build()))
    refused(kotae(*command[:4], tmp_path / "other", *command[5:], "--reuse", out), "another build", build)
    refused(kotae(*command, "--llama-server", tmp_path / "none"), "not an executable")
