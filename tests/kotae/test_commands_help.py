"""Help is quick, imports nothing heavy, and says what every option does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from kotae.commands import main
from tests.commands import parse, process, processor_seconds
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


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_imports_nothing_heavy(path) -> None:
    code = (
        "import sys\nfrom kotae import commands as cli\n"
        f"try: cli.main([*{path!r}, '--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage:")
    assert done.stderr.strip() == "[]"


@pytest.fixture(scope="module")
def quick() -> float:
    """Half a second of a processor, or what Python and click alone take five times over where that is more."""
    return max(0.5, 5 * min(processor_seconds(_import_click) for _ in range(3)))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_is_quick(path, quick) -> None:
    """The best of several counts, as what else is done on the machine takes its time too."""
    assert any(processor_seconds(lambda: process(*path, "--help", cwd=ROOT)) < quick for _ in range(5))


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
