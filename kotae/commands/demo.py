"""`kotae demo`: ingest the bundled corpus, ask two questions, and run a small comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kotae.commands.ask import ask
from kotae.commands.eval.run import run_command
from kotae.commands.ingest import ingest
from kotae.console import echo
from kotae.options import PATH, option
from rag.errors import SettingsError
from rag.messages import Message, display_language

ROOT = Path(__file__).parents[2]
"""The root of the clone; an installed package comes without the corpus."""


@click.command(short_help="Try kotae on its own documents.")
@option("--out", type=PATH, default=Path(".kotae/demo"), help="Folder for the index and the run of the demo.")
@option("--sample", type=click.IntRange(1), default=15, help="Number of questions from the verification set.")
def demo(out: Path, sample: int) -> None:
    """Ingest the corpus that comes with kotae, ask two questions, and compare with and without retrieval.

    \b
    Example:
      kotae demo --sample 5
    """
    from importlib import resources

    corpus = ROOT / "corpus"
    if not corpus.is_dir():
        raise SettingsError(
            "The demo's documents come with a clone of kotae, not with the installed package",
            where=str(corpus),
            do="Run `make demo` in a clone.",
        )
    verify = Path(str(resources.files("eval"))) / "data" / "verify100.xlsx"
    context = click.get_current_context()
    index, run = out / "index", out / "run"
    _headline(Message("1 of 3: index the documents"), f"kotae ingest corpus --index {index}")
    _go(context, ingest, corpus=corpus, index=index)
    for question in ("「テニスの王子様」の作者はだれですか？", "What is the capital of the United States?"):
        _headline(Message("2 of 3: answer a question and list the sources"), f'kotae ask "{question}" --index {index}')
        context.invoke(ask, question=question, index=index)
    _headline(
        Message(
            "3 of 3: compare with and without retrieval, on a sample of {sample} questions in both languages",
            sample=sample,
        ),
        f"kotae eval run {verify.relative_to(ROOT)} --sample {sample} --index {index} --out {run}",
    )
    context.invoke(run_command, verify=verify, out=run, sample=sample, index=index, report_language=display_language())


def _go(context: click.Context, command: click.Command, **arguments: Any) -> None:
    """Invoke a command that ends with an exit status; return when it is 0."""
    try:
        context.invoke(command, **arguments)
    except SystemExit as end:
        if end.code:
            raise


def _headline(what: Message, command: str) -> None:
    echo(Message("\n== {what}\n$ {command}", what=what, command=command))
