"""`kotae eval make-set`: draft a verification set from documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.commands.eval.report import report_language_option
from kotae.console import echo
from kotae.options import PATH, document_options, encoder_option, languages_of, model_options, option
from kotae.settings import document_settings, model_settings

if TYPE_CHECKING:
    from rag.records import Language


@click.command("make-set", short_help="Draft a verification set from documents.")
@click.argument("corpus", type=PATH)
@option("--out", type=PATH, required=True, help="File for the draft: .xlsx, .csv or .jsonl.")
@option("-n", "--count", type=click.IntRange(1), default=50, help="Number of questions.")
@option("--language", type=click.Choice(["ja", "en", "both"]), default="both",
        help="Language of the documents to ask about; both: in proportion to the passages.")  # fmt: skip
@option(
    "--index", type=PATH, help="Index of CORPUS, if there is one; by default one is built beside --out, for the time."
)
@encoder_option
@document_options
@model_options
@report_language_option
def make_set_command(
    corpus: Path,
    out: Path,
    count: int,
    language: str,
    index: Path | None,
    report_language: Language,
    **settings: Any,
) -> None:
    """Draft a verification set from the documents in CORPUS, a folder or one file, for a person to review.

    The model writes questions for answers that stand in passages. Those are kept that can be understood without their
    passage, bring it back in a search of all documents, and are answered from it by the model. The draft has a column
    `keep`: `kotae eval run` leaves out the rows where it says no.

    The same command continues an interrupted one, and the same --seed drafts the same set.

    \b
    Example:
      kotae eval make-set documents --out draft.xlsx -n 50
    """
    from eval.drafting.sheet import counts_lines
    from kotae.drafts import draft_file
    from rag.progress import count_bar

    model = model_settings(settings)
    with count_bar("Drafting") as progress:
        drafted = draft_file(
            corpus, out, model, count, index=index, encoder=settings["encoder"], **document_settings(settings),
            languages=languages_of(language), seed=model.decoding.seed, language=report_language, progress=progress,
        )  # fmt: skip
    for line in counts_lines(drafted, report_language):
        echo(line)
    echo(out)
