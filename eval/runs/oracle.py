"""The oracle condition: passages of the documents that a verification set names as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, InstanceOf

from eval.dataset.load import Item
from rag.errors import DatasetError, SettingsError
from rag.index.reader import Index
from rag.index.store import ChunkStore
from rag.records import Chunk, Hit
from rag.retrieval.retriever import HybridRetriever, document_of


class GoldRetriever(BaseRetriever):
    """A retriever of the `k` passages of a question's evidence with the highest cosines, best first.

    Of evidence in both languages these are mostly in the language of the question, which a model reads best.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: InstanceOf[Index]
    k: int
    evidence: Mapping[str, tuple[str, ...]]
    """The sources of the gold documents, by the text of the question."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        index = self.index
        with index.unchanged():
            chunks = _chunks_of(index.store, self.evidence[query])
            vector = index.encoder.encode_queries([query])[0]
            cosines = index.store.cosines(vector, list(chunks))
        best = sorted(cosines, key=lambda chunk_id: (-cosines[chunk_id], chunk_id))[: self.k]
        return [
            document_of(Hit(chunks[chunk_id], rank, cosines[chunk_id], cosines[chunk_id]))
            for rank, chunk_id in enumerate(best, 1)
        ]


def gold_retriever(items: Sequence[Item], retriever: HybridRetriever) -> GoldRetriever:
    """Return a retriever of gold passages from the index of `retriever`, as many per question as it gives.

    Raises SettingsError if no question names its evidence, DatasetError if a named document is not in the index.
    """
    evidence: dict[str, tuple[str, ...]] = {}
    store = retriever.index.store
    for item in items:
        missing = [source for source in item.evidence if not _chunks_of(store, [source])]
        if missing:
            raise DatasetError(
                f"The index does not contain the evidence {', '.join(missing)}",
                where=f"question {item.number}",
                do="Ingest the documents that the set names, or omit the condition oracle.",
            )
        for text in item.questions.values():
            evidence[text] = tuple(dict.fromkeys((*evidence.get(text, ()), *item.evidence)))
    if not any(evidence.values()):
        raise SettingsError(
            "The condition oracle needs questions that name their evidence",
            do="Add the column `evidence` to the verification set, or omit the condition oracle.",
        )
    return GoldRetriever(index=retriever.index, k=retriever.k, evidence=evidence)


def _chunks_of(store: ChunkStore, sources: Sequence[str]) -> dict[str, Chunk]:
    """Return the chunks of documents by id; a document may be part of a file, named after a `#`."""
    files = sorted({name for source in sources for name in (source, source.rpartition("#")[0]) if name})
    chunks = store.fetch(list(store.ids_of(files)))
    return {chunk_id: chunk for chunk_id, chunk in chunks.items() if chunk.source in sources}
