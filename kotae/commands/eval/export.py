"""`kotae eval export`: write a run in the format of another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kotae.console import echo
from kotae.options import PATH, PATH_OR_URL, calibration_option, option

if TYPE_CHECKING:
    from eval.export.export import Format


@click.command("export", short_help="Write a run in another program's format.")
@click.argument("run", type=PATH)
@option("--to", type=click.Choice(["jsonl", "inspect", "mlflow"]), required=True,
        help="jsonl: one object per answer; inspect: one Inspect log per condition; mlflow: one MLflow run per "
        "condition, with a trace per answer (extra mlflow).")  # fmt: skip
@option("--out", type=PATH_OR_URL, required=True,
        help="File to write (jsonl), folder (inspect), or tracking store (mlflow): a folder, or a URI such as "
        "http://host:5000 or sqlite:///mlflow.db.")  # fmt: skip
@calibration_option
@option("--encoder", help="Encoder of the calibration: bundled (the default), a folder or a hub id.")
def export_command(run: Path, to: Format, out: Path | str, calibration: Path | None, encoder: str | None) -> None:
    """Write every answer of RUN, with its question, verdict, passages and cost, for another program.

    \b
    Example:
      kotae eval export runs/first --to jsonl --out first.jsonl
      kotae eval export runs/first --to inspect --out logs
      kotae eval export runs/first --to mlflow --out mlruns
    """
    from eval.export.export import export_run

    for path in export_run(run, to, out, calibration, encoder):
        echo(path)
