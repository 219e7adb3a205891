"""`kotae models`: list the kinds of model URI."""

from __future__ import annotations

import click

from kotae.console import echo
from kotae.options import json_option
from kotae.settings import as_json_text
from rag.messages import Message


@click.command(short_help="List the kinds of models.")
@json_option
def models(as_json: bool) -> None:
    """List the kinds of model URI, what each needs, and whether it can run here.

    \b
    Example:
      kotae models
    """
    from rag.models.registry import KINDS

    rows = [{"uri": k.uri, "engine": k.engine, "needs": k.needs, "available": k.available} for k in KINDS.values()]
    if as_json:
        echo(as_json_text({"models": rows}))
        return
    for kind in KINDS.values():
        state = Message("ready") if kind.available else Message("not installed: {install}", install=kind.install)
        row = "{uri:<33} {engine:<12} needs {needs:<20} {state}"
        echo(Message(row, uri=kind.uri, engine=kind.engine, needs=kind.needs, state=state))
