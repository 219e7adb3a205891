"""A retrieval collection as matrices of (questions, chunks), so that a way of scoring is a line of numpy."""

from __future__ import annotations

import copy
import functools
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.retrieval.evaluate import Query
from eval.retrieval.questions import load_questions
from ingest.chunking import split
from ingest.documents import LoadedDocument
from rag.collection import load_documents
from rag.encoders.embeddings import open_encoder
from rag.lexical.columns import K1, B, rarity
from rag.lexical.search import LEADERS, LexicalIndex
from rag.lexical.terms import grams
from rag.records import LANGUAGES, Chunk, Language
from rag.settings import Chunking
from rag.text.words import words
from tests.benchmarks.vector_cache import VectorCache
from tests.lexical_files import write_lexical

Terms = Callable[[str, Language], list[str]]
Ranks = np.ndarray


@functools.cache
def _terms(terms: Terms, text: str, language: Language) -> list[str]:
    return terms(text, language)


@dataclass(frozen=True, slots=True)
class Passage:
    """What is scored."""

    text: str
    source: str
    language: Language
    title: str = ""

    @classmethod
    def of(cls, chunk: Chunk) -> Passage:
        """A chunk as it is encoded."""
        return cls(f"{chunk.title}\n{chunk.text}", chunk.source, chunk.language, chunk.title)


class Matrix:
    """Scores of every question with every chunk, by what they are made of; all float32, shape (questions, chunks)."""

    def __init__(self, passages: Sequence[Passage], queries: Sequence[Query], vectors: VectorCache) -> None:
        """Encode what the cache does not have."""
        self.passages, self.queries = passages, queries
        self.chunks = vectors.passages([one.text for one in passages])
        self.questions = vectors.questions([one.text for one in queries])
        self.languages = np.asarray([one.language for one in passages])
        self.asked_in = np.asarray([one.language for one in queries])
        self._documents = {source: n for n, source in enumerate(dict.fromkeys(one.source for one in passages))}
        self._silent = np.zeros((len(queries), len(passages)), dtype=bool)
        self._of = np.asarray([self._documents[one.source] for one in passages])

    @functools.cached_property
    def dense(self) -> np.ndarray:
        """Cosines."""
        return self.questions @ self.chunks.T

    @functools.cache  # noqa: B019
    def own(self, terms: Terms, k1: float = K1, b: float = B) -> np.ndarray:
        """BM25 of the chunks in each question's language, 0 elsewhere."""
        scores = np.zeros_like(self.dense)
        for language in LANGUAGES:
            self._bm25(scores, language, language, terms, k1, b)
        return scores

    @functools.cached_property
    def across(self) -> np.ndarray:
        """The lexical leg's scores of the chunks in the other language, 0 elsewhere."""
        scores = np.zeros_like(self.dense)
        with tempfile.TemporaryDirectory() as folder:
            write_lexical(
                Path(folder),
                [
                    Chunk(f"{n:032}", one.text, "", one.source, one.language, 0, len(one.text), 0)
                    for n, one in enumerate(self.passages)
                ],
            )
            leg = LexicalIndex(Path(folder))
            for row, query in enumerate(self.queries):
                for among in set(LANGUAGES) - {query.language}:
                    found = leg.search(query.text, query.language, len(self.passages), among=among)
                    for chunk_id, match in found.items():
                        scores[row, int(chunk_id)] = match.score
        return scores

    @functools.cached_property
    def coverage(self) -> np.ndarray:
        """How much of a question, by its words' rarity, the chunk of its language has that has most; 1 for others."""
        shares = np.ones_like(self.dense)
        for language in set(self.languages):
            columns = np.flatnonzero(self.languages == language)
            holding = Counter(
                word for n in columns for word in dict.fromkeys(_terms(words, self.passages[n].text, language))
            )
            for row in np.flatnonzero(self.asked_in == language):
                asked = dict.fromkeys(_terms(words, self.queries[row].text, language))
                whole = sum(rarity(holding[word], len(columns)) for word in asked)
                if whole:
                    best = float(self.own(words)[row, columns].max())
                    shares[row, columns] = min(1.0, (1 + K1) * best / whole)
        return shares

    @functools.cached_property
    def centrality(self) -> np.ndarray:
        """The chunks' cosines with their language's centroid, less their mean, shape (1, chunks): hubs are high."""
        near = np.zeros((1, len(self.passages)), dtype=np.float32)
        for language in set(self.languages):
            mine = self.languages == language
            cosines = self.chunks[mine] @ self.chunks[mine].mean(axis=0)
            near[0, mine] = cosines - cosines.mean()
        return near

    def lexical(self, gram_weight: float) -> np.ndarray:
        """What kotae's lexical leg gives."""
        return self.own(words) + gram_weight * self.own(grams) + self.across

    def centred(self, scores: np.ndarray) -> np.ndarray:
        """Less each question's cosine with the centroid of the chunk's language."""
        return scores - self._by_language(lambda mine: (self.questions @ self.chunks[mine].mean(axis=0))[:, None])

    def lead(self, scores: np.ndarray, leaders: int = LEADERS) -> np.ndarray:
        """Less the mean of each question's best scores in the chunk's language."""
        return scores - self._by_language(
            lambda mine: (
                np.partition(scores[:, mine], -min(leaders, len(mine)), axis=1)[:, -leaders:].sum(axis=1, keepdims=True)
                / leaders
            )
        )

    def gain(self, scores: np.ndarray, near: float, pool: int = 100) -> np.ndarray:
        """What the `pool` best chunks of each question gain by those of the other language (`cross_language`)."""
        gained = np.zeros_like(scores)
        for row, of_row in enumerate(np.where(self._silent, -np.inf, scores)):
            best = np.argsort(-of_row)[:pool]
            sides = [best[self.languages[best] == language] for language in LANGUAGES]
            if all(map(len, sides)):
                close = np.maximum(self._directions[sides[0]] @ self._directions[sides[1]].T - near, 0)
                said = [np.maximum(of_row[side], 0) for side in sides]
                gained[row, sides[0]] = (close * said[1]).max(axis=1)
                gained[row, sides[1]] = (close.T * said[0]).max(axis=1)
        return gained

    def told_once(self, gold: Language) -> Matrix:
        """The same as if the documents that answer a question were there in the language `gold` only."""
        sources = np.asarray([one.source for one in self.passages])
        others = (
            [source for language in query.evidence.keys() - {gold} for source in query.evidence[language]]
            for query in self.queries
        )
        once = copy.copy(self)
        once._silent = np.stack([np.isin(sources, one) for one in others])
        return once

    @functools.cached_property
    def _directions(self) -> np.ndarray:
        """The chunks less their language's centroid, at length 1."""
        rows = self.chunks.copy()
        for language in set(self.languages):
            mine = self.languages == language
            rows[mine] -= rows[mine].mean(axis=0)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def ranks(self, scores: np.ndarray, gold: Language | None) -> np.ndarray:
        """The rank of each question's document, of those whose evidence has `gold` (None: any); ties count against it.

        Documents in another language that answer the question too are left out, as `eval.retrieval.evaluate` does.
        """
        rows = [n for n, query in enumerate(self.queries) if gold is None or gold in query.evidence]
        best = np.full((len(self._documents), len(rows)), -np.inf, dtype=np.float32)
        for document, of_chunk in zip(self._of, np.ascontiguousarray(scores[rows].T), strict=True):
            np.maximum(best[document], of_chunk, out=best[document])
        found = []
        for line, row in zip(np.ascontiguousarray(best.T), rows, strict=True):
            evidence = self.queries[row].evidence
            every = {self._documents.get(source) for several in evidence.values() for source in several} - {None}
            right = [self._documents[source] for source in evidence[gold]] if gold else list(every)
            highest = line[right].max()
            line[list(every)] = -np.inf
            found.append(1 + int((line >= highest).sum()))
        return np.asarray(found)

    def _bm25(self, scores: np.ndarray, asked: Language, among: Language, terms: Terms, k1: float, b: float) -> None:
        import bm25s

        columns = np.flatnonzero(self.languages == among)
        rows = np.flatnonzero(self.asked_in == asked)
        if not len(columns) or not len(rows):
            return
        index = bm25s.BM25(k1=k1, b=b)
        index.index([_terms(terms, self.passages[n].text, among) for n in columns], show_progress=False)
        for row in rows:
            asked_terms = dict.fromkeys(_terms(terms, self.queries[row].text, asked))
            if known := [term for term in asked_terms if term in index.vocab_dict]:
                scores[row, columns] = index.get_scores(known)

    def _by_language(self, level: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        out = np.zeros_like(self.dense)
        for language in LANGUAGES:
            mine = np.flatnonzero(self.languages == language)
            if len(mine):
                out[:, mine] = level(mine)
        return out


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages and questions to take parts of."""

    passages: Sequence[Passage]
    queries: Sequence[Query]

    def matrix(
        self,
        vectors: VectorCache,
        asked_in: Language,
        documents_in: Language | None = None,
        prefix: str = "",
        every: int = 1,
    ) -> Matrix:
        """The passages in one language (None: all), and every `every`-th question in one language, on one collection.

        `prefix` begins the sources of its documents.
        """
        passages = [one for one in self.passages if documents_in in (None, one.language)]
        queries = [
            query
            for query in self.queries
            if query.language == asked_in
            and any(source.startswith(prefix) for several in query.evidence.values() for source in several)
        ]
        return Matrix(passages, queries[::every], vectors)


def load_collection(folders: Sequence[Path], chunking: Chunking | None = None) -> Collection:
    """The documents of all these collections cut as an index would have them, and their questions."""
    encoder = open_encoder("bundled")
    passages = []
    for document in (one for folder in folders for one in load_documents(folder)):
        loaded = LoadedDocument(document.source, document.title, document.language, document.text, 0)
        chunks = split(loaded, chunking or Chunking(), encoder.count_tokens, encoder.window)
        passages += [Passage.of(chunk) for chunk in chunks]
    return Collection(passages, [query for folder in folders for query in load_questions(folder).queries])
