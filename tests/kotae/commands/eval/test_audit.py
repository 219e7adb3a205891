"""`kotae eval audit` draws, people judge, and `kotae eval report --labels` corrects."""

from __future__ import annotations

import json
from pathlib import Path

from openpyxl import load_workbook

from eval.audit.sheet import RIGHT, WRONG
from eval.dataset.conditions import Condition
from tests.commands import kotae, refused
from tests.eval.made_runs import make_run
from tests.eval.scripted import write_set

ROWS = [
    (str(n), f"質問{n}？", f"答え{n}番", f"Question {n}?", f"reply {n}x", "open_qa", "", "", "", "", "")
    for n in range(1, 25)
]


def judge(path: Path) -> None:
    """Judge as a person would who knows the answers, which all name their question."""
    book = load_workbook(path)
    sheet = book["answers"]
    for row in sheet.iter_rows(min_row=2):
        row[4].value = RIGHT if row[2].value.split("\n")[0] in row[3].value or "じつは正解" in row[3].value else WRONG
    book.save(path)


def test_an_audit_from_end_to_end(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv", ROWS)
    said = {(row[0], "ja", Condition.NO_RAG): row[2] if int(row[0]) < 8 else "分からない" for row in ROWS}
    said |= {(row[0], "ja", Condition.RAG): row[2] if int(row[0]) < 16 else "じつは正解" for row in ROWS}
    run = make_run(tmp_path / "run", verify, said, languages=("ja",))
    out = tmp_path / "audit.xlsx"
    drawn = kotae("eval", "audit", run, "--out", out, "--sample", "24", "--seed", "7")
    assert drawn.exit_code == 0, drawn.output
    assert "24 answers to judge, from 4 groups, seed 7" in drawn.stdout
    refused(kotae("eval", "audit", run, "--out", out), "may contain judgements")
    refused(kotae("eval", "audit", run, "--out", tmp_path / "audit.csv"), "must be .xlsx")
    refused(
        kotae("eval", "report", run, "--out", tmp_path / "r", "--labels", out), "24 of 24 answers have no judgement"
    )
    judge(out)
    result = kotae("eval", "report", run, "--out", tmp_path / "r", "--labels", out)
    assert result.exit_code == 0, result.output
    assert "People judged 24 answers" in result.stdout
    assert "人が 24 件の回答を判定しました" in result.stdout
    assert "People judged 24 answers" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "audit" in load_workbook(tmp_path / "r" / "report.xlsx").sheetnames
    audit = json.loads(kotae("eval", "report", run, "--out", tmp_path / "r", "--labels", out, "--json").stdout)["runs"][
        0
    ]
    difference = audit["audit"]["difference"]
    assert difference["graded"] < difference["estimate"] == (24 - 7) / 24
    other = make_run(tmp_path / "other", verify, {**said, ("1", "ja", Condition.RAG): "別"}, languages=("ja",))
    refused(kotae("eval", "report", other, "--out", tmp_path / "r", "--labels", out), "has no audit")
