"""`kotae eval report`: report on one run, or compare several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.console import echo
from kotae.options import PATH, calibration_option, json_option, option
from kotae.settings import as_json_text
from rag.errors import SettingsError
from rag.messages import display_language

if TYPE_CHECKING:
    from rag.records import Language


def _of_display(_context: click.Context, _parameter: click.Parameter, language: Language | None) -> Language:
    return language or display_language()


report_language_option = option(
    "--report-language",
    type=click.Choice(["en", "ja"]),
    callback=_of_display,
    help="Language of the report's tables, by default that of --lang; pages and workbooks have both verdicts.",
)


@click.command("report", short_help="Report on runs, and compare them.")
@click.argument("runs", nargs=-1, required=True, type=PATH)
@option("--out", type=PATH, required=True, help="Folder for the report files.")
@calibration_option
@option(
    "--baseline", type=PATH, help="Run that the others are compared with; by default the baseline of the experiment."
)
@option("--all-pairs", is_flag=True, help="Compare all pairs of runs, also those of an experiment.")
@option("--encoder", help="Encoder of the calibration: bundled (the default), a folder or a hub id.")
@option("--labels", type=PATH, help="Completed workbook of `kotae eval audit`; corrects the figures of its run.")
@report_language_option
@json_option
def report_command(
    runs: tuple[Path, ...],
    out: Path,
    calibration: Path | None,
    encoder: str | None,
    labels: Path | None,
    report_language: Language,
    as_json: bool,
    **pairs: Any,
) -> None:
    """Report on one run, or compare several. For a folder that contains runs, all of them are reported.

    Arms of an experiment are compared with its baseline, and other runs of the same questions in pairs. All p values
    are Holm-adjusted over these comparisons.

    \b
    Example:
      kotae eval report runs/first runs/second --out report
    """
    from eval.runs.run_folders import find_runs

    baseline = compared_with(runs, **pairs)
    write_report(
        find_runs(runs), out, report_language, calibration=calibration, encoder=encoder, labels=labels,
        baseline=baseline, as_json=as_json,
    )  # fmt: skip


def compared_with(runs: tuple[Path, ...], baseline: Path | None, *, all_pairs: bool) -> Path | None:
    """Return the run that the others are compared with, None for each with each other. Raises SettingsError."""
    from eval.runs.run_folders import find_baseline, find_runs

    if baseline is None:
        return None if all_pairs else find_baseline(runs)
    run = next((run for run in find_runs(runs) if run.resolve() == baseline.resolve()), None)
    if run is None or all_pairs:
        raise SettingsError(
            "The baseline is not among these runs" if run is None else "--baseline and --all-pairs cannot be combined",
            where=str(baseline),
            do="Give the folder of one of the runs, or omit the option.",
        )
    return run


def write_report(
    runs: tuple[Path, ...],
    out: Path,
    language: Language = "en",
    *,
    calibration: Path | None = None,
    encoder: str | None = None,
    labels: Path | None = None,
    baseline: Path | None = None,
    as_json: bool = False,
) -> None:
    """Build the report of these runs, write its files to `out`, and print it, with tables in the reader's language.

    Raises RunError after it if every answer of a run failed, so that the command's exit status is not 0.
    """
    from eval.report.build import build_report
    from eval.report.files import write_all
    from eval.report.gate import refuse_failures
    from eval.report.terminal import print_report

    report = build_report(runs, calibration, encoder, labels, baseline=baseline)
    paths = write_all(report, out, language)
    if as_json:
        echo(as_json_text(report))
    else:
        print_report(report, language=language)
        for path in (paths.html, paths.xlsx, paths.answers, paths.summary, paths.comparison):
            echo(path)
    for run in report.runs:
        refuse_failures(run.name, run.answers)
