"""The measured error of the rules: stated once in code, and the same in the docs."""

from __future__ import annotations

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.grading_error import AGREED, ERRORS, LABELLED, grading_text, unlabelled_text
from tests.eval.made_runs import make_run
from tests.eval.set_checks import ROOT


def test_the_docs_have_the_figures_of_the_code() -> None:
    assert f"{AGREED}/{LABELLED} = " in (ROOT / "docs/measured.md").read_text(encoding="utf-8")
    assert f"{AGREED} of {LABELLED}" in (ROOT / "docs/grading.md").read_text(encoding="utf-8")
    assert all(0 <= errors <= total for errors, total in ERRORS.values())


def test_the_sentence_has_the_figures_with_their_interval() -> None:
    assert f"{AGREED} of {LABELLED} (97.4 %, 95 % interval 94.9 to 98.7)" in grading_text("en")
    assert f"{LABELLED} 問中 {AGREED} 問（97.4%、95%信頼区間 94.9 から 98.7）" in grading_text("ja")


def test_classification_without_labels_is_counted_once_a_question(tmp_path) -> None:
    header = "NO,instruction(jp),response(jp),instruction(en),response(en),type\n"
    rows = (
        "1,誰が歌っていますか,イエス,Who sings this song?,Yes,classification\n"
        "2,肯定的ですか、否定的ですか,肯定的,Is it positive or negative?,positive,classification\n"
        "3,首都は,東京,What is the capital?,Tokyo,open_qa\n"
    )
    verify = tmp_path / "verify.csv"
    verify.write_text(header + rows, encoding="utf-8")
    said = {(number, "en", Condition.RAG): "Yes" for number in "123"}
    report = build_report([make_run(tmp_path / "run", verify, said)])
    assert unlabelled_text(report.runs[0], "en") == "1 classification question has no labels and was graded as text."
    assert unlabelled_text(report.runs[0], "ja") == "分類の 1 問にはラベルがないため、文章として採点しました。"
