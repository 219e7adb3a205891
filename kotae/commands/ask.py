"""`kotae ask`: answer one question, then list the sources."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kotae.console import echo
from kotae.options import index_options, json_option, model_options, option
from kotae.settings import as_json_text, index_settings, model_settings
from rag.errors import SettingsError
from rag.messages import Message, joined

if TYPE_CHECKING:
    from rag.factory import IndexSettings, ModelSettings
    from rag.generation.chain import GroundedChain, Prepared
    from rag.records import Answer, AnswerPiece, Hit


@click.command(short_help="Answer a question, with its sources.")
@click.argument("question")
@model_options
@index_options
@option("--no-rag", is_flag=True, help="Answer without retrieval, from the model alone.")
@json_option
def ask(question: str, no_rag: bool, as_json: bool, **settings: Any) -> None:
    """Answer QUESTION in its own language, and list the numbered sources, the one that supports the answer first.

    \b
    Example:
      kotae ask "日本の首都はどこですか？"
      kotae ask "What is the capital of Japan?" --no-rag --json
    """
    if not question.strip():
        raise SettingsError("The question is empty", do="Write a question.")
    chain, prepared = _prepare(question, model_settings(settings), None if no_rag else index_settings(settings))
    if as_json:
        from rag.groundedness.support import with_support

        (result,) = chain.answer([prepared])
        if isinstance(result, Exception):
            raise result
        echo(as_json_text(with_support(result)))
        return
    _print(chain.stream_prepared(prepared), len(prepared.hits))


def _prepare(question: str, model: ModelSettings, index: IndexSettings | None) -> tuple[GroundedChain, Prepared]:
    from rag.progress import status

    with status("Opening the index" if index else "Getting ready"):
        from rag.factory import open_chain

        chain = open_chain(model, index)
    with status("Searching, and loading the language model" if index else "Loading the language model"):
        return chain, chain.prepare(question)


def _print(pieces: Iterator[AnswerPiece], passages: int) -> None:
    """Print an answer as it is written, then its sources."""
    from rag.progress import status

    with status(
        Message("The language model reads {passages} passages", passages=passages)
        if passages
        else "The language model reads"
    ):
        first = next(pieces)
    answer: Answer | None = None
    attempt = 0
    for piece in itertools.chain([first], pieces):
        if piece.attempt != attempt:
            echo(Message("\n(asked again: this answer is not in the language of the question)"), err=True)
            attempt = piece.attempt
        echo(piece.text, nl=False)
        answer = piece.done or answer
    echo(_sources(answer))
    if answer is not None and answer.support is not None and answer.support.missing:
        from rag.groundedness.support import describe_missing

        echo(describe_missing(answer.support, answer.language), err=True)
    if answer is not None and answer.left_out:
        from rag.safety.sanitize import describe_removed

        echo(describe_removed(answer.left_out, answer.language), err=True)
    if answer is not None and answer.marked:
        from rag.safety.sanitize import describe_marked

        echo(describe_marked(answer.marked, answer.language), err=True)


def _sources(answer: Answer | None) -> str:
    if answer is None or not answer.hits:
        return ""
    first = None if answer.support is None else answer.support.rank
    return joined(["", *(_source(hit, answer, supports=hit.rank == first) for hit in answer.cited)], "\n")


def _source(hit: Hit, answer: Answer, *, supports: bool) -> Message:
    from rag.generation.citation import citation
    from rag.safety.sanitize import suspected_text

    suspected = suspected_text([hit])
    scores = {
        Message("score"): hit.score,
        Message("dense"): hit.dense,
        Message("lexical"): hit.lexical,
        Message("reranked"): hit.reranked,
    }
    listed = [
        Message("{name} {value:.3f}", name=name, value=value) for name, value in scores.items() if value is not None
    ]
    remarks = [
        *([Message("supports the answer")] if supports else []),
        joined(listed, ", "),
        *_counted(
            len(suspected & set(answer.left_out)),
            Message("{count} sentence withheld from the model"),
            Message("{count} sentences withheld from the model"),
        ),
        *_counted(
            len(suspected & set(answer.marked)),
            Message("{count} sentence marked for the model"),
            Message("{count} sentences marked for the model"),
        ),
    ]
    return Message("{citation} ({remarks})", citation=citation(hit), remarks=joined(remarks))


def _counted(count: int, singular: str, plural: str) -> list[Message]:
    return [Message(singular if count == 1 else plural, count=count)] if count else []
