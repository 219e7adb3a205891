"""The one way from a command to the terminal."""

from __future__ import annotations

import click

from rag.messages import Message, localized
from rag.text.terminal_text import terminal_text


def echo(message: object = "", *, nl: bool = True, err: bool = False) -> None:
    """Print a text, on stderr with `err`, a message in the language of the command line; a terminal acts on nothing."""
    text = localized(message) if isinstance(message, Message) else str(message)
    click.echo(terminal_text(text), nl=nl, err=err)
