"""`kotae eval retrieval`: the index that is measured, made by `ingest` where there is none, and `eval` over it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsError
from rag.settings import DEFAULT_ENCODER, DEFAULT_INDEX, DEFAULT_TOP_K, cache_dir

if TYPE_CHECKING:
    from eval.retrieval import RetrievalReport
    from rag.chroma import ChromaServer
    from rag.records import Language


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
    limit: int | None,
    depth: int,
) -> RetrievalReport:
    """Measure retrieval over a collection (a folder), or with a verification set (a file) over an index."""
    from eval.retrieval import evaluate_retrieval
    from rag.opening import IndexSettings, open_retriever
    from rag.progress import count_bar

    if source.is_dir():
        from eval.collection import load_questions

        found = load_questions(source, question_lang, document_lang, limit)
        queries, skipped = found.queries, found.skipped
        folders = (source, *distractors)
        key = _key(folders, document_lang, encoder)
        index = index or cache_dir() / "retrieval" / key
        # Never the collection that may hold another index.
        server = server and replace(server, collection=f"retrieval-{key}")
        _bring_up_to_date(folders, index, server, document_lang, encoder)
    else:
        if distractors or document_lang:
            raise SettingsError(
                "--distractors and --document-lang are for a folder with documents.jsonl",
                where=str(source),
                do="A verification set is measured over the index that is there.",
            )
        from eval.dataset import load_dataset
        from eval.retrieval import queries_of

        queries = tuple(query for query in queries_of(load_dataset(source)) if question_lang in (None, query.language))[
            :limit
        ]
        skipped, index = 0, index or DEFAULT_INDEX
    retriever = open_retriever(IndexSettings(index, encoder, DEFAULT_TOP_K, server, reranker))
    retriever.index.require_whole()
    retriever.search("?")  # the models are loaded before the clock runs
    with count_bar("Searching") as progress:
        return evaluate_retrieval(queries, retriever.candidates, depth=depth, skipped=skipped, progress=progress)


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
    """What names the index of these collections."""
    key = "\0".join([*map(str, (folder.resolve() for folder in folders)), language or "", encoder or DEFAULT_ENCODER])
    return hashlib.sha256(key.encode()).hexdigest()[:16]
