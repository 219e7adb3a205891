"""Files of trec_eval: read back by a small reader of the format, and by ir_measures where it is installed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.retrieval.evaluate import LEGS, Query, Ranking, Rankings, report_of
from eval.retrieval.trec import QRELS, trec_id, write_trec
from eval.statistics.ranking import measures

DOCUMENTS = [f"ja/文書 {n}.md" for n in range(8)] + [f"en/my\u3000file {n}%.txt" for n in range(8)]
Run = dict[str, dict[str, float]]


@st.composite
def all_rankings(draw: st.DrawFn) -> Rankings:
    """Rankings with several relevant documents, some found by no retriever, and questions without any hit."""
    rankings = []
    for number in range(draw(st.integers(1, 5))):
        gold = draw(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=4, unique=True))
        languages = dict.fromkeys(source[:2] for source in gold)
        evidence = {folder: tuple(source for source in gold if source[:2] == folder) for folder in languages}
        query = Query(f"問 {number}", "ja", "質問", evidence)
        for leg in LEGS:
            documents = draw(st.lists(st.sampled_from(DOCUMENTS), max_size=16, unique=True))
            rankings.append(Ranking(query, leg, tuple(documents)))
    return Rankings(tuple(rankings), draw(st.integers(1, 12)), 0.0)


def read_run(path: Path) -> Run:
    """Read a run as the format is defined: six fields between white space, of which the score alone gives the order."""
    run: Run = {}
    for line in path.read_text("utf-8").splitlines():
        question, _, document, rank, score, tag = line.split()
        scores = run.setdefault(question, {})
        assert (document not in scores, int(rank), tag) == (True, len(scores) + 1, path.stem.rpartition(".")[2])
        scores[document] = float(score)
    return run


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for line in path.read_text("utf-8").splitlines():
        question, _, document, relevance = line.split()
        qrels.setdefault(question, {})[document] = int(relevance)
    return qrels


@settings(max_examples=40, deadline=None)
@given(rankings=all_rankings())
def test_what_is_read_back_is_what_was_ranked(tmp_path_factory: pytest.TempPathFactory, rankings: Rankings) -> None:
    folder = tmp_path_factory.mktemp("trec")
    files = write_trec(folder, {"": rankings})
    assert [path.name for path in files] == [QRELS, *(f"{leg}.run" for leg in LEGS)]
    qrels = read_qrels(folder / QRELS)
    for ranking in rankings.rankings:
        scores = read_run(folder / f"{ranking.leg}.run").get(trec_id(ranking.query.number), {})
        ordered = sorted(scores, key=lambda document: (-scores[document], document))
        assert len({*scores.values()}) == len(scores), "no ties, which each tool breaks in a way of its own"
        assert [unquote(document) for document in ordered] == [*ranking.documents[: rankings.depth]]
        gold = qrels[trec_id(ranking.query.number)]
        assert {unquote(document) for document in gold} == {*ranking.query.gold}
        assert {*gold.values()} == {1}


@settings(max_examples=60, deadline=None)
@given(rankings=all_rankings())
def test_figures_are_those_of_ir_measures(tmp_path_factory: pytest.TempPathFactory, rankings: Rankings) -> None:
    """Of each question and of all, to 1e-9: several relevant documents, ones not found, and questions without hits."""
    ir_measures = pytest.importorskip("ir_measures", reason="there is no wheel of ir_measures for this machine")
    folder, depth = tmp_path_factory.mktemp("trec"), rankings.depth
    write_trec(folder, {"": rankings})
    names = {"hit": "Success", "recall": "R", "MRR": "RR", "nDCG": "nDCG"}
    rows = [row for row in report_of(rankings).ranked if not row.evidence_language.startswith("both:")]
    ours = {(leg, row.number): measures(row.found, depth) for leg in LEGS for row in rows if row.leg == leg}
    asked = {name: ir_measures.parse_measure(_theirs(names, name)) for name in next(iter(ours.values()))}
    qrels = list(ir_measures.read_trec_qrels(str(folder / QRELS)))
    for leg in LEGS:
        run = list(ir_measures.read_trec_run(str(folder / f"{leg}.run")))
        for value in ir_measures.iter_calc([*asked.values()], qrels, run):
            (name,) = (name for name, measure in asked.items() if measure == value.measure)
            assert ours[leg, unquote(value.query_id)][name] == pytest.approx(value.value, abs=1e-9)
        total = ir_measures.calc_aggregate([*asked.values()], qrels, run)
        for name, measure in asked.items():
            mine = [values[name] for (of_leg, _), values in ours.items() if of_leg == leg]
            assert sum(mine) / len(mine) == pytest.approx(total[measure], abs=1e-9)


def _theirs(names: dict[str, str], name: str) -> str:
    figure, _, cutoff = name.partition("@")
    return f"{names[figure]}@{cutoff}"


@pytest.mark.parametrize(
    "text", ["a b", "a\tb", "東京\u3000駅", "50%", "a%20b", "a\u2028b", "a\x85b", "\ufeffa", "日本語"]
)
def test_an_id_has_no_white_space_and_comes_back(text: str) -> None:
    written = trec_id(text)
    assert written.split() == [written]
    assert written.isprintable()
    assert unquote(written) == text


def test_ids_of_two_languages_with_one_number_are_told_apart(tmp_path: Path) -> None:
    queries = [Query("1", "ja", "質問", {"ja": ("a",)}), Query("1", "en", "question", {"en": ("b",)})]
    rankings = Rankings(tuple(Ranking(query, leg, ("b", "a")) for query in queries for leg in LEGS), 10, 0.0)
    write_trec(tmp_path, {"first": rankings, "second": rankings})
    assert read_qrels(tmp_path / QRELS) == {"1-ja": {"a": 1}, "1-en": {"b": 1}}
    assert (tmp_path / "second.dense.run").read_text().splitlines()[0] == "1-ja Q0 b 1 10 second.dense"
    assert {path.name for path in tmp_path.iterdir()} == {
        QRELS,
        *(f"{arm}.{leg}.run" for arm in ("first", "second") for leg in LEGS),
    }
