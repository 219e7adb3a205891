"""`kotae eval`: the commands that compare a model with and without retrieval."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
    model_server_of,
    model_server_options,
    model_settings,
    option,
    reranker_option,
    server_of,
    server_options,
    several_models_options,
)
from rag.records import LANGUAGES
from rag.settings import DEFAULT_ENCODER, DEFAULT_FLOOR

if TYPE_CHECKING:
    from eval.evaluate import Selection
    from rag.opening import IndexSettings, ModelSettings
    from rag.records import Language


calibration_option = option(
    "--calibration", type=PATH, help="File of kotae eval calibrate: similarity decides what the ladder leaves open."
)


@click.group("eval", cls=Kotae)
def evaluate() -> None:
    """Compare a model with and without retrieval on a verification set."""


@evaluate.command("run")
@click.argument("verify", type=PATH)
@option("--out", type=PATH, required=True, help="Folder of the run, or of several; what was interrupted goes on there.")
@several_models_options
@index_options
@option("--language", type=click.Choice(["ja", "en", "both"]), default="both", help="Language of the questions.")
@option("--conditions", default="no_rag,rag", help="What to compare, comma-separated: no_rag, rag, oracle.")
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--repeat", type=click.IntRange(1), default=1, help="Ask everything so often, each time with another seed.")
@option(
    "--reuse",
    type=PATH,
    multiple=True,
    help="Another run, or a folder of runs, whose answers to the very same prompts are taken over.",
)
@option("--sample", type=click.IntRange(1), help="Only a fixed sample of this size, in proportion to all kinds.")
@calibration_option
def run_command(
    verify: Path,
    out: Path,
    language: str,
    conditions: str,
    limit: int | None,
    repeat: int,
    reuse: tuple[Path, ...],
    sample: int | None,
    calibration: Path | None,
    models: tuple[str, ...],
    **settings: Any,
) -> None:
    """Answer the questions of VERIFY (.xlsx or .csv) under each condition, and report.

    With several --model the models are loaded one after the other, and one report sets them side by side.
    """
    from eval.evaluate import Selection, evaluate_set, parse_conditions
    from eval.rungs.opening import check_calibration, keep_calibration
    from eval.several import check_is_for_one, runs_of
    from rag.progress import count_bar

    reuse = runs_of(reuse)
    if calibration is not None:
        check_calibration(calibration, settings["encoder"])
    selection = Selection(_languages(language), parse_conditions(conditions), limit, sample, repeat)
    several = [model_settings({**settings, "model": uri}) for uri in models]
    if len(several) > 1:
        _run_several(verify, out, selection, several, index_settings(settings), reuse, calibration)
        return
    check_is_for_one(out, several[0].uri)
    with count_bar("Answering") as progress:
        evaluate_set(verify, out, selection, several[0], index_settings(settings), reuse=reuse, progress=progress)
    if calibration is not None:
        keep_calibration(calibration, out)
    _report((out,), out, encoder=settings["encoder"])


def _run_several(
    verify: Path,
    out: Path,
    selection: Selection,
    models: Sequence[ModelSettings],
    index: IndexSettings,
    reuse: tuple[Path, ...],
    calibration: Path | None,
) -> None:
    """Run the models, report on all that have answers, then name those that could not be run, and exit with 1."""
    from eval.rungs.opening import keep_calibration
    from eval.several import evaluate_models

    runs = evaluate_models(verify, out, selection, models, index, reuse=reuse)
    stored = tuple(one.folder for one in runs if one.stored)
    if calibration is not None:
        for folder in stored:
            keep_calibration(calibration, folder)
    if stored:
        _report(stored, out, encoder=index.encoder)
    failed = [one for one in runs if one.error is not None]
    for one in failed:
        click.echo(f"kotae: {one.uri}: {one.error}", err=True)
    if failed:
        sys.exit(1)


@evaluate.command("report")
@click.argument("runs", nargs=-1, required=True, type=PATH)
@option("--out", type=PATH, required=True, help="Folder to write the reports into.")
@calibration_option
@option("--encoder", help="The encoder of the calibration: bundled (the default), a folder or a hub id.")
@json_option
def report_command(
    runs: tuple[Path, ...], out: Path, calibration: Path | None, encoder: str | None, as_json: bool
) -> None:
    """Report on one run, or on several side by side; a folder that holds runs stands for all of them.

    Runs of the same questions are compared with one another, p adjusted (Holm) over all of these comparisons.
    """
    from eval.several import runs_of

    _report(runs_of(runs), out, calibration=calibration, encoder=encoder, as_json=as_json)


@evaluate.command("import-counts")
@option("--name", required=True, help="What the counts are of, such as GPT4All.")
@option("--out", type=PATH, required=True, help="Folder of the run to make.")
@option(
    "--counts",
    multiple=True,
    required=True,
    metavar="TYPE:QUESTIONS:WITHOUT:WITH",
    help="For each type: how many questions, right without and with retrieval, such as open_qa:61:32:36.",
)
@option("--language", type=click.Choice(["ja", "en"]), default="ja", help="Language of the questions.")
@option("--source", default="", help="Where the counts were published, to be shown beside them.")
def import_command(name: str, out: Path, counts: tuple[str, ...], language: Language, source: str) -> None:
    """Enter figures of the past, whose answers are lost, as a run that `kotae eval report` shows beside others."""
    from eval.imported import KindCounts, import_counts

    import_counts(out, name, [KindCounts.parse(one) for one in counts], language, source)
    click.echo(out)


@evaluate.command("grade")
@click.argument("answers", type=PATH)
@calibration_option
@encoder_option
@json_option
def grade_command(answers: Path, calibration: Path | None, encoder: str | None, as_json: bool) -> None:
    """Grade the answers of a table; with a column `label` (1 or 0), say how far the verdicts agree with it."""
    from eval.agreement import grade_triples, load_triples
    from eval.rungs.open_answers import QuestionPool
    from eval.rungs.opening import open_similarity
    from rag.encoder import open_encoder

    triples = load_triples(answers)
    pool = QuestionPool(triple.asked for triple in triples)
    rungs = [] if calibration is None else [open_similarity(calibration, encoder, pool, answers)]
    report = grade_triples(triples, open_encoder(encoder or DEFAULT_ENCODER).encode_queries, rungs)
    click.echo(as_json_text(report) if as_json else report.text())


@evaluate.command("calibrate")
@click.argument("labelled", type=PATH)
@option("--out", type=PATH, required=True, help="File to write, such as calibration.json.")
@option("--floor", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=DEFAULT_FLOOR,
        help="Lower bound that the share of wrong answers kept out must reach on questions left out.")  # fmt: skip
@encoder_option
@json_option
def calibrate_command(labelled: Path, out: Path, floor: float, encoder: str | None, as_json: bool) -> None:
    """Fit the threshold of similarity on the labelled answers of a table, or find that there is none."""
    from eval.rungs.calibration import calibrate, save_calibration
    from eval.tables.files import refuse_same
    from rag.encoder import open_encoder

    refuse_same(labelled, out)
    calibration = calibrate(labelled, open_encoder(encoder or DEFAULT_ENCODER), floor)
    save_calibration(calibration, out)
    click.echo(as_json_text(calibration) if as_json else f"{calibration.text}\n{out}")


@evaluate.command("judge")
@click.argument("run", type=PATH)
@option("--judge", required=True, help="URI of the judging model; see `kotae models`.")
@option("--labelled", type=PATH, required=True, help="Table of answers with people's labels, to measure the judge on.")
@model_server_options
@json_option
def judge_command(run: Path, judge: str, labelled: Path, as_json: bool, **settings: Any) -> None:
    """Have a model judge what the ladder leaves open in a RUN, once it is measured; the run's reports use it."""
    from eval.rungs.judge import FILE
    from eval.rungs.judging import judge_run, judge_settings
    from rag.progress import count_bar

    with count_bar("Judging") as progress:
        record = judge_run(run, labelled, judge_settings(judge, model_server_of(settings)), progress=progress)
    click.echo(as_json_text(record) if as_json else f"{record.text}\n{run / FILE}")


@evaluate.command("retrieval")
@click.argument("source", type=PATH)
@option("--index", type=PATH, help="Folder of the index; of a folder of documents, by default one in the user cache.")
@server_options
@encoder_option
@reranker_option
@option("--question-lang", type=click.Choice(LANGUAGES), help="Only questions in this language.")
@option("--document-lang", type=click.Choice(LANGUAGES), help="Only documents in this language.")
@option("--distractors", type=PATH, multiple=True, help="Folder with more documents to search; can be repeated.")
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--top-k", "depth", type=click.IntRange(1), default=10, help="Documents that a ranking holds.")
@json_option
def retrieval_command(source: Path, as_json: bool, **settings: Any) -> None:
    """Measure retrieval alone: recall@k, MRR and nDCG by language pair and leg, with intervals.

    SOURCE is a folder with documents.jsonl and questions.jsonl, which is indexed first, or a verification set (.xlsx or
    .csv) that names its evidence in the documents of an index.
    """
    from cli_retrieval import measure

    server = server_of(settings)
    for name in ("chroma_url", "chroma_token", "chroma_collection"):
        del settings[name]
    report = measure(source, server=server, **settings)
    click.echo(as_json_text(report) if as_json else report.text())


def _report(
    runs: tuple[Path, ...],
    out: Path,
    *,
    calibration: Path | None = None,
    encoder: str | None = None,
    as_json: bool = False,
) -> None:
    from eval.reporting.building import build_report
    from eval.reporting.outputs import write_all
    from eval.reporting.terminal import print_report

    report = build_report(runs, calibration, encoder)
    paths = write_all(report, out)
    if as_json:
        click.echo(as_json_text(report))
        return
    print_report(report)
    for path in (paths.html, paths.xlsx, paths.answers, paths.summary, paths.comparison):
        click.echo(path)


def _languages(choice: str) -> tuple[Language, ...]:
    return ("ja", "en") if choice == "both" else ("ja",) if choice == "ja" else ("en",)
