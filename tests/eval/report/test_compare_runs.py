"""Runs of the same questions against one another: exact, on what both were asked, adjusted over the whole table."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.compare_runs import run_names
from eval.report.html import html_page
from eval.report.sentences import run_comparison_sentence
from eval.statistics.paired import mcnemar
from eval.statistics.verdicts import holm
from rag.records import LANGUAGES
from tests.eval.made_runs import make_run
from tests.eval.page_tree import page_table, parse
from tests.eval.read_back import terminal
from tests.eval.scripted import BOTH, write_set

ROWS = [
    (str(number), f"質問{number}？", f"答え{number}番", f"Question {number}?", f"reply {number}x", "open_qa")
    for number in range(1, 13)
]
RIGHT = {(row[0], "ja"): row[2] for row in ROWS} | {(row[0], "en"): row[4] for row in ROWS}


def answers(right: dict[Condition, set[int]], languages=LANGUAGES) -> dict:
    """Right answers to these questions, wrong ones to the others."""
    return {
        (row[0], language, condition): RIGHT[row[0], language] if int(row[0]) in right[condition] else "分からない"
        for row in ROWS
        for language in languages
        for condition in BOTH
    }


ALL_12, ONE = set(range(1, 13)), {12}


@pytest.fixture
def verify(tmp_path) -> Path:
    return write_set(tmp_path / "set.csv", [(*row, "", "", "", "", "") for row in ROWS])


@pytest.fixture
def folders(verify, tmp_path) -> list[Path]:
    ja = ("ja",)
    first = answers({Condition.NO_RAG: ONE, Condition.RAG: ALL_12}, ja)
    second = answers({Condition.NO_RAG: ALL_12 - ONE, Condition.RAG: ALL_12}, ja)
    return [
        make_run(tmp_path / "a", verify, first, languages=ja, model="a"),
        make_run(tmp_path / "b", verify, second, languages=ja, model="b"),
    ]


def test_the_same_questions_are_paired_under_the_same_condition(folders) -> None:
    found = {one.condition: one for one in build_report(folders).run_comparisons}
    without, with_ = found[Condition.NO_RAG].effect, found[Condition.RAG].effect
    assert (without.comparison.fixed, without.comparison.broken, without.comparison.n) == (11, 1, 12)
    assert (without.comparison.test, without.comparison.p) == ("exact McNemar", mcnemar(11, 1))
    assert without.adjusted_p == holm([mcnemar(11, 1), 1.0])[0] == pytest.approx(2 * mcnemar(11, 1))
    assert (without.direction, with_.direction) == ("helps", "undecided")
    backwards = build_report(folders[::-1]).run_comparisons[0]
    assert (backwards.new, backwards.effect.direction) == ("a", "hurts")


def test_it_is_said_in_words(folders) -> None:
    report = build_report(folders)
    without, with_ = report.run_comparisons
    assert run_comparison_sentence(without.effect, "en", "a", "b", "no_rag") == (
        "b is better than a without retrieval: 1 → 11 of 12 (+83.3 points, 95 % interval +23.0 to +99.6, "
        "p = 0.0063, Holm-adjusted p = 0.0127, exact McNemar; 11 right only with b, 1 only with a)."
    )
    assert "検索なしでは b は a より優れています：12 問中 1 → 11 正解" in terminal(report)
    assert "Undecided whether b or a is better with retrieval: 12 → 12 of 12" in terminal(report)
    rows = page_table(parse(html_page(report)), "versus-table")
    assert [row["effect"] for row in rows if row["condition"] == "without retrieval"] == ["better"]
    assert run_comparison_sentence(with_.effect, "ja", "a", "b", "rag").startswith(
        "検索ありでは b と a の優劣は判定できません："
    )


def test_only_questions_that_both_were_asked_are_compared(folders, verify, tmp_path) -> None:
    both = make_run(tmp_path / "c", verify, answers({Condition.NO_RAG: ALL_12, Condition.RAG: ALL_12}), model="c")
    found = [one for one in build_report([folders[0], both]).run_comparisons if one.condition is Condition.NO_RAG]
    assert [(one.kind, one.language, one.effect.comparison.n) for one in found] == [("open_qa", "ja", 12)]
    other = write_set(tmp_path / "other.csv", [(*row, "", "", "", "", "") for row in ROWS[:6]])
    said = {place: text for place, text in answers(dict.fromkeys(BOTH, ALL_12)).items() if int(place[0]) <= 6}
    alien = make_run(tmp_path / "d", other, said, model="d")
    report = build_report([both, alien])
    assert report.run_comparisons == ()
    for shown in (html_page(report), terminal(report)):
        assert "used different verification sets" in shown


def test_a_run_is_not_compared_with_itself(folders) -> None:
    report = build_report([folders[0], folders[0]])
    assert (report.names, report.run_comparisons) == (("a (1)", "a (2)"), ())


def test_where_an_answer_is_missing_no_run_is_better(folders, verify, tmp_path) -> None:
    said = answers(dict.fromkeys(BOTH, ALL_12), ("ja",))
    part = {place: text for place, text in said.items() if int(place[0]) > 6}
    unfinished = make_run(tmp_path / "u", verify, part, languages=("ja",), model="u")
    one = build_report([folders[1], unfinished]).run_comparisons[0]
    assert one.missing == 6
    shown = terminal(build_report([folders[1], unfinished]))
    assert (
        "No verdict yet on u and b without retrieval (6 of 24 answers are missing and count as wrong): 11 → 6" in shown
    )
    assert "検索なしでの u と b の優劣はまだ判定できません（24 回答中 6 件が未回答" in shown


def test_names_are_as_long_as_it_takes_to_tell_them_apart(tmp_path) -> None:
    folders = [tmp_path / path for path in ("a/run", "b/run", "other", "b/run")]
    assert run_names(folders) == ["a/run", "b/run (1)", "other", "b/run (2)"]
    assert run_names([tmp_path / "x" / "run"]) == ["run"]
