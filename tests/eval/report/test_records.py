"""The Report: nothing asked is left out, and what is counted adds up."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import ALL, load_dataset
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.records import Report
from eval.runs.cosine import compute_cosines, load_cosines
from eval.runs.run import load_run
from tests.eval.read_back import read_csv, read_sheet, terminal
from tests.eval.scripted import BOTH, REPLIES, ROWS, ScriptedChat, run_set

JA = {row[0]: row[1] for row in ROWS}
EN = {row[0]: row[3] for row in ROWS}
WITHOUT = {**REPLIES, JA["1"]: "京都", JA["3"]: "!the model is down", EN["5"]: "", EN["4"]: "string"}
WITH = {**REPLIES, JA["1"]: "答えは東京です。", JA["3"]: "弦楽器", EN["2"]: "Akira Toriyama", EN["5"]: ""}
FIXED = [("1", "ja"), ("3", "ja"), ("4", "en")]
BROKEN = [("2", "en")]


@pytest.fixture
def run(tmp_path, verify) -> Path:
    folder = tmp_path / "model-a"
    run_set(folder, verify, ScriptedChat(replies=WITHOUT, with_passages=WITH))
    return folder


def cell(report: Report, condition: Condition, kind: str = ALL, language: str = ALL):
    (found,) = (
        one for one in report.runs[0].cells if (one.condition, one.kind, one.language) == (condition, kind, language)
    )
    return found


def test_counts(run) -> None:
    report = build_report([run])
    without, with_ = cell(report, Condition.NO_RAG), cell(report, Condition.RAG)
    # 10 questions; without retrieval 1 ja is wrong, 3 ja failed, 4 en is wrong, 5 en is empty.
    assert (without.correct.correct, without.correct.total, without.failed) == (6, 10, 1)
    assert (with_.correct.correct, with_.correct.total, with_.failed) == (8, 10, 0)
    ja = cell(report, Condition.NO_RAG, "classification", "ja")
    assert (ja.correct.correct, ja.correct.total, ja.failed) == (1, 2, 1)


def test_the_cells_sum_up(run) -> None:
    (one,) = build_report([run]).runs
    for condition in BOTH:
        parts = [c for c in one.cells if c.condition is condition and ALL not in (c.kind, c.language)]
        whole = cell(Report((one,)), condition)
        assert len(parts) == 4
        assert sum(c.correct.total for c in parts) == whole.correct.total == 10
        assert sum(c.correct.correct for c in parts) == whole.correct.correct
        assert sum(c.failed for c in parts) == whole.failed


def test_denominators_stay_whole_when_answers_are_missing(run) -> None:
    path = run / "answers.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:7]))
    report = build_report([run])
    assert len(report.runs[0].answers) == 20
    for condition in BOTH:
        assert cell(report, condition).correct.total == 10
    assert (cell(report, Condition.RAG).failed, cell(report, Condition.RAG).missing) == (0, 10)
    assert cell(report, Condition.RAG).correct.correct == 0
    assert {one.error for one in report.runs[0].answers if one.recorded is None} == {"not answered yet"}


def test_a_run_without_any_answer(run) -> None:
    (run / "answers.jsonl").unlink()
    report = build_report([run])
    assert cell(report, Condition.NO_RAG).correct.total == cell(report, Condition.NO_RAG).missing == 10
    write_all(report, run)
    assert re.search(r"all +all +with retrieval +0 +10 ", terminal(report))


def test_fixed_and_broken(run) -> None:
    (one,) = build_report([run]).runs
    places = {
        fixed: [(without.item.number, without.language) for without, _ in one.changed(fixed=fixed)]
        for fixed in (True, False)
    }
    assert places == {True: FIXED, False: BROKEN}
    assert one.headline is not None
    comparison = one.headline.effect.comparison
    assert (comparison.fixed, comparison.broken) == (len(FIXED), len(BROKEN))
    assert (comparison.baseline.correct, comparison.treatment.correct, comparison.n) == (6, 8, 10)


def test_a_later_success_counts_and_not_the_failure_before(run, verify) -> None:
    run_set(run, verify, ScriptedChat(replies={**WITHOUT, JA["3"]: "弦楽器"}, with_passages=WITH))
    without = cell(build_report([run]), Condition.NO_RAG)
    assert (without.correct.correct, without.failed) == (7, 0)


def test_a_question_whose_retrieval_failed_counts_once_it_is_answered(run, verify) -> None:
    """Its failure stands under another key than its answer, as it had no prompt; the answer counts."""
    path = run / "answers.jsonl"
    stored = [{**json.loads(line), "crc32": None} for line in path.read_text("utf-8").splitlines()]
    failed = [
        {
            **line,
            "key": f"f{line['key'][1:]}x",
            "answer": None,
            "failure": {"subject": "s", "error": "E", "message": "m"},
        }
        for line in stored
    ]
    for lines in (failed + stored, stored + failed):
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        without = cell(build_report([run]), Condition.NO_RAG)
        assert (without.correct.correct, without.correct.total, without.failed) == (6, 10, 1)


def test_two_runs_side_by_side(run, verify, tmp_path) -> None:
    other = tmp_path / "model-b"
    run_set(other, verify, ScriptedChat(replies=REPLIES), model_identity="b@2", conditions=[Condition.NO_RAG])
    report = build_report([run, other])
    written = write_all(report, tmp_path / "out")
    xlsx, answers, summary = written.xlsx, written.answers, written.summary
    assert [one.name for one in report.runs] == ["model-a", "model-b"]
    totals = {row[0]: row[5:7] for row in read_csv(summary)[1:] if row[2:5] == [ALL, ALL, "no_rag"]}
    assert totals == {"model-a": ["6", "10"], "model-b": ["10", "10"]}
    assert {row[1] for row in read_csv(summary)[1:]} == {"scripted@1", "b@2"}
    assert len(read_csv(answers)) == 1 + 20 + 10
    compared = {(row[0], row[2]) for row in read_sheet(xlsx, "comparison")[1:]}
    assert compared == {("model-a", "model-a"), ("model-b", "model-a")}
    shown = terminal(report)
    assert shown.index("model-a: scripted@1") < shown.index("model-b: b@2")
    below = shown.partition("Side by side")[2]
    assert re.findall(r"^ (model-.) ", below, re.MULTILINE) == ["model-a", "model-a", "model-b"]
    assert "classification" not in below


def test_one_language_and_one_type_are_their_own_sum(verify, tmp_path) -> None:
    run_set(tmp_path / "run", verify, ScriptedChat(), numbers=["1", "2"], languages=["ja"])
    (one,) = build_report([tmp_path / "run"]).runs
    assert [(c.kind, c.language, c.condition) for c in one.cells] == [
        ("open_qa", "ja", Condition.NO_RAG),
        ("open_qa", "ja", Condition.RAG),
    ]
    assert one.headline is one.contrasts[0]
    assert "a sample of 2 of 5 questions" in terminal(Report((one,)))


class Letters:
    """An encoder whose vectors count letters."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_queries(self, texts):
        self.encoded += texts
        rows = np.array([[text.count(letter) + 0.0 for letter in "東京都Tokyo"] + [0.01] for text in texts]).reshape(
            -1, 9
        )
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_cosines_are_of_answer_and_reference_in_the_same_language(run) -> None:
    encoder, stored = Letters(), load_run(run)
    compute_cosines(run, stored.dataset, stored.log, encoder)
    (one,) = build_report([run]).runs
    by_place = {(a.item.number, a.language, a.condition): a.cosine for a in one.answers}
    assert by_place["1", "en", Condition.NO_RAG] == 1.0  # Tokyo and Tokyo
    assert by_place["1", "ja", Condition.NO_RAG] == pytest.approx(0.5, abs=0.001)  # 京都 and 東京
    assert by_place["5", "en", Condition.NO_RAG] == 0.0  # an empty answer
    assert by_place["3", "ja", Condition.NO_RAG] is None  # a failure
    whole = cell(Report((one,)), Condition.NO_RAG)
    assert whole.above == tuple(
        sum((cosine or 0) >= cut for (_, _, c), cosine in by_place.items() if c is Condition.NO_RAG)
        for cut in (0.80, 0.85, 0.90, 0.95)
    )
    assert all(more >= less for more, less in itertools.pairwise(whole.above))
    before = len(encoder.encoded)
    compute_cosines(run, load_dataset(run / "verification.csv"), load_run(run).log, encoder)
    assert len(encoder.encoded) == before, "what is there already is not encoded again"
    assert len(load_cosines(run)) == 19
