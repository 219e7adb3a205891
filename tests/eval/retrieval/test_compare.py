"""Ways of retrieval compared on the same questions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.retrieval.compare import RetrievalArm, RetrievalChange, compare_retrieval
from eval.retrieval.evaluate import LEGS, Query, Ranking, Rankings, report_of
from eval.statistics.paired import PairedOutcome, paired_difference
from rag.records import Language

GOLD = ("ja/a", "ja/b")


def query(number: int, language: Language = "ja", unit: str = "") -> Query:
    return Query(f"{number}{language}", language, "質問", {"ja": GOLD}, unit)


def rankings(queries: Sequence[Query], ranks: Sequence[int | None], depth: int = 10) -> Rankings:
    """Rankings in which each question has its first document at this rank, and no other one."""
    rows = []
    for asked, rank in zip(queries, ranks, strict=True):
        before = [f"ja/other{n}" for n in range((rank or 12) - 1)]
        rows += [Ranking(asked, leg, (*before, *(GOLD[:1] if rank else ()))) for leg in LEGS]
    return Rankings(tuple(rows), depth, 0.002)


def change(changes: Sequence[RetrievalChange], figure: str, language: str = "ja") -> RetrievalChange:
    (found,) = (row for row in changes if (row.figure, row.language) == (figure, language))
    return found


OLD, NEW = [1, 2, None, 4, 11, 3] * 5, [1, 1, 3, None, 6, 2] * 5
QUERIES = [query(number) for number in range(30)]


def test_every_figure_has_its_paired_difference() -> None:
    old, new = rankings(QUERIES, OLD), rankings(QUERIES, NEW)
    compared = compare_retrieval([RetrievalArm("old", old), RetrievalArm("new", new)], "old")
    figures = [report_of(of_arm).cells[0].figures for of_arm in (old, new)]
    for name, value in (
        ("hit@1", lambda f: f.hit[1]), ("recall@10", lambda f: f.recall[10]),
        ("MRR@10", lambda f: f.mrr), ("nDCG@10", lambda f: f.ndcg),
    ):  # fmt: skip
        found = change(compared.changes, name)
        assert found.difference.estimate == pytest.approx(value(figures[1]).value - value(figures[0]).value)
        assert found.difference.interval.low < found.difference.estimate < found.difference.interval.high
    hits = [PairedOutcome(n, old == 1, new == 1) for n, (old, new) in enumerate(zip(OLD, NEW, strict=True))]
    assert change(compared.changes, "hit@1").difference == paired_difference(hits)
    assert (change(compared.changes, "MRR@10").better, change(compared.changes, "MRR@10").worse) == (20, 5)


def test_the_baseline_comes_first_and_signs_follow_it() -> None:
    arms = [RetrievalArm("old", rankings(QUERIES, OLD)), RetrievalArm("new", rankings(QUERIES, NEW))]
    forward, back = compare_retrieval(arms, "old"), compare_retrieval(arms, "new")
    assert [arm.name for arm in back.arms] == ["new", "old"]
    for row, mirrored in zip(forward.changes, back.changes, strict=True):
        assert row.difference.estimate == pytest.approx(-(mirrored.difference.estimate or 0.0))
        assert (row.better, row.worse) == (mirrored.worse, mirrored.better)
    assert "new minus old" in forward.text()


def test_arms_of_different_depths_are_compared_at_their_own() -> None:
    shallow, deep = rankings(QUERIES, OLD, 3), rankings(QUERIES, OLD, 5)
    compared = compare_retrieval([RetrievalArm("top_k=3", shallow), RetrievalArm("top_k=5", deep)], "top_k=3")
    assert change(compared.changes, "hit@1").difference.estimate == 0
    assert change(compared.changes, "hit@3").difference.estimate == 0
    assert change(compared.changes, "hit@top_k").difference.estimate == pytest.approx(5 / 30)  # those at rank 4
    assert {row.figure for row in compared.changes} == {
        *("hit@1", "hit@3", "hit@top_k", "recall@1", "recall@3", "recall@top_k", "MRR@top_k", "nDCG@top_k")
    }


def test_retrievers_of_one_search_can_be_compared() -> None:
    ranked = rankings(QUERIES, OLD)
    better = [
        Ranking(row.query, row.leg, ("ja/a",)) if row.leg == "dense" else row for row in ranked.rankings
    ]  # fmt: skip
    both = Rankings(tuple(better), 10, 0.0)
    arms = [RetrievalArm("retriever=hybrid", both), RetrievalArm("retriever=dense", both, "dense")]
    compared = compare_retrieval(arms, "retriever=hybrid")
    assert change(compared.changes, "hit@1").difference.estimate == pytest.approx(25 / 30)
    assert {cell.leg for arm in compared.arms for cell in arm.cells} == {"hybrid", "dense"}


def test_both_languages_of_a_question_are_one_unit() -> None:
    """The English questions repeat the Japanese: the difference of all is as uncertain as that of either."""
    pairs = [query(n, language, unit=f"pair{n}") for language in ("ja", "en") for n in range(30)]
    arms = [RetrievalArm("old", rankings(pairs, OLD * 2)), RetrievalArm("new", rankings(pairs, NEW * 2))]
    changes = compare_retrieval(arms, "old").changes
    for figure in ("hit@3", "MRR@10"):
        single, every = (change(changes, figure, language).difference.interval for language in ("ja", "all"))
        assert every.high - every.low == pytest.approx(single.high - single.low, rel=0.15)
