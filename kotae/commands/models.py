"""`kotae models`: list the kinds of model URI."""

from __future__ import annotations

import click

from kotae.console import echo
from kotae.options import json_option
from kotae.settings import as_json_text
from rag.messages import Message, display_language
from rag.text.columns import in_columns


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
    lines = [(kind.uri, kind.engine, Message("needs {needs}", needs=kind.needs), kind.state) for kind in KINDS.values()]
    echo(in_columns(lines, display_language()))
