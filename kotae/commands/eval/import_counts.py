"""`kotae eval import-counts`: store published counts as a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kotae.console import echo
from kotae.options import PATH, option

if TYPE_CHECKING:
    from rag.records import Language


@click.command("import-counts", short_help="Store published counts as a run.")
@option("--name", required=True, help="Name of the model that was counted, such as GPT4All.")
@option("--out", type=PATH, required=True, help="Folder of the run to create.")
@option(
    "--counts",
    multiple=True,
    required=True,
    metavar="TYPE:QUESTIONS:WITHOUT:WITH",
    help="For each type: questions, correct without retrieval, correct with it, such as open_qa:61:32:36.",
)
@option("--language", type=click.Choice(["ja", "en"]), default="ja", help="Language of the questions.")
@option("--source", default="", help="Where the counts were published; reports cite it.")
def import_command(name: str, out: Path, counts: tuple[str, ...], language: Language, source: str) -> None:
    """Store published counts, without their answers, as a run that `kotae eval report` can compare with others.

    \b
    Example:
      kotae eval import-counts --name GPT4All --counts open_qa:61:32:36 --out runs/gpt4all
    """
    from eval.runs.imported import import_counts, parse_counts

    import_counts(out, name, [parse_counts(text) for text in counts], language, source)
    echo(out)
