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
from rag.records import Hit, Language

LEGS = ("hybrid", "dense", "lexical")

Candidates = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the sources of the documents that answer it, by their language."""

    number: str
    language: Language
    text: str
    evidence: Mapping[str, tuple[str, ...]]


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

    `milliseconds` is the median per question. `skipped` counts the questions that no document answers.
    """

    ranked: tuple[Ranked, ...]
    cells: tuple[RetrievalCell, ...]
    depth: int
    milliseconds: float
    skipped: int = 0

    def text(self) -> str:
        """Format the figures as a table for the terminal."""
        rows = [(f"{cell.language} -> {cell.evidence_language}", cell.leg, cell.figures) for cell in self.cells]
        several = (
            "question that no document answers is" if self.skipped == 1 else "questions that no document answers are"
        )
        skipped = f"; {self.skipped} {several} left out" if self.skipped else ""
        return f"{figures_table(rows, self.depth)}\n{self.milliseconds:.1f} ms a question (median){skipped}"


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


def evaluate_retrieval(
    queries: Sequence[Query],
    candidates: Candidates,
    *,
    depth: int = DEPTH,
    skipped: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalReport:
    """Search for every question; `candidates(question, k)` returns at least the best k hits of every retriever."""
    ranked: list[Ranked] = []
    seconds: list[float] = []
    for done, query in enumerate(queries, 1):
        began = time.perf_counter()
        # A document may fill several of the first ranks with its chunks, so more hits than documents are requested.
        hits = candidates(query.text, depth * 5)
        seconds.append(time.perf_counter() - began)
        for leg in LEGS:
            ranked.extend(_ranked(query, leg, [hit.chunk.source for hit in by_leg(hits, leg)], depth))
        if progress is not None:
            progress(done, len(queries))
    milliseconds = 1000 * sorted(seconds)[len(seconds) // 2] if seconds else 0.0
    return RetrievalReport(tuple(ranked), tuple(_cells(ranked, depth)), depth, milliseconds, skipped)


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


def _ranked(query: Query, leg: str, sources: Sequence[str], depth: int) -> Iterable[Ranked]:
    gold = [source for several in query.evidence.values() for source in several]
    label = "both" if len(query.evidence) > 1 else next(iter(query.evidence))
    yield _ranks(query, label, leg, sources, gold, depth)
    if len(query.evidence) > 1:
        for language, own in query.evidence.items():
            kept = [source for source in sources if source in own or source not in gold]
            yield _ranks(query, f"both:{language}", leg, kept, own, depth)


def _ranks(query: Query, label: str, leg: str, sources: Iterable[str], gold: Sequence[str], depth: int) -> Ranked:
    ranks = document_ranks(sources, gold, depth)
    return Ranked(query.number, query.language, label, leg, next(iter(ranks), None), ranks, len(set(gold)))


def _cells(ranked: Sequence[Ranked], depth: int) -> Iterable[RetrievalCell]:
    groups: dict[tuple[str, str, str], list[Found]] = {}
    for row in ranked:
        groups.setdefault((row.language, row.evidence_language, row.leg), []).append(Found(row.ranks, row.relevant))
    if len({key[:2] for key in groups}) > 1:
        counted_once = [row for row in ranked if not row.evidence_language.startswith("both:")]
        groups |= {
            ("~all", "all", leg): [Found(row.ranks, row.relevant) for row in counted_once if row.leg == leg]
            for leg in LEGS
        }
    order = {leg: number for number, leg in enumerate(LEGS)}
    for language, evidence, leg in sorted(groups, key=lambda key: (key[0] != "ja", key[0], key[1], order[key[2]])):
        cell_figures = figures(groups[language, evidence, leg], depth)
        yield RetrievalCell(language.lstrip("~"), evidence, leg, cell_figures)
