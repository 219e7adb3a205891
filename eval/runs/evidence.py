"""The conditions that a set's evidence makes: `oracle` gives the gold passages, `withheld` takes them out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, InstanceOf

from eval.dataset.conditions import Condition
from eval.dataset.items import GoldPassage, Item
from rag.errors import DatasetError, SettingsError
from rag.index.reader import Index
from rag.index.store import ChunkStore
from rag.messages import Message
from rag.records import Chunk, Hit, chunk_id
from rag.retrieval.retriever import HybridRetriever, document_of
from rag.text.language import detect

Evidence = Mapping[str, tuple[GoldPassage, ...]]
"""The gold passages, by the number of the question."""
NUMBER = "question_number"
"""Key of the number in the metadata of a retrieval: two questions may have one text, and other evidence."""


class GoldRetriever(BaseRetriever):
    """A retriever of a question's evidence: the passages that come with the set, in its order, or those of the index.

    Of an index these are the `k` passages with the highest cosines, best first; of evidence in both languages mostly
    those in the language of the question, which a model reads best.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: InstanceOf[Index] | None
    k: int
    evidence: Evidence

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        gold = _evidence(self.evidence, run_manager)
        if given := [passage for passage in gold if passage.text]:
            return [document_of(Hit(_chunk(passage, rank), rank, 1.0)) for rank, passage in enumerate(given, 1)]
        index = self.index
        if index is None:
            return []
        with index.unchanged():
            chunks = chunks_of(index.store, gold)
            vector = index.encoder.encode_queries([query])[0]
            cosines = index.store.cosines(vector, list(chunks))
        best = sorted(cosines, key=lambda chunk_id: (-cosines[chunk_id], chunk_id))[: self.k]
        return [
            document_of(Hit(chunks[chunk_id], rank, cosines[chunk_id], cosines[chunk_id]))
            for rank, chunk_id in enumerate(best, 1)
        ]


class WithheldRetriever(BaseRetriever):
    """A retriever without a question's evidence: what `retriever` finds next takes its place."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: HybridRetriever
    evidence: Evidence

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        gold = _evidence(self.evidence, run_manager)
        hits = self.retriever.search(query, without=lambda chunk: any(passage.overlaps(chunk) for passage in gold))
        return [document_of(hit) for hit in hits]


def _evidence(evidence: Evidence, run_manager: CallbackManagerForRetrieverRun) -> tuple[GoldPassage, ...]:
    return evidence.get(run_manager.metadata.get(NUMBER, ""), ())


def needs_index(items: Iterable[Item]) -> bool:
    """Tell whether the evidence of any question is in an index only."""
    return any(item.gold and not any(gold.text for gold in item.gold) for item in items)


def evidence_retriever(
    condition: Condition, items: Sequence[Item], retriever: HybridRetriever | None
) -> GoldRetriever | WithheldRetriever:
    """Return the retriever of `oracle` or `withheld`, which gives as many passages of an index as `retriever`.

    Raises SettingsError if no question names its evidence, DatasetError if a named document is not in the index.
    """
    evidence = {item.number: item.gold for item in items}
    if retriever is not None and (condition is Condition.WITHHELD or needs_index(items)):
        evidence = in_index(evidence, retriever.index.store)
        for number, gold in evidence.items():
            _require_indexed(number, gold, retriever.index.store, condition)
    if not any(evidence.values()):
        raise SettingsError(
            Message("The condition {condition} needs questions that name their evidence", condition=condition),
            do=Message(
                "Add the column `evidence` to the verification set, or omit the condition {condition}.",
                condition=condition,
            ),
        )
    if condition is Condition.WITHHELD and retriever is not None:
        return WithheldRetriever(retriever=retriever, evidence=evidence)
    index, k = (None, 0) if retriever is None else (retriever.index, retriever.k)
    return GoldRetriever(index=index, k=k, evidence=evidence)


def retriever_beside_twins(items: Sequence[Item], retriever: HybridRetriever | None) -> BaseRetriever | None:
    """Return the retriever of `rag`, which withholds from a question that cannot be answered what answers its twin.

    A set may ask a question twice, with evidence and without (LIT-RAGBench does): the index holds that evidence.
    """
    answered: dict[str, tuple[GoldPassage, ...]] = {}
    for item in items:
        for text in item.questions.values():
            answered[text] = (*answered.get(text, ()), *(item.gold if item.answerable else ()))
    twins = {
        item.number: gold
        for item in items
        if not item.answerable and (gold := tuple(g for text in item.questions.values() for g in answered[text]))
    }
    if retriever is None or not twins:
        return retriever
    return WithheldRetriever(retriever=retriever, evidence=in_index(twins, retriever.index.store))


def in_index(evidence: Evidence, store: ChunkStore) -> dict[str, tuple[GoldPassage, ...]]:
    """Return the evidence with whole sources for documents that a set names by their id: documents.jsonl#d1 for d1."""
    names = {passage.source for gold in evidence.values() for passage in gold if passage.source}
    ids = {name for name in names if "#" not in name} - set(store.completed_files())
    whole: dict[str, list[str]] = {}
    for source in sorted(store.sources()) if ids else ():
        if (name := source.rpartition("#")[2]) in ids and "#" in source:
            whole.setdefault(name, []).append(source)

    def placed(passage: GoldPassage) -> list[GoldPassage]:
        return [replace(passage, source=source) for source in whole.get(passage.source, [passage.source])]

    return {number: tuple(itertools.chain(*map(placed, gold))) for number, gold in evidence.items()}


def _require_indexed(number: str, gold: Sequence[GoldPassage], store: ChunkStore, condition: Condition) -> None:
    documents = [passage for passage in gold if passage.source]
    if missing := [str(passage) for passage in documents if not chunks_of(store, [passage])]:
        raise DatasetError(
            Message("The index does not contain the evidence {missing}", missing=", ".join(missing)),
            where=Message("question {number}", number=number),
            do=Message(
                "Ingest the documents that the set names, or omit the condition {condition}.", condition=condition
            ),
        )


def chunks_of(store: ChunkStore, gold: Sequence[GoldPassage]) -> dict[str, Chunk]:
    """Return the chunks of gold passages by id; a document may be part of a file, named after a `#`."""
    sources = dict.fromkeys(passage.source for passage in gold)
    files = sorted({name for source in sources for name in (source, source.rpartition("#")[0]) if name})
    chunks = store.fetch(list(store.ids_of(files)))
    return {chunk_id: chunk for chunk_id, chunk in chunks.items() if any(passage.overlaps(chunk) for passage in gold)}


def _chunk(passage: GoldPassage, rank: int) -> Chunk:
    """Return a passage that comes with the set as a chunk."""
    source, language = f"passage {rank}", detect(passage.text)
    name = chunk_id(passage.text, passage.title, source, language, 0)
    return Chunk(name, passage.text, passage.title, source, language, 0, len(passage.text), 0)
