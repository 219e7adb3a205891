"""Similarity below the ladder: what it may decide, with which calibration, and that every output says so."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from eval.fallback.agreement import grade_labelled_answers, load_labelled_answers
from eval.fallback.interface import QuestionPool, apply_fallbacks
from eval.fallback.similarity.calibration import (
    Calibration,
    SimilarityGrader,
    calibrate,
    load_calibration,
    save_calibration,
)
from eval.fallback.similarity.margin import margins
from eval.grading.ladder import AnswerOutcome, GradingRule
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.html import html_page
from eval.report.terminal import print_report
from rag.encoders.embeddings import EncoderIdentity
from rag.errors import CalibrationMismatch, DatasetError, GradingError
from tests.commands import kotae, refused
from tests.eval.open_answers import LABELLED, RIGHT, TableEncoder, asked, open_run, place

CAPITAL = asked("1", "What is the capital of Japan?", "東京|Tokyo")
RIVER = asked("2", "Which river flows through London?", "テムズ川|the Thames")
YEAR = asked("3", "When did Apollo 11 land?", "1969年|1969")
YES = asked("4", "Is water wet?", "はい|yes")
LABEL = asked("5", "Is the koto string or percussion?", "string", "classification")
POOL = QuestionPool([CAPITAL, RIVER, YEAR, YES, LABEL])
ANGLES = {
    "東京": 40.0, "Tokyo": 10.0, "Edo today": 12.0, "テムズ川": 90.0, "the Thames": 70.0, "1969": 100.0,
    "1969年": 110.0,
    "yes": 12.0, "はい": 12.0, "Osaka": 60.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def calibration(encoder) -> Calibration:
    """Of the bundled encoder, on the small labelled file, with a floor that so few answers can reach."""
    return calibrate(LABELLED, encoder, 0.7)


def similarity_grader(threshold: float | None, calibration: Calibration, wrong_references: int = 1) -> SimilarityGrader:
    made = replace(calibration, threshold=threshold, wrong_references=wrong_references)
    return SimilarityGrader(made, POOL, TableEncoder(ANGLES).encode_queries)


def test_the_margin_is_to_the_nearest_right_and_wrong_reference_of_either_language() -> None:
    (one,) = margins([place(CAPITAL, "Edo today")], QuestionPool([CAPITAL, RIVER]), TableEncoder(ANGLES).encode_queries)
    assert one is not None
    assert (one.wrong, one.compared) == ("the Thames", 2)
    assert one.value == pytest.approx(0.99939 - 0.52992, abs=1e-4)


def test_a_reference_that_is_right_here_too_is_no_wrong_one() -> None:
    japanese = asked("1", "日本の首都は？", "東京都", language="ja")
    assert QuestionPool([CAPITAL, japanese]).wrong_references(CAPITAL) == (), "the same question in the other language"
    twin = asked("9", "Where is the Diet of Japan?", "the Tokyo")
    assert QuestionPool([CAPITAL, twin]).wrong_references(CAPITAL) == ()
    assert margins(
        [place(CAPITAL, "Edo today")], QuestionPool([CAPITAL, twin]), TableEncoder(ANGLES).encode_queries
    ) == [None]


def test_another_question_is_in_the_same_language_and_has_another_answer() -> None:
    """The next one of the set, the first again after the last."""
    japanese = [
        asked(group, f"質問{group}", references, language="ja") for group, references in (("2", "Thames"), ("7", "8"))
    ]
    same = asked("6", "What is Edo called now?", "Tokyo")
    pool = QuestionPool([CAPITAL, japanese[0], same, RIVER, LABEL, japanese[1]])
    assert pool.another(CAPITAL) == RIVER
    assert pool.another(RIVER) == same
    assert pool.another(same) == RIVER
    assert pool.another(japanese[0]) == japanese[1]
    assert pool.another(japanese[1]) == japanese[0]
    assert pool.another(LABEL) is None
    assert QuestionPool([CAPITAL, same]).another(CAPITAL) is None


def test_only_what_the_ladder_leaves_open_is_decided(calibration) -> None:
    places = [
        place(CAPITAL, "Edo today"),
        place(CAPITAL, "Osaka"),
        place(CAPITAL, "It is not Tokyo."),
        place(CAPITAL, "I do not know."),
        place(CAPITAL, ""),
        place(YEAR, "1970"),
        place(YES, "wet it is"),
        place(LABEL, "neither"),
        place(asked("6", "Which kind is it?", "no label of any set", "classification"), "Edo today"),
        place(CAPITAL, "Tokyo"),
    ]
    descent = apply_fallbacks(places, [similarity_grader(0.4, calibration)])
    assert [one.rule for one in descent.verdicts[1:]] == [one.verdict.rule for one in places[1:]]
    assert [one.content for one in descent.verdicts[1:]] == [one.verdict.content for one in places[1:]]
    decided = apply_fallbacks(places, [similarity_grader(-2.0, calibration)]).verdicts
    assert [at for at, one in enumerate(decided) if one.rule is GradingRule.SIMILARITY] == [0, 1]


def test_the_verdict_says_margin_and_threshold(calibration) -> None:
    pool = QuestionPool([CAPITAL, RIVER])
    passing = SimilarityGrader(
        replace(calibration, threshold=0.4, wrong_references=2), pool, TableEncoder(ANGLES).encode_queries
    )
    right, wrong = apply_fallbacks([place(CAPITAL, "Edo today"), place(CAPITAL, "Osaka")], [passing]).verdicts
    assert (right.content, right.rule, right.matched) == (
        AnswerOutcome.CORRECT,
        GradingRule.SIMILARITY,
        CAPITAL.references[1],
    )
    assert "margin 0.4695" in right.reason
    assert "reaches the threshold 0.4000" in right.reason
    assert (wrong.content, wrong.rule) == (AnswerOutcome.WRONG, GradingRule.NONE)
    assert "below the threshold 0.4000" in wrong.reason


def test_it_is_silent_without_a_threshold_and_with_too_few_wrong_references(calibration) -> None:
    places = [place(CAPITAL, "Edo today")]
    silent = apply_fallbacks(places, [similarity_grader(None, calibration)])
    assert silent.verdicts == (places[0].verdict,)
    assert (silent.uses[0].open, silent.uses[0].decided) == (1, 0)
    (verdict,) = apply_fallbacks(places, [similarity_grader(-2.0, calibration, wrong_references=13)]).verdicts
    assert verdict.rule is GradingRule.NONE
    assert "too few wrong references" in verdict.reason
    assert (
        apply_fallbacks(places, [similarity_grader(-2.0, calibration, wrong_references=12)]).verdicts[0].rule
        is GradingRule.SIMILARITY
    )


def test_rows_of_one_question_stay_together(tmp_path: Path) -> None:
    header = "question,answer,references,type,language,NO,set\n"
    rows = [
        "日本の首都は？,江戸,東京|Tokyo,open_qa,ja,1,a", "What is the capital?,Edo,Tokyo,open_qa,en,1,a",
        "日本の首都は？,江戸,東京|Tokyo,open_qa,ja,1,b", "日本の首都は？,大阪,x,open_qa,ja,,",
        "日本の首都は？,京都,y,open_qa,ja,,",
        "Another?,Edo,y,open_qa,en,,", "A third?,Edo,z,open_qa,en,,",
    ]  # fmt: skip
    path = tmp_path / "t.csv"
    path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    groups = [one.group for one in load_labelled_answers(path)]
    assert groups[0] == groups[1] != groups[2]
    assert groups[3] == groups[4] == groups[5]
    assert len(set(groups)) == 4


def test_a_calibration_says_what_it_was_made_of(calibration, tmp_path: Path) -> None:
    assert (calibration.answers, calibration.open, calibration.right, calibration.questions) == (32, 32, 16, 8)
    assert calibration.wrong_references == 14
    assert len(calibration.labelled_sha256) == 64
    save_calibration(calibration, tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json", calibration.encoder) == calibration
    negatives = calibration.out_of_fold.true_negative_rate
    assert negatives.total == 16
    assert negatives.interval.low >= 0.7


def test_another_encoder_is_refused(calibration, tmp_path: Path) -> None:
    save_calibration(calibration, tmp_path / "c.json")
    other = EncoderIdentity("other/encoder", "abc", "", "")
    with pytest.raises(CalibrationMismatch, match=r"multilingual-e5-small .* other/encoder \(abc\).*c\.json"):
        load_calibration(tmp_path / "c.json", other)
    prompts = replace(calibration.encoder, query_prompt="passage: ")
    with pytest.raises(CalibrationMismatch):
        load_calibration(tmp_path / "c.json", prompts)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', "NaN", None])
def test_a_damaged_calibration_is_named(text: str | None, calibration, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(GradingError, match=r"not a similarity calibration.*c\.json.*eval calibrate"):
        load_calibration(path, calibration.encoder)


@pytest.mark.parametrize("threshold", [float("nan"), "low", True])
def test_a_threshold_that_is_no_number_is_refused(threshold: object, calibration, tmp_path: Path) -> None:
    save_calibration(calibration, tmp_path / "c.json")
    stored = json.loads((tmp_path / "c.json").read_text("utf-8"))
    (tmp_path / "c.json").write_text(json.dumps({**stored, "threshold": threshold}), encoding="utf-8")
    with pytest.raises(GradingError):
        load_calibration(tmp_path / "c.json", calibration.encoder)


def test_every_output_says_rule_and_calibration(calibration, verify: Path, tmp_path: Path) -> None:
    """The set has few references, so a calibration on as few; a threshold that only the right answer reaches."""
    path = tmp_path / "c.json"
    save_calibration(replace(calibration, threshold=0.03, wrong_references=2), path)
    report = build_report([open_run(tmp_path / "run", verify)], path)
    (run,) = report.runs
    decided = [one for one in run.answers if one.verdict.rule is GradingRule.SIMILARITY]
    assert [one.answer for one in decided] == [RIGHT]
    (use,) = run.uses
    assert (use.open, use.decided, use.correct) == (4, 1, 1)
    said = ("similarity: decided 1 of 4 open answers (1 correct)", "threshold 0.0300", "open_answers.csv", "TNR 15/16")
    buffer = io.StringIO()
    print_report(report, Console(file=buffer, width=120, highlight=False))
    written = write_all(report, tmp_path / "out")
    sheets = openpyxl.load_workbook(written.xlsx)
    texts = {
        "terminal": buffer.getvalue(),
        "HTML": html_page(report),
        "XLSX": " ".join(str(cell) for row in sheets["summary"].iter_rows(values_only=True) for cell in row),
        "CSV": written.summary.read_text("utf-8-sig"),
    }
    for name, text in texts.items():
        for words in said:
            assert words in re.sub(r"\s+", " ", text), (name, words)
    rows = list(csv.DictReader(io.StringIO(written.answers.read_text("utf-8-sig"), newline="")))
    (row,) = [row for row in rows if row["rule"] == "similarity"]
    assert (row["Answer"], row["verdict"]) == (RIGHT, "correct")
    assert "reaches the threshold 0.0300" in row["reason"]
    (line,) = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*fallback by judge(?:(?!</tr>).)*</tr>", texts["HTML"], re.DOTALL)
    assert "not used" in line
    plain = build_report([tmp_path / "run"])
    assert plain.runs[0].uses == ()
    assert "not used" in html_page(plain)


def test_the_commands_take_a_calibration(calibration, verify: Path, tmp_path: Path) -> None:
    made = kotae("eval", "calibrate", LABELLED, "--out", tmp_path / "c.json", "--min-tnr", "0.7")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("threshold 0.0")
    assert load_calibration(tmp_path / "c.json", calibration.encoder) == calibration
    graded = kotae("eval", "grade", LABELLED, "--calibration", tmp_path / "c.json")
    assert "fitted on these very answers" in graded.stdout
    assert "fallback graders against labels" in graded.stdout
    run = open_run(tmp_path / "run", verify)
    reported = kotae("eval", "report", run, "--calibration", tmp_path / "c.json", "--out", tmp_path / "out")
    assert "similarity: decided 0 of 4" in reported.stdout
    (tmp_path / "run/calibration.json").write_bytes((tmp_path / "c.json").read_bytes())
    assert kotae("eval", "report", run, "--out", tmp_path / "out2").stdout.count("similarity: decided 0 of 4") == 1


def test_a_run_checks_its_calibration_first_and_keeps_it(
    calibration, script, index, verify: Path, tmp_path: Path
) -> None:
    save_calibration(calibration, tmp_path / "c.json")
    other = replace(calibration, encoder=replace(calibration.encoder, revision="other"))
    save_calibration(other, tmp_path / "other.json")
    arguments = (
        "eval",
        "run",
        verify,
        "--out",
        tmp_path / "run",
        "--model",
        "scripted",
        "--index",
        index,
        "--limit",
        "1",
    )
    refused(kotae(*arguments, "--calibration", tmp_path / "other.json"), "other", "eval calibrate")
    assert not script.opened
    result = kotae(*arguments, "--calibration", tmp_path / "c.json")
    assert result.exit_code == 0, result.output
    assert "similarity: decided" in result.stdout
    assert (tmp_path / "run/calibration.json").read_bytes() == (tmp_path / "c.json").read_bytes()


def test_grading_a_table_uses_the_fallback(calibration) -> None:
    labelled_answers = load_labelled_answers(LABELLED)
    pool = QuestionPool(labelled.set_question for labelled in labelled_answers)
    from rag.encoders.embeddings import open_encoder

    encoder = open_encoder("bundled")
    report = grade_labelled_answers(
        labelled_answers, None, [SimilarityGrader(calibration, pool, encoder.encode_queries)]
    )
    assert report.ladder is not None
    assert report.below is not None
    assert report.ladder.true_positive_rate.correct == 0
    passed = [one for one in report.graded if one.verdict.rule is GradingRule.SIMILARITY]
    assert report.below.true_positive_rate.correct == sum(bool(one.labelled.label) for one in passed) > 0


def test_a_labelled_table_with_a_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("question,answer\nq,a\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"t\.csv"):
        calibrate(tmp_path / "t.csv", TableEncoder({}), 0.95)
