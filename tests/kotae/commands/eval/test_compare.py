"""`kotae eval compare` speaks by its exit status, and writes what CI systems read."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest
import yaml

from eval.dataset.conditions import Condition
from tests.commands import kotae
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import write_corpus, write_set
from tests.samples import REPOSITORY

ROWS = [(str(n), f"質問{n}？", f"答え{n}番", f"Question {n}?", f"reply {n}x", "open_qa") for n in range(1, 25)]


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    verify = write_set(tmp_path / "set.csv", [(*row, "", "", "", "", "") for row in ROWS])
    right = {"all": 24, "few": 3, "four": 4}
    return {
        name: make_run(
            tmp_path / name,
            verify,
            {(row[0], "ja", Condition.RAG): row[2] if int(row[0]) <= count else "分からない" for row in ROWS},
            languages=("ja",),
            conditions=(Condition.RAG,),
        )
        for name, count in right.items()
    }


def test_exit_status(runs: dict[str, Path]) -> None:
    compare = lambda *words: kotae("eval", "compare", *words)  # noqa: E731
    assert compare(runs["few"], runs["all"]).exit_code == 0
    worse = compare(runs["all"], runs["few"], "--max-drop", "3")
    assert (worse.exit_code, worse.stdout.count("broken ")) == (1, 21)
    undecided = compare(runs["few"], runs["four"])
    assert undecided.exit_code == 0
    assert "Undecided: 3 → 4 of 24" in undecided.stdout
    assert compare(runs["few"], runs["four"], "--strict").exit_code == 3
    assert compare(runs["all"], runs["few"], "--max-drop", "100").exit_code == 0
    assert compare(runs["all"], runs["few"], "--max-drop", "-1").exit_code == 2
    assert compare(runs["all"]).exit_code == 2


def test_files_and_json(runs: dict[str, Path], tmp_path: Path) -> None:
    junit, page = tmp_path / "gate.xml", tmp_path / "gate.md"
    result = kotae("eval", "compare", runs["all"], runs["few"], "--junit", junit, "--markdown", page, "--json")
    assert result.exit_code == 1
    gate = json.loads(result.stdout)
    assert gate["change"] == "worse"
    assert gate["comparison"]["broken"] == len(gate["flips"]) == 21
    assert "<failure" in junit.read_text(encoding="utf-8")
    assert "#### Broken: 21" in page.read_text(encoding="utf-8")


def test_report_on_nothing_but_failures_is_not_a_success(runs: dict[str, Path], tmp_path: Path) -> None:
    answers = {(row[0], "ja", Condition.RAG): FAILED for row in ROWS}
    failed = make_run(
        tmp_path / "failed", tmp_path / "set.csv", answers, languages=("ja",), conditions=(Condition.RAG,)
    )
    result = kotae("eval", "report", failed, "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert "All 24 answers failed" in result.stderr
    assert (tmp_path / "report").is_dir()
    assert kotae("eval", "report", runs["few"], "--out", tmp_path / "other").exit_code == 0


@pytest.mark.usefixtures("hash_encoder")
@pytest.mark.parametrize(("right", "status"), [(4, 1), (23, 0), (12, 3)])
def test_the_workflow_of_the_page(right: int, status: int, tmp_path: Path, script, monkeypatch) -> None:
    """The main branch answers 12 of 24 with the documents; the candidate fewer, more, or as many."""
    text = (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    steps = yaml.safe_load(text)["jobs"]["answers"]["steps"]
    lines = [line for step in steps for line in step.get("run", "").splitlines() if line.startswith("kotae ")]
    ingest, run, compare = (shlex.split(line)[1:] for line in lines)
    monkeypatch.chdir(tmp_path)
    write_corpus(Path("corpus"))
    book = openpyxl.Workbook()
    for row in [("NO", "instruction(jp)", "response(jp)", "type"), *((row[0], row[1], row[2], row[5]) for row in ROWS)]:
        book.active.append(row)
    book.save("verify.xlsx")
    assert kotae(*ingest).exit_code == 0
    for known in (12, right):
        script.replies.clear()
        script.replies.update({row[1]: row[2] for row in ROWS[:known]})
        shutil.rmtree("runs/candidate", ignore_errors=True)
        assert kotae(*run).exit_code == 0
        if not Path("runs/main").exists():
            shutil.copytree("runs/candidate", "runs/main")
    result = kotae(*compare)
    assert result.exit_code == status, result.output
    page, junit = (Path(name).read_text(encoding="utf-8") for name in ("gate.md", "gate.xml"))
    assert ("<failure" in junit) is bool(status)
    assert ("would accept it" in page) is (status == 3)
