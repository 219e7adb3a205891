"""The measured error of the rules: stated once in code, and the same in the docs."""

from __future__ import annotations

from eval.report.grading_error import AGREED, ERRORS, LABELLED, grading_text
from tests.eval.set_checks import ROOT


def test_the_docs_have_the_figures_of_the_code() -> None:
    assert f"{AGREED}/{LABELLED} = " in (ROOT / "docs/measured.md").read_text(encoding="utf-8")
    assert f"{AGREED} of {LABELLED}" in (ROOT / "docs/grading.md").read_text(encoding="utf-8")
    assert all(0 <= errors <= total for errors, total in ERRORS.values())


def test_the_sentence_has_the_figures_with_their_interval() -> None:
    assert f"{AGREED} of {LABELLED} (97.8 %, 95 % interval 94.9 to 99.1)" in grading_text("en")
    assert f"{LABELLED} 問中 {AGREED} 問（97.8 %、95%信頼区間 94.9 から 99.1）" in grading_text("ja")
