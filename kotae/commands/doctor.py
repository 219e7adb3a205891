"""`kotae doctor`: describe this machine, and what kotae will use on it."""

from __future__ import annotations

import os

import click

from kotae.console import echo
from kotae.options import base_url_option, json_option
from kotae.settings import as_json_text
from rag.models.server.address import ModelServer


@click.command(short_help="Describe this machine and what works on it.")
@base_url_option
@json_option
def doctor(base_url: str | None, as_json: bool) -> None:
    """Describe this machine and what kotae will use on it; with --base-url, list the models of that server.

    Names every file that hides one of kotae's packages from Python in this folder.

    \b
    Example:
      kotae doctor --base-url http://127.0.0.1:8000/v1
    """
    from kotae.shadowing import describe_imports
    from rag.doctor import examine

    examination = examine(None if base_url is None else ModelServer(base_url), describe_imports(os.getcwd()))
    echo(as_json_text(examination) if as_json else examination.text())
