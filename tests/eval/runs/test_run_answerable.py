"""A set with the column `answerable`, from its file through the command line to every report."""

from __future__ import annotations

import csv

import openpyxl
import pytest

from tests.commands import kotae
from tests.eval.dataset.layouts import sheet

SET = sheet(
    ("社内QA",),
    ("ＮＯ", "ご質問", "回答例", "回答可否"),
    (1, "日本の首都はどこですか？", "東京", "○"),
    (2, "社長の血液型は何型ですか？", None, "×"),
    (3, "社長の好物は何ですか？", "資料に記載なし", None),
    (4, "水の化学式は何ですか？", "H2O", "可"),
)
WITHOUT = {"首都はどこ": "東京です。", "血液型": "A型です。", "好物": "寿司です。", "水の化学式は": "H2O"}
WITH = {"血液型": "資料には記載がありません。", "好物": "寿司です。", "水の化学式は": "お答えできません。"}


@pytest.fixture
def reported(tmp_path, index, out, script):
    (tmp_path / "set.xlsx").write_bytes(SET)
    script.replies, script.with_passages = WITHOUT, WITH
    result = kotae("eval", "run", tmp_path / "set.xlsx", "--out", out, "--index", index, "--model", "scripted")
    assert result.exit_code == 0, result.output
    return result


def test_what_cannot_be_answered_is_invented_or_declined(reported, out) -> None:
    assert "And it invents 1 fewer: of 2 questions that cannot be answered" in " ".join(reported.stdout.split())
    assert "回答できない質問（2 問）では" in "".join(reported.stdout.split("\n"))
    rows = list(csv.DictReader((out / "answers.csv").open(encoding="utf-8-sig")))
    verdicts = {(row["NO"], row["condition"]): row["verdict"] for row in rows}
    assert verdicts == {
        ("1", "no_rag"): "correct", ("1", "rag"): "correct",
        ("2", "no_rag"): "wrong", ("2", "rag"): "correct",
        ("3", "no_rag"): "wrong", ("3", "rag"): "wrong",
        ("4", "no_rag"): "correct", ("4", "rag"): "wrong",
    }  # fmt: skip
    assert {row["outcome"] for row in rows if (row["NO"], row["condition"]) == ("4", "rag")} == {"refused"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'class="cause invented"' in page
    assert "Answered or declined" in page
    book = openpyxl.load_workbook(out / "report.xlsx")
    header, *conditions = book["abstention"].iter_rows(values_only=True)
    found = [dict(zip(header, row, strict=True)) for row in conditions]
    assert [(row["invented"], row["declined"], row["answered right"]) for row in found] == [(2, 0, 2), (1, 1, 1)]
