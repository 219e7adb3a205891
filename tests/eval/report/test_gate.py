"""Two arms are paired question by question; what cannot be compared is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from eval.dataset.conditions import Condition
from eval.report.gate import Gate, RunArm, build_gate, refuse_failures
from eval.report.gate_text import as_junit, as_markdown, gate_sentence, outlook
from eval.runs.graded import ladder_answers
from eval.runs.run import load_run
from rag.errors import RunError, SettingsError
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import write_set

ROWS = [
    (str(number), f"質問{number}？", f"答え{number}番", f"Question {number}?", f"reply {number}x", "open_qa")
    for number in range(1, 25)
]


def _run(folder: Path, rows, right: set[int], *, conditions=(Condition.RAG,), wrong: str = "分からない") -> Path:
    folder.parent.mkdir(exist_ok=True)
    verify = write_set(folder.parent / f"{folder.name}.csv", [(*row, "", "", "", "", "") for row in rows])
    answers = {
        (row[0], "ja", condition): row[2] if int(row[0]) in right else wrong for row in rows for condition in conditions
    }
    return make_run(folder, verify, answers, languages=("ja",), conditions=conditions)


def _gate(tmp_path: Path, before: set[int], after: set[int], max_drop: float = 0.0) -> Gate:
    base, new = _run(tmp_path / "base", ROWS, before), _run(tmp_path / "new", ROWS, after)
    return build_gate(RunArm(base), RunArm(new), max_drop)


ALL_24 = set(range(1, 25))


def test_worse_better_and_undecided(tmp_path: Path) -> None:
    worse = _gate(tmp_path / "1", ALL_24, {1, 2, 3})
    better = _gate(tmp_path / "2", {1, 2, 3}, ALL_24)
    undecided = _gate(tmp_path / "3", {1, 2, 3}, {2, 3, 4})
    assert [gate.change for gate in (worse, better, undecided)] == ["worse", "better", "undecided"]
    assert [gate.accepted for gate in (worse, better, undecided)] == [False, True, False]
    assert {flip.new.item.number for flip in undecided.flips} == {"1", "4"}
    assert [flip.fixed for flip in undecided.flips] == [False, True]
    assert "Worse: 24 → 3 of 24 (-87.5 points" in gate_sentence(worse)
    assert outlook(worse) == outlook(better) == ""
    assert "may be anything from" in outlook(undecided)
    assert "A tolerated drop of" in outlook(undecided)


def test_tolerance_that_the_outlook_names_accepts_the_change(tmp_path: Path) -> None:
    base, new = _run(tmp_path / "base", ROWS, ALL_24 - {1}), _run(tmp_path / "new", ROWS, ALL_24 - {2, 3})
    words = outlook(build_gate(RunArm(base), RunArm(new)))
    named = float(words.split("tolerated drop of ")[1].split()[0])
    assert build_gate(RunArm(base), RunArm(new), (named + 0.1) / 100).change == "no worse"
    assert build_gate(RunArm(base), RunArm(new), (named - 0.1) / 100).change == "undecided"


def test_two_conditions_of_one_run(tmp_path: Path) -> None:
    folder = _run(tmp_path / "run", ROWS, ALL_24, conditions=(Condition.NO_RAG, Condition.RAG))
    gate = build_gate(RunArm.parse(f"{folder}:no_rag"), RunArm.parse(f"{folder}:rag"))
    assert (gate.base, gate.new) == ("run:no_rag", "run:rag")
    assert gate.comparison.fixed == gate.comparison.broken == 0


def test_parse_keeps_colons_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a:rag").mkdir()
    assert RunArm.parse("a:rag") == RunArm(Path("a:rag"))
    assert RunArm.parse("b:rag") == RunArm(Path("b"), Condition.RAG)
    assert RunArm.parse("C:/runs/b") == RunArm(Path("C:/runs/b"))


def test_only_shared_questions_count(tmp_path: Path) -> None:
    changed = [*ROWS[:20], *((row[0], row[1] + "！", *row[2:]) for row in ROWS[20:])]
    base, new = _run(tmp_path / "base", ROWS, ALL_24), _run(tmp_path / "new", changed, ALL_24)
    gate = build_gate(RunArm(base), RunArm(new))
    assert (gate.comparison.n, gate.only_base, gate.only_new) == (20, 4, 4)
    assert "4 answers of base:rag and 4 answers of new:rag" in as_markdown(gate).replace("&#95;", "_")
    other = _run(tmp_path / "other", [("9", "別？", "別の答え", "Other?", "other", "open_qa")], {9})
    with pytest.raises(RunError, match="share no question"):
        build_gate(RunArm(base), RunArm(other))


def test_unfinished_failed_and_unclear_runs_are_refused(tmp_path: Path) -> None:
    both = (Condition.NO_RAG, Condition.ORACLE)
    unclear = _run(tmp_path / "unclear", ROWS, ALL_24, conditions=both)
    with pytest.raises(SettingsError, match=r"no_rag, oracle.*:no_rag"):
        build_gate(RunArm(unclear), RunArm(unclear))
    with pytest.raises(RunError, match="no answers under the condition rag"):
        build_gate(RunArm(unclear, Condition.RAG), RunArm(unclear, Condition.RAG))
    part = _run(tmp_path / "part", ROWS, ALL_24)
    log = part / "answers.jsonl"
    log.write_text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[:-2]), encoding="utf-8")
    with pytest.raises(RunError, match=r"2 of 24 answers are missing.*kotae eval run"):
        build_gate(RunArm(part), RunArm(part))


def test_markdown_and_xml_hold_hostile_answers(tmp_path: Path) -> None:
    hostile = "<script>|x|</script> [a](javascript:1) `b` \x1b[31m \ud800 & end"
    base = _run(tmp_path / "base", ROWS, ALL_24)
    new = _run(tmp_path / "new", ROWS, set(), wrong=hostile)
    gate = build_gate(RunArm(base), RunArm(new))
    page = as_markdown(gate)
    assert "<script>" not in page
    assert "[a](" not in page
    assert "\x1b" not in page
    row = next(line for line in page.splitlines() if "質問1？" in line)
    assert row.count(" | ") == 3
    suite = etree.fromstring(as_junit(gate).encode())
    assert suite.get("failures") == "1"
    assert "24 → 0" in str(suite.find("testcase/failure").get("message"))


def test_undecided_fails_in_junit_only_if_strict(tmp_path: Path) -> None:
    gate = _gate(tmp_path, {1, 2, 3}, {2, 3, 4})
    assert 'skipped="1"' in as_junit(gate)
    assert 'failures="1"' in as_junit(gate, strict=True)


def test_run_of_failures_alone_is_refused(tmp_path: Path) -> None:
    sound, failed = _run(tmp_path / "sound", ROWS, ALL_24), _run(tmp_path / "failed", ROWS, set(), wrong=FAILED)
    with pytest.raises(RunError, match=r"All 24 answers failed; the first: down"):
        build_gate(RunArm(sound), RunArm(failed))
    refuse_failures("run", ladder_answers(load_run(sound)))
    refuse_failures("run", [])
