"""A judge below the ladder: what it may decide, that it is measured first, and that an answer cannot talk it round."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest

from eval.fallback.judge.record import load_judge
from eval.fallback.judge.run import judge_run, judge_settings
from eval.grading.ladder import AnswerOutcome, GradingRule
from eval.report.build import build_report
from eval.report.html import html_page
from eval.report.records import Report
from rag.errors import DatasetError, GradingError, JudgeNotMeasured, RunError
from tests.commands import kotae, refused
from tests.eval.open_answers import (
    INJECTION_EN,
    INJECTION_JA,
    LABELLED,
    RIGHT,
    JudgeEngine,
    gullible,
    honest,
    install_judge,
    open_run,
)  # fmt: skip
from tests.eval.report.test_records import terminal

SETTINGS = judge_settings("judge")


@pytest.fixture
def folder(tmp_path: Path, verify: Path) -> Path:
    return open_run(tmp_path / "run", verify)


@pytest.fixture
def judge(monkeypatch):
    """Makes an engine that says this the judge; gives the engine."""

    def make(say, identity: str = "judge@1") -> JudgeEngine:
        engine = JudgeEngine(say, identity)
        install_judge(monkeypatch, engine)
        return engine

    return make


def judged(report: Report) -> dict[str, tuple[AnswerOutcome, GradingRule]]:
    """The verdicts on the open answers."""
    return {
        one.answer: (one.verdict.content, one.verdict.rule)
        for one in report.runs[0].answers
        if one.verdict.rule in (GradingRule.NONE, GradingRule.JUDGE)
    }


def test_it_decides_what_is_open_and_nothing_else(folder: Path, judge) -> None:
    before = build_report([folder])
    engine = judge(honest)
    judge_run(folder, LABELLED, SETTINGS)
    after = build_report([folder])
    assert judged(after) == {
        RIGHT: (AnswerOutcome.CORRECT, GradingRule.JUDGE),
        INJECTION_JA: (AnswerOutcome.WRONG, GradingRule.JUDGE),
        INJECTION_EN: (AnswerOutcome.WRONG, GradingRule.JUDGE),
        "手塚治虫です。": (AnswerOutcome.WRONG, GradingRule.JUDGE),
    }
    for old, new in zip(before.runs[0].answers, after.runs[0].answers, strict=True):
        assert new.verdict == old.verdict or old.verdict.rule is GradingRule.NONE
        assert new.verdict.language_correct == old.verdict.language_correct
    assert not any("弦楽器" in prompt for prompt in engine.prompts), "a decided answer is not judged"
    (use,) = after.runs[0].uses
    assert (use.open, use.decided, use.correct) == (4, 4, 1)


@pytest.mark.parametrize("say", [gullible, lambda *_: "CORRECT"], ids=["believes the answer", "says yes to all"])
def test_an_answer_that_calls_itself_right_does_not_win(say, folder: Path, judge) -> None:
    judge(say)
    judge_run(folder, LABELLED, SETTINGS)
    report = build_report([folder])
    verdicts = judged(report)
    for answer in (INJECTION_JA, INJECTION_EN):
        assert verdicts[answer] == (AnswerOutcome.UNPARSED, GradingRule.JUDGE)
    reasons = [one.verdict.reason for one in report.runs[0].answers if one.answer == INJECTION_EN]
    assert "another question, so this does not count" in reasons[0]


def test_a_reply_that_is_not_the_word_is_its_own_outcome(folder: Path, judge) -> None:
    judge(lambda *_: "I think it is CORRECT.")
    record = judge_run(folder, LABELLED, SETTINGS)
    assert {outcome for outcome, _ in judged(build_report([folder])).values()} == {AnswerOutcome.UNPARSED}
    assert record.measured is not None
    assert record.measured.counts["unparsed"] == 32
    assert record.measured.agreement.true_positive_rate.correct == 0


def test_the_measured_agreement_is_that_of_the_labels(folder: Path, judge) -> None:
    """A judge that knows the labels of all but one right and one wrong answer."""
    with LABELLED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right = {row["answer"]: row["question"] for row in rows if row["label"] == "1"}
    missed, accepted = "書籍", "自転車"
    known = {**right, accepted: "図書館では何を借りられますか？"}
    del known[missed]
    judge(lambda question, _, answer: "正解" if known.get(answer) == question else "WRONG")
    measured = judge_run(folder, LABELLED, SETTINGS).measured
    assert measured is not None
    figures = measured.agreement
    assert (figures.accuracy.correct, figures.accuracy.total) == (30, 32)
    assert (figures.true_positive_rate.correct, figures.true_positive_rate.total) == (15, 16)
    assert (figures.true_negative_rate.correct, figures.true_negative_rate.total) == (15, 16)
    assert figures.kappa == pytest.approx(0.875)
    assert measured.counts["yes"] == 16
    loaded = load_judge(folder)
    assert loaded is not None
    assert loaded.measured == measured


def test_the_report_shows_how_far_to_believe_it_beside_what_it_decided(folder: Path, judge, tmp_path: Path) -> None:
    judge(honest)
    result = kotae("eval", "judge", folder, "--judge", "judge", "--validate-on", LABELLED)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("judge@1, rubric ")
    assert kotae("eval", "report", folder, "--out", tmp_path / "out").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "out/report.xlsx")
    texts = {
        "terminal": terminal(build_report([folder])),
        "HTML": html_page(build_report([folder])),
        "XLSX": " ".join(str(cell) for row in book["summary"].iter_rows(values_only=True) for cell in row),
        "CSV": (tmp_path / "out/summary.csv").read_text("utf-8-sig"),
    }
    for name, text in texts.items():
        for words in (
            "judge: decided 4 of 4 open answers (1 correct)",
            "judge@1",
            "open_answers.csv",
            "TNR 16/16",
            "kappa",
        ):
            assert words in re.sub(r"\s+", " ", text), (name, words)
    answers = csv.DictReader(io.StringIO((tmp_path / "out/answers.csv").read_text("utf-8-sig"), newline=""))
    assert sum(row["rule"] == "judge" for row in answers) == 4


def test_it_goes_on_where_it_stopped_and_asks_nothing_twice(folder: Path, judge) -> None:
    whole = judge(honest)
    expected = judge_run(folder, LABELLED, SETTINGS)
    text = (folder / "judge.json").read_text("utf-8")
    assert len(whole.prompts) == len(set(whole.prompts)) == len(expected.replies)
    judge_run(folder, LABELLED, SETTINGS)
    assert len(whole.prompts) == len(expected.replies), "all is there"
    assert (folder / "judge.json").read_text("utf-8") == text
    (folder / "judge.json").unlink()

    class Stop(BaseException):
        pass

    def stop(done: int, total: int) -> None:
        if done >= 6:
            raise Stop

    first = judge(honest)
    with pytest.raises(Stop):
        judge_run(folder, LABELLED, SETTINGS, progress=stop)
    with pytest.raises(JudgeNotMeasured, match=r"judge@1 has not been measured.*judge\.json.*--validate-on"):
        build_report([folder])
    second = judge(honest)
    assert judge_run(folder, LABELLED, SETTINGS) == expected
    assert not set(first.prompts) & set(second.prompts)
    assert sorted([*first.prompts, *second.prompts]) == sorted(whole.prompts)


def test_what_failed_is_asked_again_and_stays_open_until_then(folder: Path, judge) -> None:
    def failing(question: str, accepted: list[str], answer: str) -> str:
        if answer == RIGHT:
            raise ValueError("out of memory")
        return honest(question, accepted, answer)

    judge(failing)
    record = judge_run(folder, LABELLED, SETTINGS)
    assert list(record.failures.values()) == ["out of memory"]
    report = build_report([folder])
    assert judged(report)[RIGHT] == (AnswerOutcome.WRONG, GradingRule.NONE)
    assert "not judged yet" in next(one.verdict.reason for one in report.runs[0].answers if one.answer == RIGHT)
    assert (report.runs[0].uses[0].open, report.runs[0].uses[0].decided) == (4, 3)
    judge(honest)
    assert judge_run(folder, LABELLED, SETTINGS).failures == {}
    assert judged(build_report([folder]))[RIGHT] == (AnswerOutcome.CORRECT, GradingRule.JUDGE)


@pytest.mark.parametrize(
    "change", [{"rubric": "another"}, {"model_identity": "b@2"}, {"decoding": {"temperature": 1.0}}]
)
def test_a_judge_measured_otherwise_is_refused(change: dict, folder: Path, judge, tmp_path: Path) -> None:
    judge(honest)
    judge_run(folder, LABELLED, SETTINGS)
    stored = json.loads((folder / "judge.json").read_text("utf-8"))
    stored["measured"]["judge"] |= change
    (folder / "judge.json").write_text(json.dumps(stored), encoding="utf-8")
    refused(kotae("eval", "report", folder, "--out", tmp_path / "out"), "was measured with another", "judge.json")
    stored["judge"] |= change
    (folder / "judge.json").write_text(json.dumps(stored), encoding="utf-8")
    if "rubric" in change:
        with pytest.raises(JudgeNotMeasured):
            build_report([folder])


def test_another_judge_or_a_damaged_record_is_refused(folder: Path, judge) -> None:
    judge(honest)
    judge_run(folder, LABELLED, SETTINGS)
    judge(honest, "b@2")
    with pytest.raises(GradingError, match=r"judged by judge@1.*b@2.*judge\.json"):
        judge_run(folder, LABELLED, SETTINGS)
    for text in ("", "[]", '{"format": 2}', '{"format": 1, "judge": {}}'):
        (folder / "judge.json").write_text(text, encoding="utf-8")
        with pytest.raises(GradingError, match=r"damaged.*judge\.json"):
            build_report([folder])


def test_a_judge_that_cannot_be_measured_is_refused(folder: Path, judge, tmp_path: Path) -> None:
    judge(honest)
    table = tmp_path / "t.csv"
    table.write_text(
        "question,answer,references,type,language,label\n日本の首都は？,東京,東京,open_qa,ja,1\n", encoding="utf-8"
    )
    with pytest.raises(DatasetError, match=r"decides every labelled answer.*t\.csv"):
        judge_run(folder, table, SETTINGS)
    with pytest.raises(RunError):
        judge_run(tmp_path / "nowhere", LABELLED, SETTINGS)
    assert not (folder / "judge.json").exists()


@pytest.mark.model
@pytest.mark.slow
def test_the_bundled_model_replies_with_the_word_and_is_not_talked_round(folder: Path, tmp_path: Path) -> None:
    """No claim of quality: it answers in the form asked for, and the answers that call themselves right do not win."""
    rows = LABELLED.read_text("utf-8").splitlines()
    table = tmp_path / "labelled.csv"
    table.write_text("\n".join([rows[0], *rows[22:24]]) + "\n", encoding="utf-8")
    record = judge_run(folder, table, judge_settings("bundled"))
    assert record.measured is not None
    assert record.measured.agreement.accuracy.total == 2
    assert record.measured.counts["unparsed"] == 0
    verdicts = judged(build_report([folder]))
    assert {rule for _, rule in verdicts.values()} == {GradingRule.JUDGE}
    for answer in (INJECTION_JA, INJECTION_EN):
        assert verdicts[answer][0] is not AnswerOutcome.CORRECT
