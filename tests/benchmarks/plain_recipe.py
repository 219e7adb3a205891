"""kotae against the recipe that users copy, side by side in one run: recall, ingest, and ingest of the same again.

The recipe: RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200), the same encoder without its prompts,
Chroma.from_documents, similarity_search. Its second ingest is what its users run: the same lines once more.

Run with `python -m tests.benchmarks.plain_recipe FOLDER [QUESTIONS]`; FOLDER has documents.jsonl and questions.jsonl,
QUESTIONS (default 200, spread evenly) are asked of both.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.retrieval.evaluate import Query, document_ranks
from eval.retrieval.questions import load_questions
from eval.statistics.ranking import Found, figures, figures_table
from ingest.collection import sync_collections
from rag.collection import CollectionDocument, load_documents
from rag.encoders.embeddings import open_encoder
from rag.index.reader import open_index
from rag.retrieval.retriever import HybridRetriever

DEPTH = 10


class WithoutPrompts(Embeddings):
    """The bundled encoder as the recipe uses it: no `query: `, no `passage: `."""

    def __init__(self) -> None:
        self._model = open_encoder("bundled")._model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self._model.encode(texts, normalize_embeddings=True)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@dataclass(frozen=True, slots=True)
class Ingest:
    """Seconds of an ingest, and how many chunks the index holds after it."""

    seconds: float
    chunks: int


def plain_ingest(
    documents: Sequence[CollectionDocument], folder: Path, embeddings: Embeddings
) -> tuple[Ingest, Chroma]:
    """The recipe, to the letter."""
    began = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    pages = [Document(f"{one.title}\n{one.text}", metadata={"source": one.source}) for one in documents]
    chunks = splitter.split_documents(pages)
    store = Chroma.from_documents(chunks, embeddings, persist_directory=str(folder))
    return Ingest(time.perf_counter() - began, store._collection.count()), store


def kotae_ingest(collection: Path, folder: Path) -> Ingest:
    """A sync."""
    report = sync_collections([collection], folder)
    return Ingest(report.seconds, report.chunks)


def asked(queries: Sequence[Query], sources: Callable[[str], Sequence[str]]) -> list[Found]:
    """The ranks of each question's documents."""
    gold = [[source for several in query.evidence.values() for source in several] for query in queries]
    return [
        Found(document_ranks(sources(query.text), one, DEPTH), len(one))
        for query, one in zip(queries, gold, strict=True)
    ]


def main(collection: Path, count: int) -> None:
    """Print the comparison."""
    documents = load_documents(collection)
    queries = load_questions(collection).queries
    queries = queries[:: max(1, len(queries) // count)][:count]
    embeddings = WithoutPrompts()
    embeddings.embed_query("loaded before the clock runs")
    with tempfile.TemporaryDirectory() as folder:
        plain, store = plain_ingest(documents, Path(folder, "plain"), embeddings)
        kotae = kotae_ingest(collection, Path(folder, "kotae"))
        retriever = HybridRetriever(index=open_index(Path(folder, "kotae")))
        runs = {
            "plain recipe": lambda text: [
                str(one.metadata["source"]) for one in store.similarity_search(text, k=5 * DEPTH)
            ],
            "kotae": lambda text: [hit.chunk.source for hit in retriever.search(text, 5 * DEPTH)],
        }
        rows = []
        for name, sources in runs.items():
            began = time.perf_counter()
            found = asked(queries, sources)
            rows.append((name, f"{1000 * (time.perf_counter() - began) / len(queries):.0f} ms", figures(found, DEPTH)))
        print(figures_table(rows, DEPTH))
        again, _ = plain_ingest(documents, Path(folder, "plain"), embeddings)
        kotae_again = kotae_ingest(collection, Path(folder, "kotae"))
    print(f"{'':<14}{'ingest, s':>12}{'docs/s':>9}{'chunks':>8}{'again, s':>12}{'chunks':>8}")
    for name, first, second in (("plain recipe", plain, again), ("kotae", kotae, kotae_again)):
        rate = len(documents) / first.seconds
        print(f"{name:<14}{first.seconds:>12.1f}{rate:>9.1f}{first.chunks:>8}{second.seconds:>12.1f}{second.chunks:>8}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
