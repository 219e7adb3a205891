"""The one way from a command to the terminal."""

from __future__ import annotations

import click

from rag.text.terminal_text import terminal_text


def echo(message: object = "", *, nl: bool = True, err: bool = False) -> None:
    """Print a message, on stderr with `err`; a terminal acts on nothing in it."""
    click.echo(terminal_text(str(message)), nl=nl, err=err)
