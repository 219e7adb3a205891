"""`kotae batch`: answer a list of questions and write a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kotae.console import echo
from kotae.options import PATH, index_options, model_options, option
from kotae.settings import index_settings, model_settings


@click.command(short_help="Answer a list of questions.")
@click.argument("questions", type=PATH)
@option("--out", type=PATH, required=True, help="File for the answers, .csv or .xlsx.")
@model_options
@index_options
@option("--no-rag", is_flag=True, help="Answer without retrieval, from the model alone.")
def batch(questions: Path, out: Path, no_rag: bool, **settings: Any) -> None:
    """Answer every question in the file QUESTIONS (.txt, .csv or .xlsx), and write a table of answers.

    The exit status is 1 if a question failed; run the same command again to ask only what is missing.

    \b
    Example:
      kotae batch questions.txt --out answers.xlsx
    """
    from eval.runs.batch import answer_table
    from rag.progress import count_bar

    with count_bar("Answering") as progress:
        failed = answer_table(
            questions, out, model_settings(settings), None if no_rag else index_settings(settings), progress=progress
        )
    echo(out)
    sys.exit(1 if failed else 0)
