"""`kotae eval`: the commands that compare a model with and without retrieval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli_options import (
    PATH,
    Kotae,
    as_json_text,
    encoder_option,
    index_options,
    index_settings,
    json_option,
    model_options,
    model_settings,
    option,
    place_options,
    server_of,
)
from rag.settings import DEFAULT_ENCODER, DEFAULT_TOP_K

if TYPE_CHECKING:
    from rag.records import Language


@click.group("eval", cls=Kotae)
def evaluate() -> None:
    """Compare a model with and without retrieval on a verification set."""


@evaluate.command("run")
@click.argument("verify", type=PATH)
@option("--out", type=PATH, required=True, help="Folder of the run; an interrupted run goes on there.")
@model_options
@index_options
@option("--language", type=click.Choice(["ja", "en", "both"]), default="both", help="Language of the questions.")
@option("--conditions", default="no_rag,rag", help="What to compare, comma-separated: no_rag, rag.")
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--sample", type=click.IntRange(1), help="Only a fixed sample of this size, in proportion to all kinds.")
def run_command(
    verify: Path, out: Path, language: str, conditions: str, limit: int | None, sample: int | None, **settings: Any
) -> None:
    """Answer the questions of VERIFY (.xlsx or .csv) under each condition, and report."""
    from eval.evaluate import Selection, evaluate_set, parse_conditions
    from rag.progress import count_bar

    selection = Selection(_languages(language), parse_conditions(conditions), limit, sample)
    with count_bar("Answering") as progress:
        evaluate_set(verify, out, selection, model_settings(settings), index_settings(settings), progress=progress)
    _report((out,), out)


@evaluate.command("report")
@click.argument("runs", nargs=-1, required=True, type=PATH)
@option("--out", type=PATH, required=True, help="Folder to write the reports into.")
@json_option
def report_command(runs: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Report on one run, or on several side by side."""
    _report(runs, out, as_json=as_json)


@evaluate.command("grade")
@click.argument("answers", type=PATH)
@encoder_option
@json_option
def grade_command(answers: Path, encoder: str | None, as_json: bool) -> None:
    """Grade the answers of a CSV file; with a column `label` (1 or 0), say how far the verdicts agree with it."""
    from eval.agreement import grade_triples, load_triples
    from rag.encoder import open_encoder

    report = grade_triples(load_triples(answers), open_encoder(encoder or DEFAULT_ENCODER).encode_queries)
    click.echo(as_json_text(report) if as_json else report.text())


@evaluate.command("retrieval")
@click.argument("verify", type=PATH)
@place_options
@encoder_option
@json_option
def retrieval_command(verify: Path, index: Path, encoder: str | None, as_json: bool, **settings: Any) -> None:
    """Measure retrieval alone: recall@k, MRR and nDCG of the evidence that VERIFY names, by language pair."""
    from eval.dataset import load_dataset
    from eval.retrieval import evaluate_retrieval
    from rag.opening import IndexSettings, open_retriever
    from rag.progress import count_bar

    retriever = open_retriever(IndexSettings(index, encoder, DEFAULT_TOP_K, server_of(settings)))
    with count_bar("Searching") as progress:
        report = evaluate_retrieval(load_dataset(verify), retriever.search, progress)
    click.echo(as_json_text(report) if as_json else report.text())


def _report(runs: tuple[Path, ...], out: Path, *, as_json: bool = False) -> None:
    from eval.outputs import write_all
    from eval.report import build_report
    from eval.table import print_report

    report = build_report(runs)
    paths = write_all(report, out)
    if as_json:
        click.echo(as_json_text(report))
        return
    print_report(report)
    for path in (paths.html, paths.xlsx, paths.answers, paths.summary):
        click.echo(path)


def _languages(choice: str) -> tuple[Language, ...]:
    return ("ja", "en") if choice == "both" else ("ja",) if choice == "ja" else ("en",)
