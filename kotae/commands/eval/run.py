"""`kotae eval run`: answer a verification set under each condition, and report."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

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
from rag.errors import SettingsError
from rag.messages import Message

if TYPE_CHECKING:
    from eval.dataset.items import Dataset
    from eval.runs.arms import Arm
    from eval.runs.evaluate import QuestionSelection
    from rag.records import Language


@click.command("run", short_help="Run a comparison, and report.")
@click.argument("verify", type=PATH)
@option(
    "--out",
    type=PATH,
    required=True,
    help="Folder for the run, or for the runs of several arms; an interrupted run continues.",
)
@models_options
@index_options
@columns_option
@languages_option
@option(
    "--conditions", default="no_rag,rag", help="Conditions to compare, comma-separated: no_rag, rag, oracle, withheld."
)
@option("--vary", multiple=True, metavar="KEY=VALUE,...",
        help="Compare values of an option, such as top_k=3,5,8 or prompt=default,mine.md, each in its own folder of "
        "--out; repeat it for all combinations.")  # fmt: skip
@option("--baseline", help="Arm that the others are compared with; by default the first.")
@option("--all-pairs", is_flag=True, help="Compare all pairs of arms.")
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
        help="Ask in random order, and stop once no_rag against rag is decided, or is unlikely to be.")  # fmt: skip
@calibration_option
@report_language_option
def run_command(
    verify: Path,
    out: Path,
    columns: str,
    language: str,
    conditions: str,
    vary: tuple[str, ...],
    baseline: str | None,
    all_pairs: bool,
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

    With several --model or --vary each combination is an arm: models are loaded one after the other, and one report
    compares the arms. VERIFY may also be an experiment file (.toml) that names the set and the arms.

    \b
    Example:
      kotae eval run verify.xlsx --out runs/first --conditions no_rag,rag --sample 30
      kotae eval run verify.xlsx --out runs/passages --conditions rag --vary top_k=1,3,5,8
    """
    from eval.dataset.load import load_dataset
    from eval.dataset.summary import notable, summary
    from eval.fallback.factory import check_calibration
    from eval.runs.evaluate import QuestionSelection, parse_conditions
    from eval.runs.run_folders import find_runs
    from kotae.arms import read_experiment, varied_arms

    reuse = find_runs(reuse)
    if calibration is not None:
        check_calibration(calibration, settings["encoder"])
    experiment = read_experiment(verify, models[0], settings) if verify.suffix.lower() == ".toml" else None
    dataset = load_dataset(verify if experiment is None else experiment.verify, columns)
    if notable(dataset):
        echo(summary(dataset), err=True)
    selection = QuestionSelection(
        languages_of(language), parse_conditions(conditions), limit, sample, repeats, until_decided
    )
    arms = varied_arms(models, vary, selection.conditions, settings) if experiment is None else experiment.arms
    several = bool(experiment or vary or len(arms) > 1)
    _refuse_combinations(several, until_decided, calibration, compared=all_pairs or baseline is not None)
    if experiment is not None:
        _refuse_beside_a_file(vary, models)
    report = _ReportOptions(calibration, report_language, settings["encoder"], all_pairs)
    if experiment is not None:
        baseline = baseline or experiment.baseline
        _run_arms(dataset, out, selection, arms, baseline, reuse, report, experiment.data)
    elif several:
        _run_arms(dataset, out, selection, arms, baseline, reuse, report)
    else:
        _run_one(dataset, out, selection, arms[0], reuse, report)


def _refuse_combinations(several: bool, until_decided: bool, calibration: Path | None, *, compared: bool) -> None:
    if until_decided and (calibration is not None or several):
        raise SettingsError(
            "--until-decided and --calibration cannot be combined"
            if calibration
            else "--until-decided and several arms cannot be combined",
            do="Use one of them: --until-decided works with the rules alone, and with a single arm.",
        )
    if compared and not several:
        raise SettingsError(
            "--baseline and --all-pairs compare arms, and this run has one", do="Add --vary or another --model."
        )


def _refuse_beside_a_file(vary: tuple[str, ...], models: tuple[str, ...]) -> None:
    """Refuse what the arms of an experiment file say themselves."""
    conditions = click.get_current_context().get_parameter_source("conditions") is ParameterSource.COMMANDLINE
    given = {"--vary": vary, "several --model": models[1:], "--conditions": conditions}
    if refused := [name for name, value in given.items() if value]:
        raise SettingsError(
            Message("An experiment file cannot be combined with {refused}", refused=", ".join(refused)),
            do="Write it into the arms of the file: `model`, `retrieval` and the other keys.",
        )


@dataclass(frozen=True, slots=True)
class _ReportOptions:
    """The options of the report at the end of a run."""

    calibration: Path | None
    language: Language
    encoder: str | None
    all_pairs: bool


def _run_one(
    dataset: Dataset,
    out: Path,
    selection: QuestionSelection,
    arm: Arm,
    reuse: tuple[Path, ...],
    report: _ReportOptions,
) -> None:
    """Run into the folder `out` itself, and report."""
    from eval.fallback.factory import keep_calibration
    from eval.runs.evaluate import evaluate_set
    from eval.runs.run_folders import refuse_folder_of_runs
    from rag.progress import count_bar

    refuse_folder_of_runs(out, arm.name)
    with count_bar("Answering") as progress:
        evaluate_set(dataset, out, selection, arm.model, arm.index, reuse=reuse, progress=progress)
    if report.calibration is not None:
        keep_calibration(report.calibration, out)
    write_report((out,), out, report.language, encoder=report.encoder)


def _run_arms(
    dataset: Dataset,
    out: Path,
    selection: QuestionSelection,
    arms: tuple[Arm, ...],
    baseline: str | None,
    reuse: tuple[Path, ...],
    report: _ReportOptions,
    source: bytes = b"",
) -> None:
    """Run the arms and report on those with answers; name those that failed, and then exit with status 1."""
    from eval.fallback.factory import keep_calibration
    from eval.runs.arms import evaluate_arms
    from eval.runs.run_folders import find_baseline, run_folders

    runs = evaluate_arms(dataset, out, selection, arms, baseline=baseline, reuse=reuse, source=source)
    stored = tuple(run.folder for run in runs if run.stored)
    if report.calibration is not None:
        for folder in stored:
            keep_calibration(report.calibration, folder)
    if stored:
        compared = None if report.all_pairs else find_baseline((out,))
        write_report(run_folders(out), out, report.language, encoder=report.encoder, baseline=compared)
    failed = [(run.arm.name, run.error.message) for run in runs if run.error is not None]
    for arm, error in failed:
        echo(Message("kotae: {arm}: {error}", arm=arm, error=error), err=True)
    if failed:
        sys.exit(1)
