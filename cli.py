"""The command line: parse, call one function, print. Results go to stdout, progress and errors to stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import cli_eval
import cli_models
import cli_serve
from cli_options import (
    PATH,
    Kotae,
    as_json_text,
    base_url_option,
    encoder_option,
    index_options,
    index_settings,
    json_option,
    model_options,
    model_settings,
    option,
    place_options,
    reading_options,
    reading_settings,
    server_of,
)
from rag.errors import SettingsError
from rag.models.server.address import ModelServer

if TYPE_CHECKING:
    from rag.records import Answer, Hit


@click.group(cls=Kotae, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kotae")
def main() -> None:
    """Does retrieval help a quantised language model, in Japanese and in English, and on which questions?"""


@main.command()
@click.argument("corpus", type=PATH)
@place_options
@encoder_option
@reading_options
@json_option
def ingest(corpus: Path, index: Path, encoder: str | None, as_json: bool, **settings: Any) -> None:
    """Bring the index up to date with the documents in the folder CORPUS."""
    from ingest.sync import sync
    from rag.progress import bytes_bar

    with bytes_bar("Ingesting documents") as progress:
        report = sync(
            corpus,
            index,
            encoder_name=encoder,
            **reading_settings(settings),
            server=server_of(settings),
            progress=progress,
        )
    click.echo(as_json_text(report.as_dict()) if as_json else report.text())
    sys.exit(0 if report.sound else 1)


@main.command()
@click.argument("question")
@model_options
@index_options
@option("--no-rag", is_flag=True, help="Answer from the model alone.")
@json_option
def ask(question: str, no_rag: bool, as_json: bool, **settings: Any) -> None:
    """Answer QUESTION in its language, then list the numbered sources."""
    from rag.opening import open_chain

    chain = open_chain(model_settings(settings), None if no_rag else index_settings(settings))
    if as_json:
        click.echo(as_json_text(chain.invoke(question)))
        return
    answer: Answer | None = None
    attempt = 0
    for piece in chain.stream(question):
        if piece.attempt != attempt:
            click.echo("\n(asked again, as this is not in the question's language)", err=True)
            attempt = piece.attempt
        click.echo(piece.text, nl=False)
        answer = piece.done or answer
    click.echo(_sources(answer))
    if answer is not None and answer.left_out:
        from rag.passages import left_out_text

        click.echo(left_out_text(answer.left_out, answer.language), err=True)


@main.command()
@click.argument("questions", type=PATH)
@option("--out", type=PATH, required=True, help="Table of answers to write, .csv or .xlsx.")
@model_options
@index_options
@option("--no-rag", is_flag=True, help="Answer from the model alone.")
def batch(questions: Path, out: Path, no_rag: bool, **settings: Any) -> None:
    """Answer every question of QUESTIONS (.txt, .csv or .xlsx) into a table."""
    from eval.batch import answer_table
    from rag.progress import count_bar

    with count_bar("Answering") as progress:
        failed = answer_table(
            questions, out, model_settings(settings), None if no_rag else index_settings(settings), progress=progress
        )
    click.echo(out)
    sys.exit(1 if failed else 0)


main.add_command(cli_eval.evaluate)
main.add_command(cli_models.quantize)
main.add_command(cli_serve.serve_command)


@main.command()
@json_option
def models(as_json: bool) -> None:
    """List the kinds of model URI, what each needs, and whether it can run here."""
    from rag.models.registry import KINDS

    rows = [{"uri": k.uri, "engine": k.engine, "needs": k.needs, "available": k.available} for k in KINDS.values()]
    if as_json:
        click.echo(as_json_text({"models": rows}))
        return
    for kind in KINDS.values():
        state = "ready" if kind.available else f"not installed: {kind.install}"
        click.echo(f"{kind.uri:<33} {kind.engine:<12} needs {kind.needs:<20} {state}")


@main.group("index", cls=Kotae)
def index_group() -> None:
    """Look at an index, or delete it."""


@index_group.command("info")
@place_options
@json_option
def index_info(index: Path, as_json: bool, **settings: Any) -> None:
    """Say what the index was built from and with."""
    from rag.describe import describe_index

    description = describe_index(index, server_of(settings))
    click.echo(as_json_text(description) if as_json else description.text())


@index_group.command("drop")
@place_options
@click.confirmation_option(prompt="Delete the index?")
def index_drop(index: Path, **settings: Any) -> None:
    """Delete the index (never the documents)."""
    from rag.index import drop_index

    server = server_of(settings)
    drop_index(index, server)
    click.echo(f"Deleted the index in {server or index}")


@main.command()
@base_url_option
@json_option
def doctor(base_url: str | None, as_json: bool) -> None:
    """Say what this machine is and what kotae will use on it; with --base-url, what the server has."""
    from rag.describe import examine

    examination = examine(None if base_url is None else ModelServer(base_url))
    click.echo(as_json_text(examination) if as_json else examination.text())


@main.command()
@option("--out", type=PATH, default=Path(".kotae/demo"), help="Folder for the demo's index and run.")
@option("--sample", type=click.IntRange(1), default=15, help="Questions of the verification set.")
def demo(out: Path, sample: int) -> None:
    """Ingest the corpus that comes with kotae, ask two questions, and run the comparison on a sample."""
    from importlib import resources

    corpus = Path(__file__).parent / "corpus"
    if not corpus.is_dir():
        raise SettingsError(
            "The documents of the demo come with a clone of kotae, not with the installed package",
            where=str(corpus),
            do="Run `make demo` in a clone.",
        )
    verify = Path(str(resources.files("eval"))) / "data" / "verify100.xlsx"
    context = click.get_current_context()
    index, run = out / "index", out / "run"
    _headline("1 of 3: documents become an index", f"kotae ingest corpus --index {index}")
    _go(context, ingest, corpus=corpus, index=index)
    for question in ("「テニスの王子様」の作者はだれですか？", "What is the capital of the United States?"):
        _headline("2 of 3: a question gets an answer with its sources", f'kotae ask "{question}" --index {index}')
        context.invoke(ask, question=question, index=index)
    _headline(
        f"3 of 3: with and without retrieval, a sample of {sample} questions in both languages",
        f"kotae eval run {verify.relative_to(Path(__file__).parent)} --sample {sample} --index {index} --out {run}",
    )
    context.invoke(cli_eval.run_command, verify=verify, out=run, sample=sample, index=index)


def _go(context: click.Context, command: click.Command, **arguments: Any) -> None:
    """Invoke a command that ends by exit status; go on where that is 0."""
    try:
        context.invoke(command, **arguments)
    except SystemExit as end:
        if end.code:
            raise


def _headline(what: str, command: str) -> None:
    click.echo(f"\n== {what}\n$ {command}")


def _sources(answer: Answer | None) -> str:
    if answer is None or not answer.hits:
        return ""
    return "\n" + "\n".join(_source(hit) for hit in answer.hits)


def _source(hit: Hit) -> str:
    chunk = hit.chunk
    scores = {"score": hit.score, "dense": hit.dense, "lexical": hit.lexical, "reranked": hit.reranked}
    said = ", ".join(f"{name} {value:.3f}" for name, value in scores.items() if value is not None)
    return f"[{hit.rank}] {chunk.source}, characters {chunk.start}-{chunk.end}: {chunk.title} ({said})"


if __name__ == "__main__":
    main()
