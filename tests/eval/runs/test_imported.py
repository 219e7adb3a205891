"""Figures of the past stand beside real runs, marked, without answers and without a pairing."""

from __future__ import annotations

import json
import re

import pytest

from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.html import html_page
from eval.report.names import display_name
from tests.commands import kotae, refused
from tests.eval.page_tree import page_table, parse
from tests.eval.read_back import read_csv, read_sheet, table, terminal

COUNTS = ("--counts", "classification:39:4:9", "--counts", "open_qa:61:32:36")
NAME = "GPT4All (imported)"


@pytest.fixture
def past(tmp_path):
    folder = tmp_path / "past"
    result = kotae("eval", "import-counts", "--name", "GPT4All", "--out", folder, "--source", "a paper", *COUNTS)
    assert (result.exit_code, result.stdout) == (0, f"{folder}\n")
    return folder


def test_the_counts_stand_in_every_output(past, run, tmp_path) -> None:
    report = build_report([past, run])
    assert report.names == ("model-a", NAME)
    written = write_all(report, tmp_path / "out")
    wanted = {
        ("open_qa", "no_rag"): (32, 61), ("open_qa", "rag"): (36, 61), ("classification", "no_rag"): (4, 39),
        ("classification", "rag"): (9, 39), ("all", "no_rag"): (36, 100), ("all", "rag"): (45, 100),
    }  # fmt: skip
    page = parse(html_page(report))
    named = {tuple(map(display_name, place)): counts for place, counts in wanted.items()}
    for rows, places, language in (
        (table(read_csv(written.summary)), wanted, "ja"),
        (table(read_sheet(written.xlsx, "summary")), named, "Japanese"),
    ):
        found = {(row["type"], row["condition"]): row for row in rows if row["run"] == NAME}
        assert {place: (row["correct"], row["total"]) for place, row in found.items()} == places
        assert {(row["language"], row["failed"], row["model"]) for row in found.values()} == {(language, "", "a paper")}
        assert next(iter(found.values()))["low 95 %"] == pytest.approx(0.402, abs=0.001)
    shown = {(row["type"], row["condition"]): row for row in page_table(page, "cells") if row["run"] == NAME}
    assert {place: (int(row["correct"]), int(row["total"])) for place, row in shown.items()} == named
    assert {(row["failed"], row["both"]) for row in shown.values()} == {("-", "-")}
    shown = terminal(report)
    assert re.search(rf"{re.escape(NAME)} +with retrieval +45 +100 ", shown)
    assert "Significant at 5 % only with at most 4 broken." in shown
    assert "Significant at 5 % only with at most 4 broken." in page.text
    assert {row["run"] for row in table(read_csv(written.answers))} == {"model-a"}


def test_nothing_is_paired(past, run, tmp_path) -> None:
    report = build_report([run, past])
    assert report.run_comparisons == ()
    written = write_all(report, tmp_path / "out")
    rows = {row["type"]: row for row in table(read_csv(written.comparison)) if row["run"] == NAME}
    assert {(row["fixed"], row["broken"], row["p (adjusted)"], row["low 95 %"]) for row in rows.values()} == {("",) * 4}
    assert [rows[kind]["p"] for kind in ("open_qa", "classification", "all")] == [
        "0.125 to 0.683", "0.0625 to 0.267", "0.0039 to 0.328",
    ]  # fmt: skip
    assert rows["all"]["effect"] == "undecided"
    assert "どの問題が変わったかは記録されていません" in rows["all"]["日本語"]
    page = parse(html_page(report))
    assert page.all("article", data_run=NAME) == []
    settings = {row["setting"]: row for row in table(read_sheet(written.xlsx, "settings"))}
    assert settings["model"][NAME] == "not known"
    assert settings["model"]["differs"] == ""
    assert settings["counts from"][NAME] == "a paper"


def test_imported_counts_alone_are_a_report(past, tmp_path) -> None:
    result = kotae("eval", "report", past, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "36 of 100" in result.stdout
    found = json.loads(kotae("eval", "report", past, "--out", tmp_path / "out", "--json").stdout)
    assert found["runs"] == []
    assert found["imported"][0]["cells"][-1]["counts"]["allowed_contrary"] == 4


def test_counts_can_be_entered_again_and_names_stay_apart(past, tmp_path) -> None:
    for folder in (past, tmp_path / "other"):
        arguments = ("--name", "GPT4All", "--out", folder, "--counts", "open_qa:61:32:37", "--language", "en")
        assert kotae("eval", "import-counts", *arguments).exit_code == 0
    report = build_report([past, tmp_path / "other"])
    assert report.names == (NAME, f"{NAME} (2)")
    assert [(cell.kind, cell.language, cell.counts.treatment.correct) for cell in report.imported[0].cells] == [
        ("open_qa", "en", 37)
    ]


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (["open_qa:61:32"], ["open_qa:61:32", "open_qa:61:32:36"]),
        (["open_qa:61:32:62"], ["treatment=62 of 61"]),
        (["open_qa:0:0:0"], ["0 questions"]),
        (["essay:61:32:36"], ["essay:61:32:36", "open_qa or classification"]),
        (["open_qa:a:b:c"], ["open_qa:a:b:c"]),
        (["open_qa:61:32:36", "open_qa:61:32:36"], ["open_qa", "twice"]),
    ],
)
def test_impossible_counts_are_refused_and_nothing_is_written(counts, words, tmp_path) -> None:
    options = [word for one in counts for word in ("--counts", one)]
    refused(kotae("eval", "import-counts", "--name", "x", "--out", tmp_path / "o", *options), *words)
    assert not (tmp_path / "o").exists()


def test_a_run_and_imported_counts_never_share_a_folder(past, run, verify, script) -> None:
    before = (run / "run.json").read_bytes()
    refused(kotae("eval", "import-counts", "--name", "x", "--out", run, *COUNTS), str(run), "--out")
    assert (run / "run.json").read_bytes() == before
    arguments = ("eval", "run", verify, "--out", past, "--model", "scripted", "--conditions", "no_rag")
    refused(kotae(*arguments), "imported counts", str(past))
    stored = json.loads((past / "run.json").read_text("utf-8"))
    stored["imported"]["counts"][0]["kind"] = "essay"
    (past / "run.json").write_text(json.dumps(stored), encoding="utf-8")
    refused(kotae("eval", "report", past, "--out", past / "o"), "damaged", str(past))
