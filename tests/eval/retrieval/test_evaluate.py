"""Evaluation of retrieval: ranks of documents, retrievers, language pairs."""

from __future__ import annotations

import math

import pytest

from eval.retrieval.evaluate import Query, RetrievalReport, by_leg, document_rank, evaluate_retrieval, queries_of
from eval.statistics.ranking import figures, figures_table
from rag.records import Chunk, Hit, Language


def hit(source: str, rank: int, dense: float, lexical: float | None = None, part: int = 0) -> Hit:
    language: Language = "ja" if source.startswith("ja") else "en"
    return Hit(Chunk(f"{source}#{part}", "", "", source, language, 0, 0, part), rank, 1 / rank, dense, lexical)


# By score ja/a, ja/a again, en/b, ja/c; by cosine en/b first; by words ja/c first, and en/b not at all.
HITS = (
    hit("ja/a", 1, 0.8, 2.0),
    hit("ja/a", 2, 0.7, 1.0, part=1),
    hit("en/b", 3, 0.9),
    hit("ja/c", 4, 0.6, 3.0),
)


def measured(*queries: Query, depth: int = 10) -> RetrievalReport:
    return evaluate_retrieval(queries, lambda question, k: HITS, depth=depth)


def ranks(report: RetrievalReport) -> dict[tuple[str, str], int | None]:
    return {(one.evidence_language, one.leg): one.rank for one in report.ranked}


@pytest.mark.parametrize(
    ("sources", "gold", "rank"),
    [
        (["a", "a", "b"], ["b"], 2),
        (["a"], ["b"], None),
        ([], ["b"], None),
        (["a", "b", "c"], ["c", "b"], 2),
        ([str(n) for n in range(20)], ["9"], 10),
        ([str(n) for n in range(20)], ["10"], None),
    ],
)
def test_a_document_has_the_rank_of_its_first_chunk(sources: list[str], gold: list[str], rank: int | None) -> None:
    assert document_rank(sources, gold) == rank


def test_every_leg_ranks_the_hits_by_its_own_score() -> None:
    assert [one.chunk.source for one in by_leg(HITS, "hybrid")] == ["ja/a", "ja/a", "en/b", "ja/c"]
    assert [one.chunk.source for one in by_leg(HITS, "dense")] == ["en/b", "ja/a", "ja/a", "ja/c"]
    assert [one.chunk.source for one in by_leg(HITS, "lexical")] == ["ja/c", "ja/a", "ja/a"]


def test_ranks_by_leg() -> None:
    report = measured(Query("1", "ja", "質問", {"ja": ("ja/c",)}))
    assert ranks(report) == {("ja", "hybrid"): 3, ("ja", "dense"): 3, ("ja", "lexical"): 1}


def test_evidence_in_both_languages_counts_as_either_and_as_each() -> None:
    report = measured(Query("1", "ja", "質問", {"ja": ("ja/a",), "en": ("en/b",)}))
    told = ranks(report)
    assert told["both", "hybrid"] == 1
    assert told["both:ja", "hybrid"] == 1
    assert told["both:en", "hybrid"] == 1, "ja/a answers too: it is left out, not counted as wrong"
    assert told["both:ja", "dense"] == 1
    assert told["both:en", "lexical"] is None


def test_the_sum_counts_a_question_once() -> None:
    both = Query("1", "ja", "質問", {"ja": ("ja/a",), "en": ("en/b",)})
    report = measured(both, Query("2", "en", "question", {"en": ("en/b",)}))
    cells = {(cell.language, cell.evidence_language, cell.leg): cell.figures for cell in report.cells}
    assert cells["all", "all", "hybrid"].questions == 2
    assert cells["ja", "both", "hybrid"].questions == cells["en", "en", "hybrid"].questions == 1
    assert cells["all", "all", "hybrid"].mrr.value == pytest.approx((1 + 1 / 2) / 2)
    assert [cell.language for cell in report.cells][-3:] == ["all"] * 3


def test_figures_of_known_ranks() -> None:
    found = figures([1, 2, 4, None, 11])
    assert {k: one.value for k, one in found.recall.items()} == {1: 0.2, 3: 0.4, 5: 0.6, 10: 0.6}
    assert found.mrr.value == pytest.approx((1 + 1 / 2 + 1 / 4) / 5)
    assert found.ndcg.value == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(5)) / 5)


def test_depth_cuts_every_figure() -> None:
    found = figures([1, 4, 3], depth=3)
    assert list(found.recall) == [1, 3]
    assert found.recall[3].value == pytest.approx(2 / 3)
    assert found.mrr.value == pytest.approx((1 + 1 / 3) / 3)


def test_intervals_hold_the_figure_and_narrow_with_more_questions() -> None:
    few, many = (figures([1, None, 3, 1] * times).recall[1] for times in (10, 100))
    for one in (few, many):
        assert one.interval.low < one.value == 0.5 < one.interval.high
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low
    # The binomial's own standard error is sqrt(0.25 / 40) = 0.079.
    assert few.interval.high - few.interval.low == pytest.approx(2 * 1.96 * 0.079, abs=0.06)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="no rank"):
        figures([])


def test_table_has_every_figure_and_its_interval() -> None:
    text = figures_table([("ja -> en", "dense", figures([1, 2, None]))])
    head, row, spans = text.splitlines()
    assert head.split() == ["languages", "leg", "n", "R@1", "R@3", "R@5", "R@10", "MRR@10", "nDCG@10"]
    assert row.split()[:6] == ["ja", "->", "en", "dense", "3", "0.333"]
    assert len(spans.split()) == 6


def test_verification_set_asks_in_both_languages() -> None:
    from eval.dataset.load import load_dataset
    from tests.eval.set_checks import ROOT

    queries = queries_of(load_dataset(ROOT / "eval/data/verify100.csv"))
    assert {query.language for query in queries} == {"ja", "en"}
    assert {tuple(sorted(query.evidence)) for query in queries} == {("ja",), ("en",), ("en", "ja")}
    assert all(source.startswith(f"{folder}/") for q in queries for folder, s in q.evidence.items() for source in s)
