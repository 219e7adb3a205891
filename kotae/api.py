"""The functions of `import kotae` for documents and answers, from a notebook or a script.

A model is a URI (`kotae models` lists the kinds), `ModelSettings`, or any LangChain model; an index is its folder or
`IndexSettings`, and any LangChain retriever or vector store stands in for one. Tables are pandas DataFrames.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kotae.parts import index_settings, model_settings, searched, wording
from rag import factory
from rag.cluster import RaySettings
from rag.factory import IndexSettings, ModelSettings
from rag.settings import DEFAULT_INDEX, DEFAULT_MODEL

if TYPE_CHECKING:
    import pandas as pd
    from langchain_core.language_models import BaseChatModel, BaseLLM
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.vectorstores import VectorStore

    from ingest.report import SyncReport
    from rag.generation.chain import GroundedChain, Model
    from rag.generation.prompt import Prompt
    from rag.index.reader import Index
    from rag.index.stores import Store
    from rag.records import Answer
    from rag.retrieval.retriever import HybridRetriever


def ingest(
    corpus: str | Path,
    index: str | Path | IndexSettings = DEFAULT_INDEX,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    columns: Sequence[str] = (),
    encoding: str | None = None,
    ray: str | RaySettings | None = None,
    store: Store | None = None,
) -> SyncReport:
    """Bring an index up to date with the documents in the folder or URL `corpus`, and report what changed.

    `include` and `exclude` are patterns as in .gitignore; `columns` of tables make up a document; `encoding` is
    that of text files that are not Unicode, otherwise guessed. Files that cannot be read are in the report's `failed`.
    `ray` is the address of a Ray cluster whose workers do it, or "local"; it needs an index on a Chroma server.
    `store` is where a new index keeps its chunks: "chroma" or, with the extra lancedb, "lancedb".
    Raises CorpusError, IndexProblem, SettingsError, ModelUnavailable and ClusterFailed.
    """
    from ingest.files import FilePatterns
    from ingest.formats import ReadOptions
    from ingest.sync import sync
    from rag.progress import bytes_bar
    from rag.storage.object_store import is_url

    settings = index_settings(index)
    with bytes_bar("Ingesting documents") as progress:
        return sync(
            corpus if is_url(corpus) else Path(corpus),
            settings.folder,
            encoder_name=settings.encoder,
            store_name=store,
            server=settings.server,
            patterns=FilePatterns(tuple(include), tuple(exclude)),
            options=ReadOptions(tuple(columns), encoding),
            progress=progress,
            ray=RaySettings(ray) if isinstance(ray, str) else ray,
        )


def ask(
    question: str,
    *,
    model: str | ModelSettings | BaseChatModel | BaseLLM = DEFAULT_MODEL,
    index: str | Path | IndexSettings | None = DEFAULT_INDEX,
    retriever: BaseRetriever | VectorStore | None = None,
    prompt: str | Path | Prompt | None = None,
) -> Answer:
    """Answer a question in its own language, from the passages that are found; `index=None` asks the model alone.

    A notebook shows the answer with its sources. `prompt` is a prompt's name, or a file of your own. Raises
    IndexProblem, SettingsError, ModelUnavailable and ModelFailed.
    """
    from rag.generation.chain import build_chain
    from rag.groundedness.support import with_support

    where = None if index is None and retriever is None else searched(index, retriever)
    found = factory.open_retriever(where) if isinstance(where, IndexSettings) else where
    words = wording(prompt, model)
    opened = factory.open_model(model_settings(model, words)) if isinstance(model, str | ModelSettings) else model
    return with_support(build_chain(opened, found, words).invoke(question))


def retrieve(
    question: str,
    index: str | Path | IndexSettings = DEFAULT_INDEX,
    *,
    top_k: int | None = None,
    retriever: BaseRetriever | VectorStore | None = None,
) -> pd.DataFrame:
    """Search an index; return the hits, best first: scores, source, characters, text.

    `dense` is a cosine and `lexical` a BM25 score; `score` combines them and is comparable within one question. `top_k`
    is by default that of the index's settings. Raises IndexProblem.
    """
    import pandas as pd

    from rag.retrieval.retriever import hits_of

    found = searched(index, retriever)
    if isinstance(found, IndexSettings):
        hits = factory.open_retriever(found).search(question, top_k)
    else:
        hits = hits_of(found.invoke(question))[:top_k]
    rows = [
        (hit.rank, hit.score, hit.dense, hit.lexical, hit.reranked, hit.chunk.source, hit.chunk.title,
         hit.chunk.language, hit.chunk.start, hit.chunk.end, hit.chunk.text)
        for hit in hits
    ]  # fmt: skip
    titles = "rank score dense lexical reranked source title language start end text".split()
    return pd.DataFrame(rows, columns=titles)


def open_index(index: str | Path | IndexSettings = DEFAULT_INDEX) -> Index:
    """Open an index. Raises IndexProblem."""
    from rag.index import reader

    settings = index_settings(index)
    return reader.open_index(settings.folder, settings.encoder, settings.server)


def open_retriever(index: str | Path | IndexSettings = DEFAULT_INDEX) -> HybridRetriever:
    """Open the retriever of an index: `search(question)` returns hits, `invoke(question)` LangChain documents.

    `search_many(questions)` and `batch(questions)` return the same for each question, several times as fast.

    Raises IndexProblem, and ModelUnavailable for a reranker that cannot be loaded.
    """
    return factory.open_retriever(index_settings(index))


def open_model(model: str | ModelSettings = DEFAULT_MODEL) -> Model:
    """Open a model, which is loaded when it is first used. Raises SettingsError and ModelUnavailable."""
    return factory.open_model(model_settings(model))


def open_chain(
    model: str | ModelSettings = DEFAULT_MODEL, index: str | Path | IndexSettings | None = DEFAULT_INDEX
) -> GroundedChain:
    """Open the chain of a model and an index: `invoke`, `batch` and `stream` take questions and return answers.

    `index=None` gives the same chain without retrieval. Raises IndexProblem, SettingsError and ModelUnavailable.
    """
    return factory.open_chain(model_settings(model), None if index is None else index_settings(index))
