"""The table of arms: one row for each run of one condition, against the baseline, in place of a card each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.report.arms_table import arms_table
from eval.report.build import build_report
from eval.report.html import html_page
from tests.eval.made_runs import make_run
from tests.eval.page_tree import page_table, parse
from tests.eval.scripted import BOTH, write_set

ROWS = [
    (str(number), f"質問{number}？", f"答え{number}番", f"Question {number}?", f"reply {number}x", "open_qa")
    for number in range(1, 13)
]
RIGHT = {"many": range(1, 13), "some": range(1, 11), "few": range(1, 2), "lone": range(1, 9)}


@pytest.fixture
def folder(tmp_path):
    verify = write_set(tmp_path / "set.csv", [(*row, "", "", "", "", "") for row in ROWS])

    def made(name: str, conditions: tuple[Condition, ...], answered: int = 12) -> Path:
        replies = {
            (row[0], "ja", condition): row[2] if int(row[0]) in RIGHT[name] else "分からない"
            for row in ROWS[:answered]
            for condition in conditions
        }
        return make_run(tmp_path / name, verify, replies, languages=("ja",), conditions=conditions, model=name)

    return made


def test_a_row_for_each_against_the_baseline(folder) -> None:
    rag, none = (Condition.RAG,), (Condition.NO_RAG,)
    folders = [folder("many", rag), folder("some", rag), folder("few", none)]
    report = build_report(folders, baseline=folders[0])
    page = parse(html_page(report, "en"))
    rows = page_table(page, "arms")
    assert [(row["run"], row["condition"], row["correct"], row["difference"], row["effect"]) for row in rows] == [
        ("many", "with retrieval", "12/12", "-", "baseline"),
        ("some", "with retrieval", "10/12", "-16.7%", "undecided"),
        ("few", "without retrieval", "1/12", "-91.7%", "worse"),
    ]
    assert "of 12 answers right" not in page.text  # no cards
    japanese = page_table(parse(html_page(report, "ja")), "arms")
    assert [row["判定"] for row in japanese] == ["基準", "判定できない", "劣る"]


def test_samples_and_other_sets_are_told_apart(folder, tmp_path) -> None:
    rag = (Condition.RAG,)
    whole = [folder("many", rag), folder("few", rag)]
    sample = folder("some", rag)
    about = sample / "run.json"
    stored = json.loads(about.read_text(encoding="utf-8"))
    stored["scope"]["numbers"] = [row[0] for row in ROWS[:5]]
    about.write_text(json.dumps(stored), encoding="utf-8")
    write_set(tmp_path / "set.csv", [(*row, "", "", "", "", "") for row in ROWS[:8]])
    other = folder("lone", rag, answered=8)
    page = parse(html_page(build_report([*whole, sample, other], baseline=whole[0]), "en"))
    effects = [(row["run"], row["effect"]) for row in page_table(page, "arms")]
    assert effects == [("many", "baseline"), ("few", "worse"), ("some", "undecided"), ("lone", "-")]
    (section,) = page.all("section", **{"class": "arms"})
    named = [node.text.split(": ")[0] for node in section.all("p", **{"class": "about"})]
    assert named == ["some", "lone", "many, few"]
    assert [node.text for node in section.all("p", **{"class": "notice"})] == ["A sample: 5 of the set's 12 questions."]


def test_without_a_baseline_there_are_no_verdicts_against_it(folder) -> None:
    table = arms_table(build_report([folder(name, (Condition.RAG,)) for name in ("many", "some", "few")]))
    assert [row.run.name for row in table.records] == ["many", "some", "few"]
    assert not {"difference", "effect", "p (adjusted)"} & {*table.header}


def test_what_needs_more_words_keeps_its_card(folder) -> None:
    rag = (Condition.RAG,)
    two = [folder("many", rag), folder("some", rag)]
    assert not arms_table(build_report(two)).records
    page = parse(html_page(build_report([*two, folder("few", rag), folder("lone", BOTH, answered=5)])))
    assert [row["run"] for row in page_table(page, "arms")] == ["many", "some", "few"]
    assert [node.text for node in page.all("span", **{"class": "name"})] == ["lone"]
