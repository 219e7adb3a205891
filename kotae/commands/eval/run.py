"""`kotae eval run`: answer a verification set under each condition, and report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.commands.eval.report import report_language_option, write_report
from kotae.console import echo
from kotae.options import (
    PATH,
    calibration_option,
    columns_option,
    index_options,
    languages_of,
    languages_option,
    models_options,
    option,
)
from kotae.settings import index_settings, model_settings
from rag.errors import SettingsError

if TYPE_CHECKING:
    from eval.dataset.items import Dataset
    from eval.runs.evaluate import QuestionSelection
    from rag.factory import IndexSettings, ModelSettings
    from rag.records import Language


@click.command("run", short_help="Run a comparison, and report.")
@click.argument("verify", type=PATH)
@option(
    "--out",
    type=PATH,
    required=True,
    help="Folder of the run (of several with several models); an interrupted run continues.",
)
@models_options
@index_options
@columns_option
@languages_option
@option(
    "--conditions", default="no_rag,rag", help="Conditions to compare, comma-separated: no_rag, rag, oracle, withheld."
)
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--repeats", type=click.IntRange(1), default=1, former="--repeat",
        help="Ask every question this many times, with a new seed each time.")  # fmt: skip
@option(
    "--reuse",
    type=PATH,
    multiple=True,
    help="Another run, or a folder of runs, whose answers to identical prompts are copied; can be repeated.",
)
@option("--sample", type=click.IntRange(1), help="Only a fixed, stratified sample of this size.")
@option("--until-decided", is_flag=True,
        help="Ask in random order, and stop as soon as no_rag against rag is decided, or will hardly be.")  # fmt: skip
@calibration_option
@report_language_option
def run_command(
    verify: Path,
    out: Path,
    columns: str,
    language: str,
    conditions: str,
    limit: int | None,
    repeats: int,
    reuse: tuple[Path, ...],
    sample: int | None,
    until_decided: bool,
    calibration: Path | None,
    models: tuple[str, ...],
    report_language: Language,
    **settings: Any,
) -> None:
    """Answer the questions of VERIFY under each condition, and report.

    VERIFY is a table (.xlsx, .csv, .tsv), JSON (.jsonl, .json) or Parquet with a question and its answer in each row.

    With several --model the models are loaded one after the other, and one report compares them.

    \b
    Example:
      kotae eval run verify.xlsx --out runs/first --conditions no_rag,rag --sample 30
    """
    from eval.dataset.load import load_dataset
    from eval.dataset.summary import notable, summary
    from eval.fallback.factory import check_calibration, keep_calibration
    from eval.runs.evaluate import QuestionSelection, evaluate_set, parse_conditions
    from eval.runs.multi_model import find_runs, refuse_folder_of_runs
    from rag.progress import count_bar

    reuse = find_runs(reuse)
    if calibration is not None:
        check_calibration(calibration, settings["encoder"])
    dataset = load_dataset(verify, columns)
    if notable(dataset):
        echo(summary(dataset), err=True)
    selection = QuestionSelection(
        languages_of(language), parse_conditions(conditions), limit, sample, repeats, until_decided
    )
    if until_decided and (calibration is not None or len(models) > 1):
        raise SettingsError(
            f"--until-decided and {'--calibration' if calibration else 'several --model'} cannot be combined",
            do="Use one of them: a run is decided by the rules alone, and one model at a time.",
        )
    model, *others = (model_settings({**settings, "model": uri}) for uri in models)
    if others:
        _run_models(
            dataset, out, selection, (model, *others), index_settings(settings), reuse, calibration, report_language
        )
        return
    refuse_folder_of_runs(out, model.uri)
    with count_bar("Answering") as progress:
        evaluate_set(dataset, out, selection, model, index_settings(settings), reuse=reuse, progress=progress)
    if calibration is not None:
        keep_calibration(calibration, out)
    write_report((out,), out, report_language, encoder=settings["encoder"])


def _run_models(
    dataset: Dataset,
    out: Path,
    selection: QuestionSelection,
    models: Sequence[ModelSettings],
    index: IndexSettings,
    reuse: tuple[Path, ...],
    calibration: Path | None,
    report_language: Language,
) -> None:
    """Run the models and report on those with answers; name those that failed, and then exit with status 1."""
    from eval.fallback.factory import keep_calibration
    from eval.runs.multi_model import evaluate_models

    runs = evaluate_models(dataset, out, selection, models, index, reuse=reuse)
    stored = tuple(run.folder for run in runs if run.stored)
    if calibration is not None:
        for folder in stored:
            keep_calibration(calibration, folder)
    if stored:
        write_report(stored, out, report_language, encoder=index.encoder)
    failed = [run for run in runs if run.error is not None]
    for run in failed:
        echo(f"kotae: {run.uri}: {run.error}", err=True)
    if failed:
        sys.exit(1)
