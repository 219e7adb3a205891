"""`kotae demo`: ingest the bundled corpus, ask two questions, and run a small comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.commands.ask import ask
from kotae.commands.eval.run import run_command
from kotae.commands.ingest import ingest
from kotae.options import PATH, option
from rag.errors import SettingsError

ROOT = Path(__file__).parents[2]
"""The clone; an installed package has no corpus beside it."""


@click.command()
@option("--out", type=PATH, default=Path(".kotae/demo"), help="Folder for the demo's index and run.")
@option("--sample", type=click.IntRange(1), default=15, help="Questions of the verification set.")
def demo(out: Path, sample: int) -> None:
    """Ingest the corpus that comes with kotae, ask two questions, and run the comparison on a sample."""
    from importlib import resources

    corpus = ROOT / "corpus"
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
        f"kotae eval run {verify.relative_to(ROOT)} --sample {sample} --index {index} --out {run}",
    )
    context.invoke(run_command, verify=verify, out=run, sample=sample, index=index)


def _go(context: click.Context, command: click.Command, **arguments: Any) -> None:
    """Invoke a command that ends by exit status; go on where that is 0."""
    try:
        context.invoke(command, **arguments)
    except SystemExit as end:
        if end.code:
            raise


def _headline(what: str, command: str) -> None:
    click.echo(f"\n== {what}\n$ {command}")
