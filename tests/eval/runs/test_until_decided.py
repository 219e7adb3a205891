"""A run that stops when it is decided: what it asks, what it records, how it goes on, and what its report says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.report.build import build_report
from eval.report.gate import RunArm, build_gate
from eval.report.headlines import headline, headline_figures, stopped_text
from eval.report.html import html_page
from eval.runs.run import load_run
from eval.runs.until_decided import BLOCK, sequential_plan, stratified_order
from rag.errors import RunError, SettingsError
from tests.eval.scripted import BOTH, ScriptedChat, lines, run_set, write_set

NUMBERS = [str(number) for number in range(1, 41)]
ROWS = [
    (n, f"質問{n}番？", f"答え{n}番", f"Question {n}x?", f"reply {n}x", "open_qa", "", "", "", "", "") for n in NUMBERS
]
RIGHT = {question: answer for row in ROWS for question, answer in ((row[1], row[2]), (row[3], row[4]))}
WRONG = {question: "I do not know" if question.isascii() else "分かりません" for question in RIGHT}


@pytest.fixture
def verify(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set.csv", ROWS)


def helped() -> ScriptedChat:
    return ScriptedChat(replies=WRONG, with_passages=RIGHT)


def test_it_stops_when_decided_and_the_report_says_so(verify: Path, out: Path) -> None:
    model = helped()
    run_set(out, verify, model, until_decided=True)
    stored = load_run(out)
    plan = stored.scope.sequential
    assert plan is not None
    assert plan.outcome is not None
    assert (plan.outcome.state, plan.outcome.planned) == ("helps", 40)
    assert plan.outcome.asked <= 20
    assert len(stored.scope.numbers) % BLOCK == 0
    assert set(stored.scope.numbers) == set(plan.order[: len(stored.scope.numbers)])
    assert len(model.prompts) == 4 * len(stored.scope.numbers) == len(lines(out))
    report = build_report((out,)).runs[0]
    assert report.finished
    assert report.headline is not None
    assert report.headline.effect.direction == "helps"
    assert f"Decided after {plan.outcome.asked} of 40 questions" in headline(report, "en")
    assert "判定がつきました" in headline(report, "ja")
    assert "do not hold here" in str(headline_figures(report, "en"))
    assert all(contrast.effect.direction == "undecided" for contrast in report.contrasts[:-1])


def test_one_that_will_hardly_be_decided_stops_too(verify: Path, out: Path) -> None:
    run_set(out, verify, ScriptedChat(replies=RIGHT), until_decided=True)
    report = build_report((out,)).runs[0]
    assert report.stopped is not None
    assert report.stopped.state == "futile"
    assert report.headline is not None
    assert report.headline.effect.direction == "undecided"
    assert "would hardly have given a verdict" in headline(report, "en")


def test_an_interrupted_run_ends_as_if_it_had_not_been(verify: Path, out: Path, tmp_path: Path) -> None:
    run_set(out, verify, helped(), until_decided=True)
    other = tmp_path / "other"
    run_set(other, verify, helped(), until_decided=True)
    log = (other / "answers.jsonl").read_bytes().split(b"\n")
    (other / "answers.jsonl").write_bytes(b"\n".join(log[:13]) + b"\n")
    again = helped()
    run_set(other, verify, again, until_decided=True)
    assert 0 < len(again.prompts) < len(lines(out))
    assert load_run(other).scope == load_run(out).scope
    finished = helped()
    run_set(out, verify, finished, until_decided=True)
    assert finished.prompts == []


def test_a_run_is_continued_as_it_was_begun(verify: Path, out: Path, tmp_path: Path) -> None:
    run_set(out, verify, helped(), until_decided=True)
    with pytest.raises(RunError, match="stops when it is decided"):
        run_set(out, verify, helped())
    other = tmp_path / "other"
    run_set(other, verify, helped(), numbers=NUMBERS[:3])
    with pytest.raises(RunError, match="asks all its questions"):
        run_set(other, verify, helped(), until_decided=True)


def test_an_interval_of_a_fixed_number_is_refused(verify: Path, out: Path) -> None:
    run_set(out, verify, helped(), until_decided=True)
    with pytest.raises(RunError, match="stopped once it was decided"):
        build_gate(RunArm(out, Condition.NO_RAG), RunArm(out, Condition.RAG))


def test_beside_other_runs_its_p_values_are_called_approximate(verify: Path, out: Path, tmp_path: Path) -> None:
    run_set(out, verify, helped(), until_decided=True)
    other = tmp_path / "other"
    run_set(other, verify, helped(), model_identity="other@1")
    both, alone = build_report((out, other)), build_report((out,))
    assert str(stopped_text(both, "en")).startswith(f"{both.runs[0].name} could stop at any question")
    assert "目安" in str(stopped_text(both, "ja"))
    assert stopped_text(alone, "en") is None
    assert "could stop at any question" in html_page(both, "en")


def test_the_description_of_other_runs_is_what_it_was(verify: Path, out: Path) -> None:
    run_set(out, verify, helped(), numbers=NUMBERS[:2])
    assert "sequential" not in json.loads((out / "run.json").read_text(encoding="utf-8"))["scope"]


def test_the_order_is_random_fixed_and_stratified(tmp_path: Path) -> None:
    rows = [(*row[:5], "open_qa" if int(row[0]) > 10 else "長文", *row[6:]) for row in ROWS]
    items = load_dataset(write_set(tmp_path / "kinds.csv", rows)).items
    order = stratified_order(items)
    assert sorted(order) == sorted(NUMBERS)
    assert order == stratified_order(items) != tuple(NUMBERS)
    for start in range(0, 40, 8):  # 10 of 40 are of the first type: two of every eight, give or take one
        assert 1 <= sum(int(number) <= 10 for number in order[start : start + 8]) <= 3


def test_what_cannot_be_decided(verify: Path) -> None:
    items = load_dataset(verify).items
    with pytest.raises(SettingsError, match="does not have both"):
        sequential_plan(items, [Condition.RAG], 1)
    with pytest.raises(SettingsError, match="cannot be combined"):
        sequential_plan(items, BOTH, 2)
