"""Answers of a run against their passages: counts by what became of them, in every output; and the charts beside."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from rich.console import Console

from eval.dataset.conditions import Condition
from eval.report import charts
from eval.report.abstention import AbstentionCounts
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.html import html_page
from eval.report.terminal import print_report
from eval.statistics.paired import rate
from rag.records import LANGUAGES
from rag.serialize import to_jsonable
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import write_set

RAG, NO_RAG = Condition.RAG, Condition.NO_RAG
# Every passage says that Tokyo is the capital of Japan.
WITH = {
    ("1", "ja"): "答えは東京です。", ("1", "en"): "Kyoto",
    ("2", "ja"): "資料に記載がありません。", ("2", "en"): "Tokyo",
    ("3", "ja"): "弦楽器", ("3", "en"): "string", ("4", "ja"): "打楽器", ("4", "en"): FAILED,
    ("5", "ja"): "H2O", ("5", "en"): "In Tokyo and Osaka it is H2O.",
}  # fmt: skip
WITHOUT = dict.fromkeys(WITH, "分かりません。") | {("1", "ja"): "京都", ("1", "en"): "Tokyo"}


@pytest.fixture
def report(tmp_path):
    said = {(*place, RAG): text for place, text in WITH.items()}
    said |= {(*place, NO_RAG): text for place, text in WITHOUT.items()}
    return build_report([make_run(tmp_path / "run", write_set(tmp_path / "set.csv"), said)])


def test_answers_are_counted_by_what_became_of_them(report) -> None:
    counts = {(row.condition, row.group): row for row in report.runs[0].groundedness}
    found = {
        group: (row.grounded, row.partly, row.ungrounded.correct, row.ungrounded.total, row.not_applicable)
        for (_, group), row in counts.items()
    }
    assert {condition for condition, _ in counts} == {RAG}
    assert found == {
        "all": (2, 1, 2, 5, 4),  # labels and the refusal have nothing to look for; the failure is no answer
        "correct": (1, 1, 1, 3, 3),
        "wrong": (1, 0, 1, 2, 1),
        "fixed": (1, 1, 1, 3, 3),
        "broken": (0, 0, 1, 1, 0),
    }
    assert counts[RAG, "all"].ungrounded.interval.method == "Wilson"


def test_every_output_shows_it(report, tmp_path) -> None:
    console = Console(file=io.StringIO(), width=400)
    print_report(report, console)
    page = html_page(report)
    assert "share ungrounded" in console.file.getvalue()
    assert "Is the answer in the passages?" in page
    assert "in no passage: <q" in page
    files = write_all(report, tmp_path / "files")
    book = openpyxl.load_workbook(files.xlsx)
    assert [cell.value for cell in book["groundedness"][2]][2:7] == ["all", 2, 1, 2, 5]
    (broken,) = list(book["broken"].iter_rows(min_row=2, values_only=True))
    assert "ungrounded" in broken
    rows = list(csv.DictReader((tmp_path / "files" / "answers.csv").open(encoding="utf-8-sig")))
    row = next(row for row in rows if (row["NO"], row["language"], row["condition"]) == ("5", "en", "rag"))
    assert (row["groundedness"], row["in no passage"], row["supported by"]) == (
        "partly grounded", "Osaka; H2O", "[1] ja/t.md:0-12"
    )  # fmt: skip
    assert all(row["groundedness"] == "" for row in rows if row["condition"] == "no_rag")
    answers = to_jsonable(report)["runs"][0]["answers"]
    assert sum(answer["support"] is not None for answer in answers) == len(WITH) - 1


def test_a_run_without_passages_shows_none_of_it(tmp_path) -> None:
    said = {(number, language, NO_RAG): "東京" for number in "12345" for language in LANGUAGES}
    run = make_run(tmp_path / "run", write_set(tmp_path / "set.csv"), said, conditions=[NO_RAG])
    report = build_report([run])
    assert report.runs[0].groundedness == ()
    assert "Is the answer in the passages?" not in html_page(report)


def test_the_chart_of_answered_and_declined_has_a_part_for_each_outcome() -> None:
    counts = AbstentionCounts(RAG, 5, 2, rate(3, 10), 6, 0, rate(4, 10))
    widths = re.findall(r'class="cause (\w+)" x="([\d.]+)%" width="([\d.]+)%"', charts.outcomes(counts))
    assert [(name, float(width)) for name, _, width in widths] == [
        ("right", 25), ("rightly", 30), ("declined", 15), ("wrong", 10), ("invented", 20)
    ]  # fmt: skip
    assert [float(start) for _, start, _ in widths] == [0, 25, 55, 70, 80]
    assert "NaN" not in charts.outcomes(AbstentionCounts(RAG, 0, 0, rate(0, 0), 0, 0, rate(0, 0)))
