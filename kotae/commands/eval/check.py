"""`kotae eval check`: look for faults in a verification set before anything is asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.commands.eval.report import report_language_option
from kotae.console import echo
from kotae.options import PATH, chroma_options, columns_option, json_option, option
from kotae.settings import as_json_text, chroma_server

if TYPE_CHECKING:
    from rag.records import Language


@click.command("check", short_help="Look for faults in a verification set.")
@click.argument("verify", type=PATH)
@option("--index", type=PATH, help="Folder of the index with the documents that the set names as evidence.")
@chroma_options
@option("--run", "runs", type=PATH, multiple=True,
        help="Stored run of this set, or a folder of runs, to find questions that are always or never answered right; "
        "can be repeated.")  # fmt: skip
@columns_option
@option("--out", type=PATH, help="File for a table of all findings, .xlsx or .csv.")
@report_language_option
@json_option
def check_command(
    verify: Path,
    index: Path | None,
    runs: tuple[Path, ...],
    columns: str,
    out: Path | None,
    report_language: Language,
    as_json: bool,
    **settings: Any,
) -> None:
    """Look for faults in the verification set VERIFY before anything is asked, and list what to do about each.

    Faults are duplicate or nearly duplicate questions, contradicting references, answers that appear in the question,
    classifications without labels, and evidence that does not contain the answer; with --index also missing evidence,
    and with --run also questions that are always or never answered correctly.

    Exit status: 0; 1 if a fault makes figures wrong (a contradiction, a duplicate question, missing evidence), or for
    an error.

    \b
    Example:
      kotae eval check verify.xlsx --index .kotae/index --out findings.xlsx
    """
    from eval.dataset.load import load_dataset
    from eval.dataset.summary import summary
    from eval.report.files import write_table
    from eval.report.terminal import print_table
    from eval.runs.run import load_run
    from eval.runs.run_folders import find_runs
    from eval.set_check.check import check_set
    from rag.index.reader import open_index

    dataset, server = load_dataset(verify, columns), chroma_server(settings)
    store = None if index is None and server is None else open_index(index or Path(), None, server).store
    check = check_set(dataset, store, [load_run(folder) for folder in find_runs(runs)])
    if out is not None:
        write_table(check.table(report_language), out, report_language)
    if as_json:
        echo(as_json_text(check))
    else:
        echo(summary(dataset))
        if check.findings:
            print_table(check.table(report_language), report_language)
        for line in (*check.advice(report_language), check.closing(report_language)):
            echo(line)
    sys.exit(1 if check.grave else 0)
