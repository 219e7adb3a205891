"""Language-aware hybrid (dense and lexical) retrieval.

An encoder such as e5 puts texts in the same language closer together than texts with the same meaning in two
languages, so raw cosines would rank the question's own language first whatever the content. Each cosine is therefore
taken relative to the question's cosine with the centroid of the chunk's language.

Lexical scores are even less comparable: a question shares all its words with chunks of its own language, but only
names, loans and numbers with others (see `rag.lexical.search`). Each is therefore taken relative to the best scores of
the chunk's language: words decide among chunks of one language, and neither language gains by sharing more of them.

    both = cosine(q, chunk) - cosine(q, centroid of the chunk's language)
           + LEXICAL_WEIGHT * (bm25(q, chunk) - mean of the best bm25(q, .) of the chunk's language)

Half of a language's remaining advantage is subtracted, as a share of its best scores:

    level = both - LANGUAGE_PRIOR_WEIGHT * mean of the best `both` of the chunk's language

Finally a chunk is boosted by similar chunks of the other language (see `rag.retrieval.cross_language`).

`tests/benchmarks/retrieval_variants.md` has the figures of other variants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import get_config_list
from pydantic import ConfigDict, Field, InstanceOf

from rag.errors import IndexDamaged
from rag.index.chroma import REBUILD
from rag.index.passages import Passage
from rag.index.reader import Index
from rag.lexical.search import LexicalMatch
from rag.messages import Message
from rag.processors import single_blas_thread
from rag.records import LANGUAGES, Chunk, Hit, chunk_id, renumber
from rag.retrieval.cross_language import cross_language_boost
from rag.retrieval.reranker import SCORE
from rag.settings import DEFAULT_TOP_K
from rag.text.language import detect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 64
"""Questions that are searched together."""
LEXICAL_WEIGHT = 0.008
LANGUAGE_PRIOR_WEIGHT, LANGUAGE_PRIOR_HITS = 0.5, 5
"""Share of the mean of this many best scores of a language that is subtracted from its scores."""
RERANKED = 30
"""Hits that a reranker reads, or `k` if that is more."""
CANDIDATES = 50
"""Chunks that dense and lexical retrieval each contribute per language, or twice `k` if that is more."""


class HybridRetriever(BaseRetriever):
    """Retriever of the `k` best chunks of an index: as hits by `search`, as documents by LangChain's methods."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: InstanceOf[Index]
    k: int = Field(default=DEFAULT_TOP_K, gt=0)
    reranker: BaseDocumentCompressor | None = None

    def search(
        self, question: str, k: int | None = None, *, without: Callable[[Chunk], bool] | None = None
    ) -> tuple[Hit, ...]:
        """Return the best hits for a question, best first; `without` takes chunks out, and the next fill their places.

        Raises IndexChanged if another process has ingested since the index was opened, and IndexDamaged if a passage
        differs from what was ingested.
        """
        wanted = depth = self.k if k is None else k
        hits = self.candidates(question, depth)
        if without is not None:
            every = self.index.store.count()
            while len(kept := [hit for hit in hits if not without(hit.chunk)]) < wanted and depth < every:
                depth *= 2
                hits = self.candidates(question, depth)
            hits = renumber(kept)
        return self._checked(hits[:wanted])

    def search_many(self, questions: Sequence[str], k: int | None = None) -> list[tuple[Hit, ...]]:
        """Return what `search` returns for each question, sooner than one by one."""
        wanted = self.k if k is None else k
        return [self._checked(hits[:wanted]) for hits in self.candidates_many(questions, wanted)]

    def try_many(self, questions: Sequence[str], k: int | None = None) -> Sequence[tuple[Hit, ...] | None]:
        """Return what `search_many` returns, or None for each if it fails: then each must be searched for alone."""
        try:
            return self.search_many(questions, k)
        except Exception:
            return [None] * len(questions)

    def candidates(self, question: str, k: int) -> tuple[Hit, ...]:
        """Return all candidates for the `k` best, best first, with dense and lexical scores.

        A reranker orders the first of them. Raises IndexChanged.
        """
        (hits,) = self.candidates_many([question], k)
        return hits

    def candidates_many(self, questions: Sequence[str], k: int) -> Iterator[tuple[Hit, ...]]:
        """Yield what `candidates` returns for each question; what a number of them have in common is computed once."""
        for start in range(0, len(questions), BATCH):
            texts = questions[start : start + BATCH]
            distinct = list(dict.fromkeys(texts))
            with self.index.unchanged():
                hits = dict(zip(distinct, self._fuse(distinct, max(CANDIDATES, 2 * k)), strict=True))
            if self.reranker is not None:
                hits = {text: _reranked(self.reranker, text, hits[text], max(RERANKED, k)) for text in distinct}
            yield from (hits[text] for text in texts)

    def _fuse(self, questions: Sequence[str], pool: int) -> list[tuple[Hit, ...]]:
        index = self.index
        vectors = index.encoder.encode_each(questions)
        cosines: list[dict[str, float]] = [{} for _ in questions]
        matches: list[dict[str, LexicalMatch]] = [{} for _ in questions]
        for among in index.secondary.centroids:
            for row, near in enumerate(index.store.nearest(vectors, pool, among)):
                question = questions[row]
                cosines[row].update(near)
                found = index.secondary.lexical.search(question, detect(question), pool, among=among, also=near)
                matches[row].update(found)
        passages = index.passages.fetch({chunk_id for legs in (cosines, matches) for leg in legs for chunk_id in leg})
        with single_blas_thread():
            return [
                self._hits(vector, passages, near, match)
                for vector, near, match in zip(vectors, cosines, matches, strict=True)
            ]

    def _hits(
        self,
        vector: NDArray[np.float32],
        passages: Mapping[str, Passage],
        cosines: dict[str, float],
        matches: Mapping[str, LexicalMatch],
    ) -> tuple[Hit, ...]:
        """Return the hits of a question with this vector, best first; `cosines` gets those of what only words found."""
        centroids = self.index.secondary.centroids
        chunks = {chunk_id: passages[chunk_id].chunk for chunk_id in {**cosines, **matches} if chunk_id in passages}
        vectors = {chunk_id: passages[chunk_id].vector for chunk_id in chunks}
        cosines.update({chunk_id: float(vector @ vectors[chunk_id]) for chunk_id in chunks if chunk_id not in cosines})
        centres = {among: float(vector @ mean) for among, mean in centroids.items()}
        scores = {
            chunk_id: _score(cosines[chunk_id] - centres[chunk.language], matches.get(chunk_id))
            for chunk_id, chunk in chunks.items()
        }
        _subtract_language_prior(scores, chunks)
        for boosted, boost in cross_language_boost(scores, chunks, vectors, centroids).items():
            scores[boosted] += boost
        best = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
        return tuple(
            Hit(chunks[chunk_id], rank, scores[chunk_id], cosines[chunk_id], _lexical(matches.get(chunk_id)))
            for rank, chunk_id in enumerate(best, 1)
        )

    def _checked(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        for hit in hits:
            _check(hit.chunk, self.index.folder)
        return hits

    def batch(
        self,
        inputs: list[str],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[list[Document]]:
        """Search for many questions at once; callbacks hear of each of them. One that fails fails alone."""
        documents: list[Any] = []
        found = self.try_many(inputs, kwargs.get("k"))
        for text, own, hits in zip(inputs, get_config_list(config, len(inputs)), found, strict=True):
            try:
                documents.append(self.invoke(text, own, hits=hits, **kwargs))
            except Exception as error:
                if not return_exceptions:
                    raise
                documents.append(error)
        return documents

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        hits: Sequence[Hit] | None = None,
    ) -> list[Document]:
        return [document_of(hit) for hit in (self.search(query, k) if hits is None else hits)]


def _check(chunk: Chunk, folder: Path) -> None:
    if chunk.id != chunk_id(chunk.text, chunk.title, chunk.source, chunk.language, chunk.position):
        what = Message("A passage of {source!r} in the index differs from what was ingested", source=chunk.source[:100])
        raise IndexDamaged(what, where=str(folder), do=REBUILD)


def _reranked(reranker: BaseDocumentCompressor, question: str, hits: Sequence[Hit], count: int) -> tuple[Hit, ...]:
    """Return the hits with the first `count` in the reranker's order; those it leaves out come after."""
    remaining = {hit.chunk.id: hit for hit in hits}
    documents = reranker.compress_documents([document_of(hit) for hit in hits[:count]], question)
    first = [replace(remaining.pop(document.id or ""), reranked=document.metadata.get(SCORE)) for document in documents]
    return renumber([*first, *remaining.values()])


def _subtract_language_prior(scores: dict[str, float], chunks: Mapping[str, Chunk]) -> None:
    """Subtract, in place, the share of each language's best scores."""
    for language in LANGUAGES:
        mine = [chunk_id for chunk_id in scores if chunks[chunk_id].language == language]
        best = sorted((scores[chunk_id] for chunk_id in mine), reverse=True)[:LANGUAGE_PRIOR_HITS]
        for own_id in mine:
            scores[own_id] -= LANGUAGE_PRIOR_WEIGHT * sum(best) / len(best)


def _score(cosine: float, match: LexicalMatch | None) -> float:
    return cosine + (LEXICAL_WEIGHT * match.margin if match else 0.0)


def _lexical(match: LexicalMatch | None) -> float | None:
    """Return the lexical score of a hit, None if the chunk has no term of the question."""
    return match.score if match and match.score > 0 else None


def document_of(hit: Hit) -> Document:
    """Return a hit as a LangChain document: the chunk's text, everything else in its metadata."""
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
    """Return documents of any retriever as hits, in their order, with defaults for missing metadata."""
    return tuple(_hit(document, rank) for rank, document in enumerate(documents, 1))


def _hit(document: Document, rank: int) -> Hit:
    metadata = document.metadata
    language = metadata.get("lang")
    start = int(metadata.get("start", 0))
    chunk = Chunk(
        id=document.id or f"{metadata.get('source', '')}#{start}",
        text=document.page_content,
        title=str(metadata.get("title", "")),
        source=str(metadata.get("source", "")),
        language=language if language in ("ja", "en") else detect(document.page_content),
        start=start,
        end=int(metadata.get("end", start + len(document.page_content))),
        position=int(metadata.get("position", 0)),
    )
    score = float(metadata.get("score") or 0.0)
    return Hit(chunk, rank, score, metadata.get("dense"), metadata.get("lexical"), metadata.get(SCORE))
