"""`kotae index`: describe or delete an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.console import echo
from kotae.group import KotaeGroup
from kotae.options import json_option, location_options
from kotae.settings import as_json_text, chroma_server
from rag.messages import Message, localized


@click.group("index", cls=KotaeGroup)
def index_group() -> None:
    """Describe an index, or delete it.

    \b
    Example:
      kotae index info
    """


@index_group.command("info", short_help="Describe an index.")
@location_options
@json_option
def index_info(index: Path, as_json: bool, **settings: Any) -> None:
    """Describe an index: its documents, its encoder, and whether it is complete.

    \b
    Example:
      kotae index info --index .kotae/index
    """
    from rag.doctor import describe_index

    description = describe_index(index, chroma_server(settings))
    echo(as_json_text(description) if as_json else description.text())


@index_group.command("drop", short_help="Delete an index.")
@location_options
@click.option("--yes", is_flag=True, help="Confirm the action without prompting.")
def index_drop(index: Path, yes: bool, **settings: Any) -> None:
    """Delete an index; the documents are kept.

    \b
    Example:
      kotae index drop --index .kotae/index --yes
    """
    from rag.index.reader import drop_index

    if not yes:
        click.confirm(localized(Message("Delete the index?")), abort=True)
    server = chroma_server(settings)
    drop_index(index, server)
    echo(Message("Deleted the index in {where}", where=str(server or index)))
