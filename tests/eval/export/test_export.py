"""Every answer is exported once with its verdict; the formats agree with the report and with one another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.export.export import export_run
from eval.report.build import build_report
from rag.errors import SettingsError
from tests.commands import kotae, refused
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import BOTH, write_set


@pytest.fixture
def run(tmp_path: Path) -> Path:
    said = {("1", language, condition): "東京" for language in ("ja", "en") for condition in BOTH}
    said |= {("2", "ja", Condition.NO_RAG): FAILED, ("2", "ja", Condition.RAG): "=許斐剛\u2028です\ud800"}
    said |= {("3", "en", condition): "percussion" for condition in BOTH}
    return make_run(tmp_path / "run", write_set(tmp_path / "set.csv"), said)


def test_one_object_an_answer(run: Path, tmp_path: Path) -> None:
    (path,) = export_run(run, "jsonl", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n")[:-1]]
    report = build_report((run,)).runs[0]
    answered = [answer for answer in report.answers if answer.recorded is not None]
    assert [(line["number"], line["language"], line["condition"], line["correct"]) for line in lines] == [
        (answer.item.number, answer.language, str(answer.condition), answer.verdict.correct) for answer in answered
    ]
    failed = next(line for line in lines if line["failure"])
    assert (failed["answer"], failed["correct"], failed["outcome"]) == (None, False, "empty")
    assert failed["failure"] == "down"
    with_passage = next(line for line in lines if line["condition"] == "rag" and line["answer"])
    assert with_passage["passages"][0]["source"] == "ja/t.md"


def test_logs_of_inspect_agree_with_the_lines(run: Path, tmp_path: Path) -> None:
    (path,) = export_run(run, "jsonl", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n")[:-1]]
    logs = [json.loads(Path(log).read_text(encoding="utf-8")) for log in export_run(run, "inspect", tmp_path / "logs")]
    assert [log["eval"]["task_args"]["condition"] for log in logs] == ["no_rag", "rag"]
    assert {log["status"] for log in logs} == {"cancelled"}
    for log in logs:
        condition = log["eval"]["task_args"]["condition"]
        samples = {sample["id"]: sample for sample in log["samples"]}
        own = {f"{line['number']}-{line['language']}": line for line in lines if line["condition"] == condition}
        assert samples.keys() == own.keys()
        for name, sample in samples.items():
            assert sample["scores"]["kotae"]["value"] == ("C" if own[name]["correct"] else "I")
            assert sample["output"]["completion"] == (own[name]["answer"] or "")
        accuracy = log["results"]["scores"][0]["metrics"]["accuracy"]["value"]
        assert accuracy == sum(line["correct"] for line in own.values()) / len(own)


def test_repeats_are_epochs(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", write_set(tmp_path / "set.csv"), {("1", "ja", Condition.RAG): "東京"})
    description = json.loads((run / "run.json").read_text(encoding="utf-8"))
    description["scope"]["repeats"] = 2
    (run / "run.json").write_text(json.dumps(description), encoding="utf-8")
    logs = [json.loads(Path(log).read_text(encoding="utf-8")) for log in export_run(run, "inspect", tmp_path / "logs")]
    assert {log["eval"]["config"]["epochs"] for log in logs} == {2}
    assert [sample["epoch"] for sample in logs[1]["samples"]] == [1]


def test_the_same_run_gives_the_same_files(run: Path, tmp_path: Path) -> None:
    first, second = (export_run(run, "inspect", tmp_path / name) for name in ("a", "b"))
    assert [Path(path).name for path in first] == [Path(path).name for path in second]
    assert [Path(path).read_bytes() for path in first] == [Path(path).read_bytes() for path in second]


def test_where_it_cannot_be_written(run: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="one file"):
        export_run(run, "jsonl", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="need a folder"):
        export_run(run, "inspect", tmp_path / "file")
    with pytest.raises(SettingsError, match="not to a URL"):
        export_run(run, "jsonl", "http://127.0.0.1:9/")


def test_the_command(run: Path, tmp_path: Path) -> None:
    result = kotae("eval", "export", run, "--to", "inspect", "--out", tmp_path / "logs")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 2
    refused(
        kotae("eval", "export", tmp_path, "--to", "jsonl", "--out", tmp_path / "x.jsonl"), "contains several runs: run"
    )
    assert kotae("eval", "export", run, "--to", "wandb", "--out", tmp_path / "x").exit_code == 2
