"""Help is quick, imports nothing heavy, and says what every option does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from kotae.commands import main
from tests.commands import parse, processor_seconds
from tests.eval.set_checks import ROOT

HEAVY = (
    "torch",
    "transformers",
    "chromadb",
    "sentence_transformers",
    "xllamacpp",
    "langchain_core",
    "openpyxl",
    "numpy",
    "openai",
    "langchain_openai",
    "starlette",
    "uvicorn",
)


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@dataclass(frozen=True)
class Helped:
    """What `--help` of a command printed, which heavy packages it imported, and its seconds of a processor."""

    stdout: str
    heavy: list[str]
    seconds: float


class Forks:
    """Runs `--help` of one command after the other, each in a fork of a Python that has imported nothing yet."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._helped: dict[tuple[str, ...], Helped] = {}

    def help(self, *path: str, again: bool = False) -> Helped:
        if again or path not in self._helped:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            print(json.dumps(path), file=self._process.stdin, flush=True)
            self._helped[path] = Helped(**json.loads(self._process.stdout.readline()))
        return self._helped[path]


FORKS = """
import json, os, runpy, sys, tempfile

def run(path, heavy):
    sys.argv = ["cli.py", *path, "--help"]
    try:
        runpy.run_path("cli.py", run_name="__main__")
    except SystemExit as end:
        assert not end.code
    sys.stdout.flush()
    heavy.write(json.dumps(sorted({HEAVY} & set(sys.modules))))
    heavy.flush()

for line in sys.stdin:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stdout, tempfile.TemporaryFile("w+") as heavy:
        child = os.fork()
        if child == 0:
            os.dup2(stdout.fileno(), 1)
            try:
                run(json.loads(line), heavy)
            finally:
                os._exit(0)
        _, status, usage = os.wait4(child, 0)
        stdout.seek(0)
        heavy.seek(0)
        seconds = usage.ru_utime + usage.ru_stime
        helped = {"stdout": stdout.read(), "heavy": json.loads(heavy.read()), "seconds": seconds}
        print(json.dumps(helped), flush=True)
"""


@pytest.fixture(scope="module")
def forks(process) -> Iterator[Forks]:
    command = [sys.executable, "-c", FORKS.replace("{HEAVY}", repr(set(HEAVY)))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as python:  # fmt: skip
        yield Forks(python)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_imports_nothing_heavy(path, forks: Forks) -> None:
    helped = forks.help(*path)
    assert helped.stdout.startswith("Usage:")
    assert helped.heavy == []


@pytest.fixture(scope="module")
def quick(process) -> float:
    """Half a second of a processor, or what Python and click alone take five times over where that is more.

    Less Python's own start, which the forks share.
    """
    start, with_click = (min(processor_seconds(run) for _ in range(3)) for run in (_import_nothing, _import_click))
    return max(0.5, 5 * with_click) - start


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_is_quick(path, quick, forks: Forks) -> None:
    """The best of several counts, as what else is done on the machine takes its time too."""
    assert any(forks.help(*path, again=again).seconds < quick for again in (False, True, True, True, True))


def test_what_help_imports_would_be_noticed(process) -> None:
    code = FORKS.replace("{HEAVY}", repr({"click", "torch"}))
    helped = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input='["ask"]\n', capture_output=True, text=True, check=True
    ).stdout
    assert Helped(**json.loads(helped)).heavy == ["click"]
    assert Helped(**json.loads(helped)).seconds > 0


def _import_nothing() -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", ""], cwd=ROOT, check=False)


def _import_click() -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", "import click"], cwd=ROOT, check=False)


def test_every_option_says_what_it_does_and_has_its_variable() -> None:
    for path in commands():
        command = command_at(path)
        for option in command.params:
            if isinstance(option, click.Option) and option.name not in ("version", "yes"):
                assert option.help, f"{path} {option.name}"
                assert str(option.envvar).startswith("KOTAE_")
        assert command.help


def command_at(path: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return command


def examples(path: tuple[str, ...]) -> list[str]:
    """The commands of the example on a help page, as it is printed."""
    page = CliRunner().invoke(main, [*path, "--help"], prog_name="kotae").stdout
    _, found, block = page.partition("\n  Example:\n")
    assert found, f"no example: {path}"
    return [line.strip() for line in block.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_page_has_an_example_that_parses(path) -> None:
    lines = examples(path)
    assert lines
    for line in lines:
        assert line.startswith(" ".join(("kotae", *path))), line
        parse(line)


def test_an_example_with_a_wrong_option_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse("kotae ask 質問 --no-such-option")
    with pytest.raises(click.UsageError):
        parse("kotae eval judge RUN --judge bundled")


def test_the_version() -> None:
    assert CliRunner().invoke(main, ["--version"], prog_name="kotae").stdout == f"kotae, version {version('kotae')}\n"
