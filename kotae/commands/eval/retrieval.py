"""`kotae eval retrieval`: measure retrieval by itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kotae.console import echo
from kotae.options import PATH, chroma_options, columns_option, encoder_option, json_option, option, reranker_option
from kotae.settings import as_json_text, chroma_server
from rag.errors import DatasetError, SettingsError
from rag.records import LANGUAGES
from rag.settings import DEFAULT_ENCODER, DEFAULT_INDEX, DEFAULT_TOP_K, cache_dir

if TYPE_CHECKING:
    from eval.retrieval.evaluate import Query, RetrievalReport
    from rag.index.chroma import ChromaServer
    from rag.records import Language


@click.command("retrieval", short_help="Measure retrieval alone.")
@click.argument("source", type=PATH)
@option("--index", type=PATH, help="Folder of the index; for a collection, by default one in the user cache.")
@chroma_options
@encoder_option
@reranker_option
@option("--question-lang", type=click.Choice(LANGUAGES), help="Only questions in this language.")
@option("--document-lang", type=click.Choice(LANGUAGES), help="Only documents in this language.")
@option("--distractors", type=PATH, multiple=True, help="Collection whose documents are searched too; can be repeated.")
@columns_option
@option("--limit", type=click.IntRange(1), help="Only the first LIMIT questions.")
@option("--top-k", "depth", type=click.IntRange(1), default=10, help="Documents per ranking.")
@json_option
def retrieval_command(source: Path, as_json: bool, **settings: Any) -> None:
    """Measure retrieval alone: hit@k, recall@k, MRR and nDCG by language pair and retriever, with intervals.

    SOURCE is a collection (a folder with documents.jsonl and questions.jsonl), which is indexed first, or a
    verification set whose evidence column names documents of an index.

    \b
    Example:
      kotae eval retrieval questions.xlsx --index .kotae/index --top-k 5
    """
    server = chroma_server(settings)
    for name in ("chroma_url", "chroma_token", "chroma_collection"):
        del settings[name]
    report = measure(source, server=server, **settings)
    echo(as_json_text(report) if as_json else report.text())


def measure(
    source: Path,
    *,
    index: Path | None,
    server: ChromaServer | None,
    encoder: str | None,
    reranker: str | None,
    question_lang: Language | None,
    document_lang: Language | None,
    distractors: tuple[Path, ...],
    columns: str,
    limit: int | None,
    depth: int,
) -> RetrievalReport:
    """Measure retrieval over a collection (a folder), or over an index with a verification set (a file)."""
    from eval.retrieval.evaluate import evaluate_retrieval
    from rag.factory import IndexSettings, open_retriever
    from rag.progress import count_bar

    if source.is_dir():
        from eval.retrieval.questions import load_questions

        questions = load_questions(source, question_lang, document_lang, limit)
        queries, skipped = questions.queries, questions.skipped
        folders = (source, *distractors)
        key = _key(folders, document_lang, encoder)
        index = index or cache_dir() / "retrieval" / key
        # never the collection on the server that may hold the user's index
        server = server and replace(server, collection=f"retrieval-{key}")
        _bring_up_to_date(folders, index, server, document_lang, encoder)
    else:
        if distractors or document_lang:
            raise SettingsError(
                "--distractors and --document-lang are for collections (folders with documents.jsonl)",
                where=str(source),
                do="Leave them out: a verification set is measured over the index as it is.",
            )
        queries = _queries(source, columns, question_lang)[:limit]
        skipped, index = 0, index or DEFAULT_INDEX
    retriever = open_retriever(IndexSettings(index, encoder, DEFAULT_TOP_K, server, reranker))
    retriever.index.require_complete()
    retriever.search("?")  # load the models before time is measured
    with count_bar("Searching") as progress:
        return evaluate_retrieval(queries, retriever.candidates, depth=depth, skipped=skipped, progress=progress)


def _queries(verify: Path, columns: str, language: Language | None) -> tuple[Query, ...]:
    """Return the questions, or those in one language, that name documents. Raises DatasetError."""
    from eval.dataset.load import load_dataset
    from eval.retrieval.evaluate import queries_of

    named = queries_of(load_dataset(verify, columns))
    if queries := tuple(query for query in named if language in (None, query.language)):
        return queries
    raise DatasetError(
        "No question of this set names a document of an index as its evidence",
        where=str(verify),
        do="Name it in a column `evidence`, or with --columns gold=NAME.",
    )


def _bring_up_to_date(
    folders: tuple[Path, ...],
    index: Path,
    server: ChromaServer | None,
    language: Language | None,
    encoder: str | None,
) -> None:
    from ingest.collection import sync_collections
    from rag.progress import bytes_bar

    with bytes_bar("Indexing") as progress:
        sync_collections(folders, index, language=language, encoder_name=encoder, server=server, progress=progress)


def _key(folders: tuple[Path, ...], language: Language | None, encoder: str | None) -> str:
    """Return the name of the index of these collections."""
    key = "\0".join([*map(str, (folder.resolve() for folder in folders)), language or "", encoder or DEFAULT_ENCODER])
    return hashlib.sha256(key.encode()).hexdigest()[:16]
