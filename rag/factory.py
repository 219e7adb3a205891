"""Build models, retrievers and chains from a user's settings."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path

from langchain_core.retrievers import BaseRetriever

from rag.errors import SettingsError
from rag.generation.chain import GroundedChain, Model, build_chain
from rag.generation.prompt import Prompt
from rag.generation.prompt_file import load_prompt
from rag.index.chroma import ChromaServer
from rag.index.other_chroma import open_other_chroma
from rag.index.reader import open_index
from rag.models.local import LocalChatModel, LocalLLM
from rag.models.server.address import SCHEME, ModelServer
from rag.records import Decoding
from rag.retrieval.reranker import open_reranker
from rag.retrieval.retriever import HybridRetriever
from rag.settings import DEFAULT_CONTEXT, DEFAULT_INDEX, DEFAULT_MODEL, DEFAULT_TOP_K, OTHER_CHROMA


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """A model: its URI, decoding, context window in tokens, and prompt.

    On a GPU: the kernel for packed weights, a memory limit in bytes, whether answers should depend on their own prompt
    alone where the model's engine can do that (None: where many are compared), and the GPUs that share the prompts.
    `server` is for `openai:<name>`. `llama_server` is an executable that runs GGUF files, the bundled one included.
    """

    uri: str = DEFAULT_MODEL
    decoding: Decoding = field(default_factory=Decoding)
    context: int = DEFAULT_CONTEXT
    prompt: Prompt = field(default_factory=load_prompt)
    kernel: str = "auto"
    gpu_memory: int | None = None
    server: ModelServer | None = None
    batch_invariant: bool | None = None
    gpus: tuple[int, ...] = ()
    llama_server: str | None = None

    def to_compare(self) -> ModelSettings:
        """Return the settings for answers that are compared with one another."""
        return self if self.batch_invariant is not None else replace(self, batch_invariant=True)


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """An index, the encoder to open it with (None: the one it was built with), and the number of hits a question gets.

    `reranker` is a cross-encoder's folder or hub id. With `server` the index is there and `folder` is ignored.
    """

    folder: Path = DEFAULT_INDEX
    encoder: str | None = None
    top_k: int = DEFAULT_TOP_K
    server: ChromaServer | None = None
    reranker: str | None = None


def open_model(settings: ModelSettings) -> Model:
    """Return the model of a URI, not loaded yet: a chat model, or a completion model for raw-text prompts.

    Raises ModelUnavailable for an unknown URI, and SettingsError for options that do not apply to it.
    """
    decoding = settings.decoding
    if settings.uri.startswith(SCHEME):
        from rag.models.server.factory import open_server_model

        return open_server_model(settings.uri, settings.server, decoding, settings.context, raw=settings.prompt.raw)
    kind = LocalLLM if settings.prompt.raw else LocalChatModel
    model = kind(
        model=settings.uri,
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        repetition_penalty=decoding.repetition_penalty,
        max_tokens=decoding.max_new_tokens,
        seed=decoding.seed,
        context_window=settings.context,
        kernel=settings.kernel,
        max_gpu_memory=settings.gpu_memory,
        batch_invariant=bool(settings.batch_invariant),
        gpus=settings.gpus,
        llama_server=settings.llama_server,
    )
    model.check()
    return model


def open_retriever(settings: IndexSettings) -> HybridRetriever:
    """Return the retriever of an index. Raises IndexProblem, and ModelUnavailable if the reranker cannot be loaded."""
    index = open_index(settings.folder, settings.encoder, settings.server)
    reranker = open_reranker(settings.reranker) if settings.reranker else None
    return HybridRetriever(index=index, k=settings.top_k, reranker=reranker)


class RetrieverShelf:
    """Retrievers whose indexes and rerankers are opened once each, however many of them share one."""

    def __init__(self) -> None:
        self._index = functools.cache(open_retriever)
        self._reranker = functools.cache(open_reranker)
        self._other = functools.cache(open_other_chroma)

    def open(self, settings: IndexSettings) -> BaseRetriever:
        """Return the retriever of these settings; of `chroma:FOLDER#COLLECTION` one of what other code has indexed.

        Raises IndexProblem, SettingsError and ModelUnavailable.
        """
        if str(settings.folder).startswith(OTHER_CHROMA):
            if settings.reranker:
                raise SettingsError("A reranker needs an index that kotae made", do="Omit --reranker.")
            return self._other(str(settings.folder), settings.encoder, settings.top_k)
        index = self._index(replace(settings, top_k=DEFAULT_TOP_K, reranker=None)).index
        reranker = self._reranker(settings.reranker) if settings.reranker else None
        return HybridRetriever(index=index, k=settings.top_k, reranker=reranker)


def open_chain(model: ModelSettings, index: IndexSettings | None) -> GroundedChain:
    """Return the chain of a model and an index, or without context if `index` is None. Raises IndexProblem."""
    retriever = None if index is None else RetrieverShelf().open(index)
    return build_chain(open_model(model), retriever, model.prompt)
