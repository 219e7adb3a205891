"""`kotae models`: list the kinds of model URI."""

from __future__ import annotations

import click

from kotae.console import echo
from kotae.options import json_option
from kotae.settings import as_json_text


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
        state = "ready" if kind.available else f"not installed: {kind.install}"
        echo(f"{kind.uri:<33} {kind.engine:<12} needs {kind.needs:<20} {state}")
