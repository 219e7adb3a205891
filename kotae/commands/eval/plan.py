"""`kotae eval plan`: what a verification set can show, and what a run of it costs, before anything is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kotae.commands.eval.report import report_language_option
from kotae.console import echo
from kotae.options import PATH, columns_option, json_option, languages_of, languages_option, option
from kotae.settings import as_json_text

if TYPE_CHECKING:
    from rag.records import Language


@click.command("plan", short_help="Estimate what a set can show, and what a run costs.")
@click.argument("verify", type=PATH)
@option("--effect", type=click.FloatRange(0, 100, min_open=True), default=10.0,
        help="Effect to detect, in percentage points.")  # fmt: skip
@option("--arms", type=click.IntRange(1, 100), default=1, help="Number of arms that are compared with the baseline.")
@languages_option
@option("--run", type=PATH,
        help="Stored run of a similar set and model; shows how many answers change, and their cost.")  # fmt: skip
@columns_option
@report_language_option
@json_option
def plan_command(
    verify: Path,
    effect: float,
    arms: int,
    language: str,
    run: Path | None,
    columns: str,
    report_language: Language,
    as_json: bool,
) -> None:
    """Estimate what a run of the verification set VERIFY can show, and what it costs, without asking anything.

    Prints the power for an --effect, the smallest effect that the set can show with a power of 80 %, and how many
    questions the --effect needs: each for three assumptions about how many answers change, and for the changes in
    --run. Time and tokens are at the rate of --run; without it they are estimated for the bundled model.

    \b
    Example:
      kotae eval plan verify.xlsx --effect 5 --run runs/first
    """
    from eval.dataset.load import load_dataset
    from eval.planning.plan import make_plan, plan_table, plan_text
    from eval.report.terminal import print_table
    from eval.runs.run import load_run
    from rag.records import LANGUAGES

    stored = None if run is None else load_run(run)
    plan = make_plan(load_dataset(verify, columns), languages_of(language) or LANGUAGES, effect / 100, arms, stored)
    if as_json:
        echo(as_json_text(plan))
        return
    asked, basis = plan_text(plan, report_language)
    echo(asked)
    print_table(plan_table(plan, report_language), report_language)
    echo(basis)
