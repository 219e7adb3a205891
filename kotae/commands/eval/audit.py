"""`kotae eval audit`: draw answers of a run for people to judge."""

from __future__ import annotations

from pathlib import Path

import click

from kotae.console import echo
from kotae.options import PATH, calibration_option, option
from rag.messages import Message


@click.command("audit", short_help="Draw answers for people to judge.")
@click.argument("run", type=PATH)
@option(
    "--sample",
    type=click.IntRange(1),
    default=40,
    help="Number of answers to judge; more if that is needed for five in each group.",
)
@option("--out", type=PATH, required=True, help="Workbook to write, such as audit.xlsx.")
@option("--seed", type=int, default=0, help="Random seed of the sample.")
@calibration_option
@option("--encoder", help="Encoder of the calibration: bundled (the default), a folder or a hub id.")
def audit_command(run: Path, sample: int, out: Path, seed: int, calibration: Path | None, encoder: str | None) -> None:
    """Write a workbook with a random sample of the answers of RUN, for people to judge as right or wrong.

    The sample is stratified by condition and verdict, and the workbook shows neither; its key stays in the folder of
    the run. Give the completed workbook to `kotae eval report --labels`: the report then says how often verdicts were
    wrong, and corrects its figures.

    \b
    Example:
      kotae eval audit runs/first --sample 40 --out audit.xlsx
    """
    from eval.audit.key import draw, save_key
    from eval.audit.sheet import write_sheet
    from eval.report.build import build_report
    from rag.errors import RunError, SettingsError

    if out.suffix.lower() != ".xlsx":
        raise SettingsError(Message("The workbook must be .xlsx, not {out!r}", out=out.name))
    if out.exists():
        raise SettingsError(
            "This file exists already, and may contain judgements", where=str(out), do="Choose another --out."
        )
    report = build_report((run,), calibration, encoder)
    if not report.runs:
        raise RunError("This folder contains imported counts, which have no answers", where=str(run))
    answers = report.runs[0].answers
    key = draw(answers, sample, seed)
    write_sheet(out, key, answers)
    save_key(run, key)
    strata = {answer.stratum for answer in key.drawn}
    text = "{answers} answers to judge, from {groups} groups, seed {seed}"
    echo(Message(text, answers=len(key.drawn), groups=len(strata), seed=seed))
    echo(out)
