"""`kotae eval judge`: have a model judge the answers that the ladder leaves open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.options import PATH, json_option, model_server_options, option
from kotae.settings import as_json_text, model_server_of


@click.command("judge")
@click.argument("run", type=PATH)
@option("--judge", required=True, help="URI of the judging model; see `kotae models`.")
@option("--labelled", type=PATH, required=True, help="Table of answers with people's labels, to measure the judge on.")
@model_server_options
@json_option
def judge_command(run: Path, judge: str, labelled: Path, as_json: bool, **settings: Any) -> None:
    """Have a model judge what the ladder leaves open in a RUN, once it is measured; the run's reports use it."""
    from eval.fallback.judge.record import FILE
    from eval.fallback.judge.run import judge_run, judge_settings
    from rag.progress import count_bar

    with count_bar("Judging") as progress:
        record = judge_run(run, labelled, judge_settings(judge, model_server_of(settings)), progress=progress)
    click.echo(as_json_text(record) if as_json else f"{record.text}\n{run / FILE}")
