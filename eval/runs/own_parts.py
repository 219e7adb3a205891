"""Models and retrievers of any LangChain code in a run: what is recorded of them."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.retrievers import BaseRetriever

from rag.factory import ModelSettings
from rag.generation.chain import Model
from rag.generation.prompt import Prompt
from rag.models.invoke import model_identity
from rag.records import Decoding
from rag.retrieval.reranker import reranker_name
from rag.retrieval.retriever import HybridRetriever

NO_LIMIT = 0
"""The context that is recorded of a model that states none: all passages go into its prompts."""


@dataclass(frozen=True, slots=True)
class RetrieverIdentity:
    """What a run records of its retriever; all None without one."""

    index: str | None = None
    encoder: str | None = None
    top_k: int | None = None
    reranker: str | None = None


def retriever_identity(retriever: BaseRetriever | None) -> RetrieverIdentity:
    """Return the identity of a retriever; of a foreign one only the class is known, not its content.

    An answer whose passages have changed is asked again all the same: its prompt is another one.
    """
    if retriever is None:
        return RetrieverIdentity()
    if isinstance(retriever, HybridRetriever):
        manifest = retriever.index.manifest
        reranker = reranker_name(retriever.reranker)
        return RetrieverIdentity(manifest.corpus_digest, str(manifest.encoder), retriever.k, reranker)
    asked_for = getattr(retriever, "search_kwargs", {}).get("k", getattr(retriever, "k", None))
    name = " ".join(["retriever", type(retriever).__name__, *(retriever.tags or ())])
    return RetrieverIdentity(name, top_k=asked_for)


def model_settings_of(model: Model, prompt: Prompt) -> ModelSettings:
    """Return the settings to record of a model that was opened elsewhere, with the prompt that it is given."""
    context = getattr(model, "context_window", None)
    decoding = getattr(model, "decoding", None)
    return ModelSettings(
        uri=model_identity(model),
        decoding=decoding if isinstance(decoding, Decoding) else Decoding(),
        context=NO_LIMIT if context is None else int(context),
        prompt=prompt,
    )
