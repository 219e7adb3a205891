"""The page of all commands, from their `--help`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kotae.commands import main

PATH = Path(__file__).parents[1] / "cli.md"
WIDTH = 100  # columns of the help texts

_HEAD = """# Commands

Generated from `--help` by `python -m docs.tools` (`make docs-pages`); do not edit by hand.

- Results go to stdout, progress and errors to stderr. With `--json` a command prints one JSON object.
- Exit status: 0 done, 1 a named error, 2 misuse; 130 after Ctrl-C (SIGINT), 143 after SIGTERM.
- Every option can be set in the environment. The variable of an option is its name in capitals with `KOTAE_` in front:
  `KOTAE_MODEL`, `KOTAE_INDEX`, `KOTAE_TOP_K`. `KOTAE_MODEL` may hold several models for `kotae eval run`, one a line;
  `kotae doctor` reads `KOTAE_DOCTOR_MODEL` instead.
- Help, progress and messages are in English or Japanese: that of the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`), unless
  `--lang en` or `--lang ja`, or `KOTAE_LANG`, says otherwise. Where there is no Japanese locale, they are in English.
- `--offline` never asks the hub for anything. Servers that you name are still used. kotae
  contacts no other hosts than the hub and the servers that you name.
- In a clone that is not installed, use `python cli.py` instead of `kotae`.
"""


def render() -> str:
    """Return the page."""
    sections = (f"\n## {title}\n\n```text\n{text}\n```\n" for title, text in _helps(main, ("kotae",)))
    return _HEAD + "".join(sections)


def _helps(
    command: click.Command, path: tuple[str, ...], parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield name and help text of a command and of its subcommands, as the command line prints them."""
    context = click.Context(
        command,
        parent=parent,
        info_name=path[-1],
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        **command.context_settings,
    )
    yield " ".join(path), "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for name, subcommand in sorted(command.commands.items()):
            yield from _helps(subcommand, (*path, name), context)
