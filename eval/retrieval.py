"""Retrieval measured by itself: is the evidence of a question among the first hits?

A hit counts for its document: a document's rank is that of its first chunk among distinct documents. With several
gold documents (the same fact in both languages) the first of them found counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eval.dataset import Dataset
from rag.records import LANGUAGES, Hit, Language

CUTOFFS = (1, 3, 5, 10)
DEPTH = 10

Search = Callable[[str, int], Sequence[Hit]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question: the rank (from 1) of its first gold document among the first DEPTH documents, None if not there."""

    number: str
    language: Language
    evidence_language: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class RetrievalCell:
    """Figures (0 to 1) over the questions of one language whose evidence is in one language (ja, en or both).

    `recall` is by CUTOFFS: the share of questions with a gold document among the first k. MRR@10 is the mean of 1/rank
    (0 beyond 10). nDCG@10 has binary gains and one relevant document: 1/log2(rank + 1) (Järvelin & Kekäläinen 2002).
    """

    language: str
    evidence_language: str
    questions: int
    recall: tuple[float, ...]
    mrr: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Every question's rank, and the figures by (question language, evidence language), the sum last."""

    ranked: tuple[Ranked, ...]
    cells: tuple[RetrievalCell, ...]

    def text(self) -> str:
        """A table for people."""
        head = f"{'question':<9}{'evidence':<9}{'n':>5}" + "".join(f"{f'R@{k}':>8}" for k in CUTOFFS)
        lines = [head + f"{'MRR@10':>9}{'nDCG@10':>9}"]
        for cell in self.cells:
            figures = "".join(f"{value:>8.3f}" for value in cell.recall) + f"{cell.mrr:>9.3f}{cell.ndcg:>9.3f}"
            lines.append(f"{cell.language:<9}{cell.evidence_language:<9}{cell.questions:>5}{figures}")
        return "\n".join(lines)


def evaluate_retrieval(dataset: Dataset, search: Search, progress: Progress | None = None) -> RetrievalReport:
    """Search for every question of the set that names its evidence, in both languages."""
    asked = [(item, language) for item in dataset.items if item.evidence for language in LANGUAGES]
    ranked = []
    for done, (item, language) in enumerate(asked, 1):
        # A document may fill several of the first ranks with its chunks, so more hits than documents are asked for.
        hits = search(item.questions[language], DEPTH * 5)
        rank = document_rank((hit.chunk.source for hit in hits), item.evidence)
        ranked.append(Ranked(item.number, language, item.evidence_language, rank))
        if progress is not None:
            progress(done, len(asked))
    return RetrievalReport(tuple(ranked), tuple(_cells(ranked)))


def document_rank(sources: Iterable[str], gold: Sequence[str]) -> int | None:
    """The rank of the first gold document among the distinct ones of `sources`, None beyond DEPTH.

    >>> document_rank(["a", "a", "b"], ["b"])
    2
    """
    distinct = list(dict.fromkeys(sources))[:DEPTH]
    return next((rank for rank, source in enumerate(distinct, 1) if source in gold), None)


def _cells(ranked: Sequence[Ranked]) -> Iterable[RetrievalCell]:
    for language in LANGUAGES:
        for evidence in ("ja", "en", "both"):
            chosen = [one for one in ranked if one.language == language and one.evidence_language == evidence]
            if chosen:
                yield _cell(language, evidence, chosen)
    yield _cell("all", "all", ranked)


def _cell(language: str, evidence: str, ranked: Sequence[Ranked]) -> RetrievalCell:
    ranks = [math.inf if one.rank is None else one.rank for one in ranked]
    count = max(1, len(ranks))
    return RetrievalCell(
        language=language,
        evidence_language=evidence,
        questions=len(ranks),
        recall=tuple(sum(rank <= cutoff for rank in ranks) / count for cutoff in CUTOFFS),
        mrr=sum(1 / rank for rank in ranks) / count,
        ndcg=sum(1 / math.log2(rank + 1) for rank in ranks if rank <= DEPTH) / count,
    )
