"""`kotae serve`: the local web page, and an API for OpenAI clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.console import echo
from kotae.options import PATH, index_options, model_options, option
from kotae.settings import index_settings, model_settings
from rag.errors import SettingsError
from rag.messages import Message


@click.command("serve", short_help="Ask, and read documents and reports, in a browser.")
@model_options
@index_options
@option("--runs", type=PATH, default=Path("runs"), help="Folder to search for runs.")
@option("--library", type=PATH, help="Folder of documents that the page adds to and removes from; it may be empty.")
@option("--history", type=PATH, help="File in which questions and answers of the page are kept; not kept by default.")
@option("--port", type=click.IntRange(0, 65535), default=8765, help="Port on 127.0.0.1; 0 chooses a free port.")
def serve_command(runs: Path, library: Path | None, history: Path | None, port: int, **settings: Any) -> None:
    """Ask questions, and browse documents and runs, in a browser on this machine; OpenAI clients can connect too.

    With --library the page takes documents too, and keeps their index where --index says.

    Prints the address to open. It contains the token that every request needs. Ctrl-C stops the server.

    \b
    Example:
      kotae serve --library documents
    """
    from kotae.web.app import ServerConfig
    from kotae.web.server import serve

    index = index_settings(settings)
    if library is not None and index.server is not None:
        raise SettingsError(
            "The index of a library is in a folder, not on a Chroma server",
            where="--library",
            do="Leave out --chroma-url.",
        )
    serve(ServerConfig(model_settings(settings), index, runs, library, history), port, _announce)


def _announce(address: str) -> None:
    echo(address)
    base, _, _ = address.partition("/?")
    echo(Message("Open this address in a browser on this machine; Ctrl-C stops the server."), err=True)
    echo(Message("OpenAI clients: base URL {base}/v1, the token as API key.", base=base), err=True)
