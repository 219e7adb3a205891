"""Language-aware hybrid retrieval.

An encoder such as e5 puts texts of one language closer together than texts of one meaning in two languages, so raw
cosines rank the question's own language first whatever it says. Each cosine is therefore taken relative to the
question's cosine with the centroid of the chunk's language.

Lexical scores are even less on one scale: a question shares all its words with chunks of its own language, and with
those of the other only names, loans and numbers (see `rag.lexical.search`). Each is therefore taken relative to the
best ones of the chunk's language: words decide among chunks of one language, and neither language gains by sharing
more of them.

    both = cosine(q, chunk) - cosine(q, centroid of the chunk's language)
           + LEXICAL_WEIGHT * (bm25(q, chunk) - mean of the best bm25(q, .) of the chunk's language)

What is left of a language's lead is met half-way, by a share of its best scores:

    level = both - LANGUAGE_PRIOR_WEIGHT * mean of the best `both` of the chunk's language

In the end a chunk gains by what the other language says of the same matter (see `rag.retrieval.cross_language`).

`tests/benchmarks/retrieval_variants.md` has what else was tried, with its figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, InstanceOf

from rag.errors import IndexDamaged
from rag.index.chroma import REBUILD
from rag.index.reader import Index
from rag.lexical.search import LexicalMatch
from rag.records import LANGUAGES, Chunk, Hit, chunk_id, renumber
from rag.retrieval.cross_language import cross_language_boost
from rag.retrieval.reranker import SCORE
from rag.settings import DEFAULT_TOP_K
from rag.text.language import detect

LEXICAL_WEIGHT = 0.008
LANGUAGE_PRIOR_WEIGHT, LANGUAGE_PRIOR_HITS = 0.5, 5
"""What share of the mean of how many of a language's best scores is taken off."""
RERANKED = 30
"""How many hits a reranker reads, or `k` where that is more."""
CANDIDATES = 50
"""How many chunks each leg brings in, per language, or twice `k` where that is more."""


class HybridRetriever(BaseRetriever):
    """Finds the `k` best chunks of an index; `search` gives them as hits, the LangChain methods as documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: InstanceOf[Index]
    k: int = Field(default=DEFAULT_TOP_K, gt=0)
    reranker: BaseDocumentCompressor | None = None

    def search(self, question: str, k: int | None = None) -> tuple[Hit, ...]:
        """The best hits for a question, best first.

        Raises IndexChanged where another process has ingested since the index was opened, and IndexDamaged where a
        passage is not what was ingested.
        """
        wanted = self.k if k is None else k
        hits = self.candidates(question, wanted)[:wanted]
        for hit in hits:
            _check(hit.chunk, self.index.folder)
        return hits

    def candidates(self, question: str, k: int) -> tuple[Hit, ...]:
        """Every chunk that a leg brought in for the `k` best, best first, with the scores of both legs.

        A reranker orders the first of them. Raises IndexChanged.
        """
        with self.index.unchanged():
            hits = self._found(question, k)
        return hits if self.reranker is None else _reranked(self.reranker, question, hits, max(RERANKED, k))

    def _found(self, question: str, k: int) -> tuple[Hit, ...]:
        pool = max(CANDIDATES, 2 * k)
        language = detect(question)
        index = self.index
        vector = index.encoder.encode_queries([question])[0]
        cosines: dict[str, float] = {}
        matches: dict[str, LexicalMatch] = {}
        for among in index.secondary.centroids:
            near = index.store.nearest(vector, pool, among)
            cosines.update(near)
            matches.update(index.secondary.lexical.search(question, language, pool, among=among, also=near))
        chunks, vectors = index.store.fetch_with_vectors([*{**cosines, **matches}])
        cosines.update({one: float(vector @ vectors[one]) for one in chunks if one not in cosines})
        centres = {among: float(vector @ mean) for among, mean in index.secondary.centroids.items()}
        scores = {
            one: _score(cosines[one] - centres[chunk.language], matches.get(one)) for one, chunk in chunks.items()
        }
        _level(scores, chunks)
        for one, gain in cross_language_boost(scores, chunks, vectors, index.secondary.centroids).items():
            scores[one] += gain
        best = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
        return tuple(
            Hit(chunks[one], rank, scores[one], cosines[one], _lexical(matches.get(one)))
            for rank, one in enumerate(best, 1)
        )

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return [document_of(hit) for hit in self.search(query, k)]


def _check(chunk: Chunk, folder: Path) -> None:
    if chunk.id != chunk_id(chunk.text, chunk.title, chunk.source, chunk.language, chunk.position):
        what = f"A passage in the index is not what was ingested, of {chunk.source[:100]!r}"
        raise IndexDamaged(what, where=str(folder), do=REBUILD)


def _reranked(reranker: BaseDocumentCompressor, question: str, hits: Sequence[Hit], count: int) -> tuple[Hit, ...]:
    """The hits with the first `count` in the order that a reranker gives them; those it leaves out come after."""
    left = {hit.chunk.id: hit for hit in hits}
    documents = reranker.compress_documents([document_of(hit) for hit in hits[:count]], question)
    first = [replace(left.pop(one.id or ""), reranked=one.metadata.get(SCORE)) for one in documents]
    return renumber([*first, *left.values()])


def _level(scores: dict[str, float], chunks: Mapping[str, Chunk]) -> None:
    """Take off, in place, the share of each language's best scores."""
    for language in LANGUAGES:
        mine = [chunk_id for chunk_id in scores if chunks[chunk_id].language == language]
        best = sorted((scores[chunk_id] for chunk_id in mine), reverse=True)[:LANGUAGE_PRIOR_HITS]
        for one in mine:
            scores[one] -= LANGUAGE_PRIOR_WEIGHT * sum(best) / len(best)


def _score(cosine: float, match: LexicalMatch | None) -> float:
    return cosine + (LEXICAL_WEIGHT * match.lead if match else 0.0)


def _lexical(match: LexicalMatch | None) -> float | None:
    """The lexical score of a hit; None where nothing of the question is in the chunk."""
    return match.score if match and match.score > 0 else None


def document_of(hit: Hit) -> Document:
    """A hit as a LangChain document: the chunk's text, everything else in its metadata."""
    chunk = hit.chunk
    metadata: dict[str, Any] = {
        "source": chunk.source,
        "title": chunk.title,
        "lang": chunk.language,
        "start": chunk.start,
        "end": chunk.end,
        "position": chunk.position,
        "rank": hit.rank,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
        SCORE: hit.reranked,
    }
    return Document(id=chunk.id, page_content=chunk.text, metadata=metadata)


def hits_of(documents: Iterable[Document]) -> tuple[Hit, ...]:
    """Documents of any retriever as hits, in their order; what their metadata does not say is left at a default."""
    return tuple(_hit(document, rank) for rank, document in enumerate(documents, 1))


def _hit(document: Document, rank: int) -> Hit:
    said = document.metadata
    language = said.get("lang")
    start = int(said.get("start", 0))
    chunk = Chunk(
        id=document.id or f"{said.get('source', '')}#{start}",
        text=document.page_content,
        title=str(said.get("title", "")),
        source=str(said.get("source", "")),
        language=language if language in ("ja", "en") else detect(document.page_content),
        start=start,
        end=int(said.get("end", start + len(document.page_content))),
        position=int(said.get("position", 0)),
    )
    score = float(said.get("score") or 0.0)
    return Hit(chunk, rank, score, said.get("dense"), said.get("lexical"), said.get(SCORE))
