"""Answered and declined in a report: counts, tables, the sentence of the verdict, and when they are absent."""

from __future__ import annotations

import io

import openpyxl
import pytest
from rich.console import Console

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.headlines import headline, invention_text
from eval.report.html import html_page
from eval.report.terminal import print_report
from eval.statistics.paired import PairedOutcome, compare
from rag.serialize import to_jsonable
from tests.eval.scripted import REPLIES, ROWS, ScriptedChat, run_set, write_set

UNANSWERABLE = (
    ("6", "城の高さは何メートルですか？", "資料に記載なし", "How tall is the castle?", "not answerable",
     "open_qa", "", "", "", "none", ""),
    ("7", "創業者は誰ですか？", "回答不可", "Who is the founder?", "It cannot be answered from the documents.",
     "open_qa", "", "", "", "none", ""),
)  # fmt: skip


@pytest.fixture
def abstaining(tmp_path, out):
    """A run that invents 30 m and Anna Holm without retrieval, and Anna Holm alone with it."""
    verify = write_set(tmp_path / "set.csv", [*ROWS, *UNANSWERABLE])
    inventing = {
        "城の高さは何メートルですか？": "30メートルです。",
        "How tall is the castle?": "I do not know, but it is about 30 metres.",
        "創業者は誰ですか？": "山田太郎です。",
        "Who is the founder?": "Anna Holm",
        ROWS[1][1]: "分かりません。",
    }
    declining = {
        "城の高さは何メートルですか？": "資料には記載がありません。",
        "How tall is the castle?": "The passages describe its history. They do not state its height.",
        "創業者は誰ですか？": "お答えしかねます。",
    }
    run_set(out, verify, ScriptedChat(replies={**REPLIES, **inventing}, with_passages=declining))
    return build_report([out])


def test_answers_are_counted_as_answered_or_declined(abstaining) -> None:
    without, with_ = abstaining.runs[0].abstentions
    assert (without.condition, with_.condition) == (Condition.NO_RAG, Condition.RAG)
    for counts, declined, invented in ((without, 0, 4), (with_, 3, 1)):
        assert (counts.right, counts.wrong, counts.over_refusals.correct, counts.over_refusals.total) == (9, 0, 1, 10)
        assert (counts.declined, counts.invented.correct, counts.invented.total) == (declined, invented, 4)
        assert counts.invented.interval.method == "Wilson"


def test_every_output_shows_it(abstaining, tmp_path) -> None:
    english = (
        "And it invents 3 fewer: of 4 answers to 2 questions that cannot be answered, 4 were invented without retrieval"
    )
    japanese = (
        "回答できない質問（2 問の 4 回答）では、作り出された回答は検索なしで 4 件、検索ありで 1 件でした（3 件減、"
    )
    assert english in headline(abstaining.runs[0], "en")
    assert japanese in headline(abstaining.runs[0], "ja")
    console = Console(file=io.StringIO(), width=400)
    print_report(abstaining, console)
    for text in (console.file.getvalue(), html_page(abstaining)):
        assert english in text
        assert "over-refusal" in text
    book = openpyxl.load_workbook(write_all(abstaining, tmp_path / "files").xlsx)
    assert "abstention" in book.sheetnames
    assert to_jsonable(abstaining)["runs"][0]["abstentions"][1]["invented"]["correct"] == 1


def test_a_run_in_which_nothing_declines_shows_none_of_it(verify, out) -> None:
    run_set(out, verify, ScriptedChat())
    report = build_report([out])
    assert report.runs[0].abstentions == ()
    assert report.runs[0].inventions is None
    assert "invent" not in headline(report.runs[0], "en")
    assert "over-refusal" not in html_page(report)


@pytest.mark.parametrize(
    ("baseline", "treatment", "english", "japanese"),
    [
        (False, True, "invents 1 fewer", "1 件減"),
        (True, False, "invents 1 more", "1 件増"),
        (True, True, "no fewer", "増減なし"),
    ],
)
def test_the_sentence_says_the_direction(baseline: bool, treatment: bool, english: str, japanese: str) -> None:
    compared = compare([PairedOutcome("1", baseline, treatment)])
    assert english in invention_text(compared, "en")
    assert japanese in invention_text(compared, "ja")
