"""A plan counts what is asked, and takes what changes and what an answer costs from a stored run."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.planning.assumptions import measured_assumption
from eval.planning.cost import AnswerRate, AnswerTokens, Rates, measured_rates, run_cost
from eval.planning.plan import make_plan, plan_table, plan_text
from eval.runs.run import load_run
from eval.statistics.power import SetSize
from rag.errors import RunError, SettingsError
from rag.records import LANGUAGES
from tests.eval.made_runs import make_run
from tests.eval.scripted import ROWS, write_set


@pytest.fixture
def dataset(tmp_path: Path):
    return load_dataset(write_set(tmp_path / "set.csv"))


def test_answers_are_counted_by_language_and_arm(dataset) -> None:
    assert make_plan(dataset, LANGUAGES, 0.3).size == SetSize(0, 5)
    plan = make_plan(dataset, ("ja",), 0.1, arms=3)
    assert plan.size == SetSize(5, 0)
    assert (plan.cost.answers, plan.cost.seconds) == (20, 5 * 2.0 + 15 * 8.0)
    assert plan.alpha == pytest.approx(0.05 / 3)


def test_questions_in_one_language_only(tmp_path: Path) -> None:
    rows = [ROWS[0], ("2", *ROWS[1][1:3], "", "", *ROWS[1][5:])]
    plan = make_plan(load_dataset(write_set(tmp_path / "set.csv", rows)), LANGUAGES, 0.3)
    assert plan.size == SetSize(1, 1)
    with pytest.raises(SettingsError, match="No question"):
        make_plan(load_dataset(write_set(tmp_path / "set.csv", rows[1:])), ("en",), 0.1)


def test_a_wider_spread_of_changes_needs_more_questions(dataset) -> None:
    outlooks = make_plan(dataset, ("ja",), 0.1).outlooks
    assert [outlook.needed for outlook in outlooks] == sorted(outlook.needed for outlook in outlooks)
    assert [outlook.power for outlook in outlooks] == sorted((outlook.power for outlook in outlooks), reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words(dataset, language) -> None:
    plan = make_plan(dataset, ("ja",), 0.125, arms=2)
    table = plan_table(plan, language)
    assert "12.5" in " ".join(column.name(language) for column in table.columns)
    assert all(column.text(row, language) for row in table.records for column in table.columns)
    assert "15" in plan_text(plan, language)[0]


def run_of(tmp_path: Path, said: dict, **more):
    verify = write_set(tmp_path / "run.csv")
    return load_run(make_run(tmp_path / "run", verify, said, **more))


def test_a_stored_run_says_what_changes_and_what_it_takes(tmp_path: Path, dataset) -> None:
    said = {("1", language, Condition.NO_RAG): "分からない" for language in LANGUAGES}
    said |= {("1", language, Condition.RAG): "東京" for language in LANGUAGES}
    said |= {("5", language, condition): "H2O" for language in LANGUAGES for condition in Condition}
    said |= {("2", "ja", Condition.NO_RAG): "許斐剛", ("2", "ja", Condition.RAG): "手塚治虫"}
    said |= {("2", "en", condition): "Takeshi Konomi" for condition in Condition}
    run = run_of(tmp_path, said)
    measured = measured_assumption(run)
    assert measured.discordant == pytest.approx(3 / 6)
    assert 0 < measured.correlation < 1
    assert measured_rates(run).arm == AnswerRate(0.5, AnswerTokens(0.0, 0.0))
    plan = make_plan(dataset, ("ja",), 0.1, run=run)
    assert len(plan.outlooks) == 4
    assert plan.cost.seconds == pytest.approx(0.5 * plan.cost.answers)
    assert run_cost(10, 1, measured_rates(run)).answers == 20


def test_tokens_are_counted_where_they_are_known(dataset) -> None:
    known = Rates(AnswerRate(1.0, AnswerTokens(10, 1)), AnswerRate(2.0, AnswerTokens(100, 3)), "", "")
    assert run_cost(5, 2, known).tokens == AnswerTokens(5 * 210, 5 * 7)
    assert run_cost(5, 1, Rates(AnswerRate(1.0), AnswerRate(2.0), "", "")).tokens is None
    assert make_plan(dataset, ("ja",), 0.1).cost.tokens is not None, "those of the bundled model"


def test_a_run_that_shows_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no answers"):
        measured_rates(run_of(tmp_path, {}))
    single = run_of(tmp_path, {("1", "ja", Condition.RAG): "東京"}, conditions=(Condition.RAG,))
    with pytest.raises(RunError, match="no pair of conditions"):
        measured_assumption(single)
