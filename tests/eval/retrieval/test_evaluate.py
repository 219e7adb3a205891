"""Evaluation of retrieval: ranks of documents, retrievers, language pairs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.retrieval.evaluate import (
    Query,
    RetrievalReport,
    by_leg,
    document_ranks,
    queries_of,
    rank_documents,
    report_of,
)
from eval.statistics.paired import wilson
from eval.statistics.ranking import Figures, Found, figures, figures_table
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
    return report_of(rank_documents(queries, lambda questions, k: [HITS] * len(questions), depth=depth))


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
    assert next(iter(document_ranks(sources, gold)), None) == rank


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


def first(ranks: list[int | None], depth: int = 10) -> Figures:
    """The figures of questions with one relevant document each, at these ranks."""
    return figures([Found(() if rank is None else (rank,)) for rank in ranks], depth)


def test_figures_of_known_ranks() -> None:
    found = first([1, 2, 4, None, 11])
    assert {k: one.value for k, one in found.hit.items()} == {1: 0.2, 3: 0.4, 5: 0.6, 10: 0.6}
    assert found.recall == found.hit
    assert found.mrr.value == pytest.approx((1 + 1 / 2 + 1 / 4) / 5)
    assert found.ndcg.value == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(5)) / 5)


def test_depth_cuts_every_figure() -> None:
    found = first([1, 4, 3], depth=3)
    assert list(found.recall) == list(found.hit) == [1, 3]
    assert found.recall[3].value == pytest.approx(2 / 3)
    assert found.mrr.value == pytest.approx((1 + 1 / 3) / 3)


def test_intervals_hold_the_figure_and_narrow_with_more_questions() -> None:
    few, many = (first([1, None, 3, 1] * times).recall[1] for times in (10, 100))
    for one in (few, many):
        assert one.interval.low < one.value == 0.5 < one.interval.high
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low
    # The binomial's own standard error is sqrt(0.25 / 40) = 0.079.
    assert few.interval.high - few.interval.low == pytest.approx(2 * 1.96 * 0.079, abs=0.06)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="no rank"):
        figures([])


def test_questions_that_are_all_alike_have_wilsons_interval() -> None:
    """Two of two found is no certainty."""
    for rank, number in ((1, 2), (1, 40), (None, 5)):
        hit = first([rank] * number).hit[1]
        expected = wilson(round(hit.value * number), number)
        assert (hit.interval.low, hit.interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    second = first([2]).mrr
    assert 0 < second.interval.low < second.value == 0.5 < second.interval.high < 1


def test_table_has_every_figure_and_its_interval() -> None:
    text = figures_table([("ja -> en", "dense", first([1, 2, None]))])
    head, row, spans = text.splitlines()
    assert head.split() == ["languages", "retriever", "n", "hit@1", "hit@3", "hit@5", "hit@10", "MRR@10", "nDCG@10"]
    assert row.split()[:6] == ["ja", "->", "en", "dense", "3", "0.333"]
    assert len(spans.split()) == 6


def defined(ranks: tuple[int, ...], relevant: int, depth: int) -> tuple[float, float, float]:
    """Hit, recall and nDCG by their definitions: a list of gains, and the best list there could be."""
    gains = [float(rank in ranks) for rank in range(1, depth + 1)]
    best = sorted([1.0] * relevant + [0.0] * depth, reverse=True)[:depth]
    discounted = [sum(gain / math.log2(at + 2) for at, gain in enumerate(row)) for row in (gains, best)]
    return float(any(gains)), sum(gains) / relevant, discounted[0] / discounted[1]


@given(st.sets(st.integers(1, 12), max_size=5), st.integers(0, 4), st.integers(1, 10))
def test_several_relevant_documents_count_as_defined(ranks: set[int], unfound: int, depth: int) -> None:
    ordered, relevant = tuple(sorted(ranks)), max(1, len(ranks) + unfound)
    found = figures([Found(ordered, relevant)], depth)
    values = (found.hit[depth].value, found.recall[depth].value, found.ndcg.value)
    assert values == pytest.approx(defined(ordered, relevant, depth))


def test_one_of_two_passages_is_half_a_recall_and_no_perfect_ndcg() -> None:
    """By definition: of two gold passages, the first alone has recall 0.5 and nDCG 1 / (1 + 1 / log2(3))."""
    found = figures([Found((1,), relevant=2), Found((), relevant=2)])
    assert (found.hit[10].value, found.recall[10].value) == (0.5, 0.25)
    assert found.ndcg.value == pytest.approx(0.613147 / 2, abs=1e-6)
    text = figures_table([("all", "hybrid", found)])
    assert "hit@10" in text
    assert "recall@10" in text


def test_both_documents_of_a_question_count_for_recall() -> None:
    report = measured(Query("1", "ja", "質問", {"ja": ("ja/a",), "en": ("en/b",)}))
    ranked = next(one for one in report.ranked if (one.evidence_language, one.leg) == ("both", "lexical"))
    assert (ranked.ranks, ranked.relevant) == ((2,), 2)
    cell = next(one for one in report.cells if (one.evidence_language, one.leg) == ("both", "lexical"))
    assert (cell.figures.hit[10].value, cell.figures.recall[10].value) == (1.0, 0.5)


def test_verification_set_asks_in_both_languages() -> None:
    from eval.dataset.load import load_dataset
    from tests.eval.set_checks import ROOT

    queries = queries_of(load_dataset(ROOT / "eval/data/verify100.csv"))
    assert {query.language for query in queries} == {"ja", "en"}
    assert {tuple(sorted(query.evidence)) for query in queries} == {("ja",), ("en",), ("en", "ja")}
    assert all(source.startswith(f"{folder}/") for q in queries for folder, s in q.evidence.items() for source in s)
