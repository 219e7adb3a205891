"""`kotae eval`: compare a model with and without retrieval."""

from __future__ import annotations

import click

from kotae.commands.eval.audit import audit_command
from kotae.commands.eval.calibrate import calibrate_command
from kotae.commands.eval.check import check_command
from kotae.commands.eval.compare import compare_command
from kotae.commands.eval.export import export_command
from kotae.commands.eval.grade import grade_command
from kotae.commands.eval.import_counts import import_command
from kotae.commands.eval.judge import judge_command
from kotae.commands.eval.make_set import make_set_command
from kotae.commands.eval.plan import plan_command
from kotae.commands.eval.report import report_command
from kotae.commands.eval.retrieval import retrieval_command
from kotae.commands.eval.run import run_command
from kotae.group import KotaeGroup


@click.group("eval", cls=KotaeGroup, short_help="Compare a model with and without retrieval.")
def evaluate() -> None:
    """Compare a model with and without retrieval on a verification set.

    \b
    Example:
      kotae eval run verify.xlsx --out runs/first
      kotae eval report runs/first --out report
    """


for command in (
    make_set_command,
    check_command,
    plan_command,
    run_command,
    report_command,
    compare_command,
    audit_command,
    export_command,
    import_command,
    grade_command,
    calibrate_command,
    judge_command,
    retrieval_command,
):
    evaluate.add_command(command)
