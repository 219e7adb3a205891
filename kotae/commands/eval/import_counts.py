"""`kotae eval import-counts`: enter published counts as a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kotae.options import PATH, option

if TYPE_CHECKING:
    from rag.records import Language


@click.command("import-counts")
@option("--name", required=True, help="What the counts are of, such as GPT4All.")
@option("--out", type=PATH, required=True, help="Folder of the run to make.")
@option(
    "--counts",
    multiple=True,
    required=True,
    metavar="TYPE:QUESTIONS:WITHOUT:WITH",
    help="For each type: how many questions, right without and with retrieval, such as open_qa:61:32:36.",
)
@option("--language", type=click.Choice(["ja", "en"]), default="ja", help="Language of the questions.")
@option("--source", default="", help="Where the counts were published, to be shown beside them.")
def import_command(name: str, out: Path, counts: tuple[str, ...], language: Language, source: str) -> None:
    """Enter figures of the past, whose answers are lost, as a run that `kotae eval report` shows beside others."""
    from eval.runs.imported import import_counts, parse_counts

    import_counts(out, name, [parse_counts(one) for one in counts], language, source)
    click.echo(out)
