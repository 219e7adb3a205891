"""Reranker: a cross-encoder that reads question and passage together and re-ranks the best hits.

Its interface is LangChain's `BaseDocumentCompressor`, so a `HybridRetriever` takes any other reranker of LangChain too.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict

from rag.errors import ModelUnavailable
from rag.hub import ModelFolder, resolve
from rag.messages import Message

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SCORE = "reranked"
"""Key of the score in the metadata of a reranked document."""
BATCH = 16


class CrossEncoderReranker(BaseDocumentCompressor):
    """A cross-encoder that orders documents by the score of question and document (title and text)."""

    model_config = ConfigDict(arbitrary_types_allowed=True, ignored_types=(functools.cached_property,))

    folder: ModelFolder

    @property
    def identity(self) -> str:
        """Name and revision, which determine its scores."""
        return f"{self.folder.name}@{self.folder.revision}"

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """Return all documents, best first, with the score in `metadata["reranked"]`; ties keep their order."""
        if not documents:
            return []
        pairs = [
            (query, f"{document.metadata.get('title', '')}\n{document.page_content}".strip()) for document in documents
        ]
        scores = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False).reshape(-1).tolist()
        order = sorted(range(len(documents)), key=lambda i: -scores[i])
        return [
            documents[i].model_copy(update={"metadata": {**documents[i].metadata, SCORE: scores[i]}}) for i in order
        ]

    @functools.cached_property
    def _model(self) -> CrossEncoder:
        return _load(self.folder)


def reranker_name(reranker: BaseDocumentCompressor | None) -> str:
    """Return the name that a run stores for any reranker, "none" if there is none."""
    if reranker is None:
        return "none"
    return reranker.identity if isinstance(reranker, CrossEncoderReranker) else type(reranker).__name__


@functools.cache
def open_reranker(name: str) -> CrossEncoderReranker:
    """Return the cross-encoder called `name`, a folder or a hub id with an optional @revision; cached.

    Raises ModelUnavailable, also if the model does not give exactly one score per pair.
    """
    reranker = CrossEncoderReranker(folder=resolve(name))
    outputs = reranker._model.num_labels
    if outputs != 1:
        raise ModelUnavailable(
            Message(
                "The reranker {name!r} returns {outputs} scores for a question and a passage instead of one",
                name=name,
                outputs=outputs,
            ),
            where=str(reranker.folder.path),
            do="Use a cross-encoder that was trained to rank passages, with one output.",
        )
    return reranker


def _load(folder: ModelFolder) -> CrossEncoder:
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"use_safetensors": True}
    try:
        model: CrossEncoder = CrossEncoder(
            str(folder.path),
            device="cuda" if torch.cuda.is_available() else "cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs=options,
        )
        return model
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            Message("The reranker {folder!r} cannot be loaded: {error}", folder=folder.name, error=error),
            where=str(folder.path),
            do="It must be the folder of a cross-encoder with safetensors weights.",
        ) from error
