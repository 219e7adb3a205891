"""`kotae eval judge`: let a model judge the answers that the grader leaves undecided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.console import echo
from kotae.options import PATH, json_option, model_server_options, option
from kotae.settings import as_json_text, model_server
from rag.messages import joined


@click.command("judge", short_help="Let a model judge undecided answers.")
@click.argument("run", type=PATH)
@option("--judge", required=True, help="URI of the judging model; see `kotae models`.")
@option("--validate-on", type=PATH, required=True, former="--labelled",
        help="Table of answers with human labels; the judge's agreement with them is measured first.")  # fmt: skip
@model_server_options
@json_option
def judge_command(run: Path, judge: str, validate_on: Path, as_json: bool, **settings: Any) -> None:
    """Let a model judge the answers of RUN that the grader leaves undecided; reports of the run then use its verdicts.

    \b
    Example:
      kotae eval judge runs/first --judge bundled --validate-on labelled.csv
    """
    from eval.fallback.judge.record import FILE
    from eval.fallback.judge.run import judge_run, judge_settings
    from rag.progress import count_bar

    with count_bar("Judging") as progress:
        record = judge_run(run, validate_on, judge_settings(judge, model_server(settings)), progress=progress)
    echo(as_json_text(record) if as_json else joined([record.text, str(run / FILE)], "\n"))
