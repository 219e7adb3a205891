"""`kotae ingest`: bring an index up to date with a folder of documents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.console import echo
from kotae.options import (
    PATH_OR_URL,
    document_options,
    encoder_option,
    json_option,
    location_options,
    ray_options,
    store_option,
)
from kotae.settings import as_json_text, chroma_server, document_settings, ray_settings

if TYPE_CHECKING:
    from rag.index.stores import Store


@click.command(short_help="Index a folder of documents.")
@click.argument("corpus", type=PATH_OR_URL)
@location_options
@encoder_option
@store_option
@document_options
@ray_options
@json_option
def ingest(
    corpus: Path | str, index: Path, encoder: str | None, store: Store | None, as_json: bool, **settings: Any
) -> None:
    """Bring the index up to date with the documents in CORPUS, a folder or one file.

    It may be in an object store, such as s3://bucket/folder; credentials are taken from the environment.

    New files are added, changed ones replaced, deleted ones removed. The exit status is 1 if a document could not be
    read; the others are indexed all the same.

    \b
    Example:
      kotae ingest documents --exclude "drafts/"
    """
    from ingest.sync import sync
    from rag.progress import bytes_bar

    with bytes_bar("Ingesting documents") as progress:
        report = sync(
            corpus,
            index,
            encoder_name=encoder,
            store_name=store,
            **document_settings(settings),
            server=chroma_server(settings),
            ray=ray_settings(settings),
            progress=progress,
        )
    echo(as_json_text(report.as_dict()) if as_json else report.text())
    sys.exit(0 if report.sound else 1)
