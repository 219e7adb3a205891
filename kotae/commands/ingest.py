"""`kotae ingest`: bring an index up to date with a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kotae.options import PATH, encoder_option, json_option, place_options, reading_options
from kotae.settings import as_json_text, reading_settings, server_of


@click.command()
@click.argument("corpus", type=PATH)
@place_options
@encoder_option
@reading_options
@json_option
def ingest(corpus: Path, index: Path, encoder: str | None, as_json: bool, **settings: Any) -> None:
    """Bring the index up to date with the documents in the folder CORPUS."""
    from ingest.sync import sync
    from rag.progress import bytes_bar

    with bytes_bar("Ingesting documents") as progress:
        report = sync(
            corpus,
            index,
            encoder_name=encoder,
            **reading_settings(settings),
            server=server_of(settings),
            progress=progress,
        )
    click.echo(as_json_text(report.as_dict()) if as_json else report.text())
    sys.exit(0 if report.sound else 1)
