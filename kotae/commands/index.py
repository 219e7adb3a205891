"""`kotae index`: describe or delete an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.group import KotaeGroup
from kotae.options import json_option, place_options
from kotae.settings import as_json_text, server_of


@click.group("index", cls=KotaeGroup)
def index_group() -> None:
    """Look at an index, or delete it."""


@index_group.command("info")
@place_options
@json_option
def index_info(index: Path, as_json: bool, **settings: Any) -> None:
    """Say what the index was built from and with."""
    from rag.doctor import describe_index

    description = describe_index(index, server_of(settings))
    click.echo(as_json_text(description) if as_json else description.text())


@index_group.command("drop")
@place_options
@click.confirmation_option(prompt="Delete the index?")
def index_drop(index: Path, **settings: Any) -> None:
    """Delete the index (never the documents)."""
    from rag.index.reader import drop_index

    server = server_of(settings)
    drop_index(index, server)
    click.echo(f"Deleted the index in {server or index}")
