"""Evaluate retrieval without a language model: is the evidence of a question among the first documents retrieved?

A hit counts for its document: a document's rank is that of its first chunk among distinct documents. The dense and the
lexical retriever are measured too: the same hits ranked by cosine alone and by lexical score alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.dataset.items import Dataset, source_language
from eval.statistics.ranking import DEPTH, Figures, Found, figures, figures_table
from rag.messages import Message, translated
from rag.records import Hit, Language

LEGS = ("hybrid", "dense", "lexical")

Candidates = Callable[[Sequence[str], int], Iterable[Sequence[Hit]]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the sources of the documents that answer it, by their language.

    The languages of one question have the same `unit`, "" stands for the number.
    """

    number: str
    language: Language
    text: str
    evidence: Mapping[str, tuple[str, ...]]
    unit: str = ""

    @property
    def gold(self) -> tuple[str, ...]:
        """The sources of all documents that answer it."""
        return tuple(dict.fromkeys(source for several in self.evidence.values() for source in several))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The documents that one retriever (`leg`) found for a question, best first, each once."""

    query: Query
    leg: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rankings:
    """The rankings of every question by every retriever, and the seconds that a question took on average."""

    rankings: tuple[Ranking, ...]
    depth: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranks (from 1) of the documents that answer a question, by one retriever (`leg`).

    `rank` is the first of `ranks`, None if none was retrieved; `relevant` counts the documents that answer.
    `evidence_language` is ja, en, or both if documents in either language answer the question. Such a
    question counts twice more, as both:ja and both:en: there the documents in the other language that answer it are
    neither right nor wrong but left out of the ranking.
    """

    number: str
    language: Language
    evidence_language: str
    leg: str
    rank: int | None
    ranks: tuple[int, ...]
    relevant: int
    unit: str = ""

    @property
    def found(self) -> Found:
        """What counts towards figures."""
        return Found(self.ranks, self.relevant, self.unit or self.number)


@dataclass(frozen=True, slots=True)
class RetrievalCell:
    """The figures of one retriever (`leg`) on questions in one language whose evidence is in one language."""

    language: str
    evidence_language: str
    leg: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """The ranks of every question, and the figures by language pair and retriever with the total last.

    `milliseconds` is the mean per question. `skipped` counts the questions that no document answers.
    """

    ranked: tuple[Ranked, ...]
    cells: tuple[RetrievalCell, ...]
    depth: int
    milliseconds: float
    skipped: int = 0

    def text(self, language: Language = "en") -> str:
        """Format the figures as a table for the terminal."""
        rows = [(pair_text(cell.language, cell.evidence_language), cell.leg, cell.figures) for cell in self.cells]
        lines = [
            Message("{milliseconds:.1f} ms a question", milliseconds=self.milliseconds),
            *([left_out(self.skipped)] if self.skipped else []),
        ]
        return "\n".join([figures_table(rows, self.depth, language), *(translated(line, language) for line in lines)])


def pair_text(language: str, evidence_language: str) -> Message:
    """Return the language of questions and that of the documents that answer them: "ja -> en", "all -> all"."""
    return Message(
        "{questions} -> {documents}",
        **{
            name: Message("all") if value == "all" else value
            for name, value in (("questions", language), ("documents", evidence_language))
        },
    )


def left_out(skipped: int) -> Message:
    """Return in words how many questions were left out."""
    if skipped == 1:
        return Message("1 question that no document answers is left out")
    return Message("{skipped} questions that no document answers are left out", skipped=skipped)


def queries_of(dataset: Dataset) -> tuple[Query, ...]:
    """Return the questions of a verification set that name documents as evidence, in its languages."""
    return tuple(
        Query(
            item.number,
            language,
            item.questions[language],
            {
                folder: tuple(source for source in item.evidence if source_language(source) == folder)
                for folder in dict.fromkeys(map(source_language, item.evidence))
            },
        )
        for item in dataset.items
        if item.evidence
        for language in item.questions
    )


def rank_documents(
    queries: Sequence[Query],
    candidates: Candidates,
    *,
    depth: int = DEPTH,
    progress: Callable[[int, int], None] | None = None,
) -> Rankings:
    """Search for all questions; `candidates(questions, k)` gives for each at least the best k hits of every retriever.

    A document may fill several of the first ranks with its chunks, so more hits than documents are requested.
    """
    rankings: list[Ranking] = []
    began = time.perf_counter()
    found = candidates([query.text for query in queries], depth * 5)
    for done, (query, hits) in enumerate(zip(queries, found, strict=True), 1):
        for leg in LEGS:
            documents = tuple(dict.fromkeys(hit.chunk.source for hit in by_leg(hits, leg)))
            rankings.append(Ranking(query, leg, documents))
        if progress is not None:
            progress(done, len(queries))
    return Rankings(tuple(rankings), depth, (time.perf_counter() - began) / max(1, len(queries)))


def report_of(rankings: Rankings, skipped: int = 0) -> RetrievalReport:
    """Return the ranks of the documents that answer, and the figures."""
    ranked = ranked_of(rankings)
    cells = tuple(_cells(ranked, rankings.depth))
    return RetrievalReport(ranked, cells, rankings.depth, 1000 * rankings.seconds, skipped)


def ranked_of(rankings: Rankings) -> tuple[Ranked, ...]:
    """Return the ranks of the documents that answer, of each ranking in turn."""
    return tuple(row for ranking in rankings.rankings for row in _ranked(ranking, rankings.depth))


def grouped(ranked: Iterable[Ranked]) -> dict[tuple[str, str, str], list[Ranked]]:
    """Return the rows by language, language of the evidence and leg; where these are several, all together too."""
    groups: dict[tuple[str, str, str], list[Ranked]] = {}
    total: dict[tuple[str, str, str], list[Ranked]] = {}
    for row in ranked:
        groups.setdefault((row.language, row.evidence_language, row.leg), []).append(row)
        if not row.evidence_language.startswith("both:"):
            total.setdefault(("all", "all", row.leg), []).append(row)
    order = {leg: number for number, leg in enumerate(LEGS)}
    keys = sorted(groups, key=lambda key: (key[0] != "ja", key[0], key[1], order[key[2]]))
    return {key: groups[key] for key in keys} | (total if len({key[:2] for key in keys}) > 1 else {})


def by_leg(hits: Sequence[Hit], leg: str) -> list[Hit]:
    """Return the hits in the order of one retriever alone, without those that it did not score."""
    if leg == "hybrid":
        return list(hits)
    scored = [(hit.dense if leg == "dense" else hit.lexical, hit) for hit in hits]
    ranked = [(-score, hit.chunk.id, hit) for score, hit in scored if score is not None]
    return [hit for _, _, hit in sorted(ranked, key=lambda row: row[:2])]


def document_ranks(sources: Iterable[str], gold: Sequence[str], depth: int = DEPTH) -> tuple[int, ...]:
    """Return the ranks of the gold documents among the distinct ones of `sources`, up to `depth`.

    >>> document_ranks(["a", "a", "b", "c"], ["c", "b"])
    (2, 3)
    """
    distinct = list(dict.fromkeys(sources))[:depth]
    return tuple(rank for rank, source in enumerate(distinct, 1) if source in gold)


def _ranked(ranking: Ranking, depth: int) -> Iterable[Ranked]:
    query, gold = ranking.query, ranking.query.gold
    label = "both" if len(query.evidence) > 1 else next(iter(query.evidence))
    yield _ranks(ranking, label, ranking.documents, gold, depth)
    if len(query.evidence) > 1:
        for language, own in query.evidence.items():
            kept = [source for source in ranking.documents if source in own or source not in gold]
            yield _ranks(ranking, f"both:{language}", kept, own, depth)


def _ranks(ranking: Ranking, label: str, sources: Iterable[str], gold: Sequence[str], depth: int) -> Ranked:
    ranks, query = document_ranks(sources, gold, depth), ranking.query
    first = next(iter(ranks), None)
    return Ranked(query.number, query.language, label, ranking.leg, first, ranks, len(set(gold)), query.unit)


def _cells(ranked: Sequence[Ranked], depth: int) -> Iterable[RetrievalCell]:
    for (language, evidence, leg), rows in grouped(ranked).items():
        yield RetrievalCell(language, evidence, leg, figures([row.found for row in rows], depth))
