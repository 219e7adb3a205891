"""Run kotae's commands in tests, in this process or in a new one."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from kotae.commands import main
from tests.eval.set_checks import ROOT

CLI = ROOT / "cli.py"
TENNIS = "「テニスの王子様」の作者はだれですか？"


def kotae(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=env)


def process(*arguments: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CLI), *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def processor_seconds(run: Callable[[], subprocess.CompletedProcess[Any]]) -> float:
    """Return the CPU seconds of a child process, which must succeed."""
    before = os.times()
    assert run().returncode == 0
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def parse(command: str) -> None:
    """Parse a command line without running it. Raises UsageError."""
    group, words = main, shlex.split(command, comments=True)[1:]
    context = click.Context(main, info_name="kotae")
    while isinstance(group, click.Group):
        name, found, words = group.resolve_command(context, words)
        assert found is not None, name
        group = found  # type: ignore[assignment]
        context = (
            group.make_context(name, list(words), parent=context) if not isinstance(group, click.Group) else context
        )


def refused(result: Result, *words: str) -> str:
    """Check for exit status 1, nothing on stdout, and one line on stderr with these words; return the line."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("kotae: ")
    for word in words:
        assert word in line
    return line
