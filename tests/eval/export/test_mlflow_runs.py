"""What MLflow reads of an exported run is what the report says, and its own comparison finds the same flips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.dataset.conditions import Condition
from eval.export.export import export_run
from eval.report.build import build_report
from rag.errors import SettingsError
from tests.commands import kotae, refused
from tests.eval.made_runs import FAILED, make_run
from tests.eval.scripted import BOTH, ROWS, write_set


@pytest.fixture(name="mlflow")
def _mlflow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """MLflow, which finds no store but what it is given."""
    for name in ("MLFLOW_DISABLE_TELEMETRY", "MLFLOW_ALLOW_FILE_STORE"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    mlflow = pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
    before = mlflow.get_tracking_uri()
    yield mlflow
    mlflow.set_tracking_uri(before)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with two fixed answers, one broken, one failure, and a letter that UTF-8 cannot hold."""
    said = {(row[0], "ja", condition): row[2] for row in ROWS for condition in BOTH}
    said |= {("1", "ja", Condition.NO_RAG): "京都\ud800", ("2", "ja", Condition.NO_RAG): FAILED}
    said |= {("5", "ja", Condition.RAG): "塩"}
    return make_run(tmp_path / "run", write_set(tmp_path / "set.csv"), said, languages=("ja",))


def verdicts(mlflow: Any, run_id: str) -> dict[str, bool]:
    """The verdict on each question, by its number, as MLflow reads it."""
    experiment = mlflow.get_run(run_id).info.experiment_id
    traces = mlflow.search_traces(locations=[experiment], run_id=run_id, return_type="list")
    return {
        trace.data.spans[0].inputs["number"]: {each.name: each.value for each in trace.info.assessments}["correct"]
        for trace in traces
    }


def test_every_answer_is_a_trace_with_its_verdict(run: Path, tmp_path: Path, mlflow: Any) -> None:
    result = kotae("eval", "export", run, "--to", "mlflow", "--out", tmp_path / "store")
    assert result.exit_code == 0, result.output
    ids = result.stdout.split()
    report = build_report((run,)).runs[0]
    for run_id, condition in zip(ids, BOTH, strict=True):
        own = [answer for answer in report.answers if answer.condition is condition]
        assert verdicts(mlflow, run_id) == {answer.item.number: answer.verdict.correct for answer in own}
        logged = mlflow.get_run(run_id).data
        assert logged.params["condition"] == condition
        cell = next(cell for cell in report.cells[::-1] if cell.condition is condition)
        assert logged.metrics["correct/mean"] == cell.correct.value
        assert logged.metrics["correct/low_95"] == cell.correct.interval.low


def test_its_comparison_finds_the_same_fixed_and_broken(tmp_path: Path, mlflow: Any) -> None:
    comparison = pytest.importorskip("mlflow.genai.evaluation.comparison", reason="MLflow is older than 3.18")
    rows = [(str(n), f"質問{n}？", f"答え{n}番", "", "", "open_qa", "", "", "", "", "") for n in range(1, 25)]
    right = {Condition.NO_RAG: {*range(1, 11)}, Condition.RAG: {*range(4, 22)}}
    said = {
        (row[0], "ja", condition): row[2] if int(row[0]) in right[condition] else "分からない"
        for row in rows
        for condition in BOTH
    }
    run = make_run(tmp_path / "run", write_set(tmp_path / "set.csv", rows), said, languages=("ja",))
    ids = export_run(run, "mlflow", tmp_path / "store")
    found = comparison.compare_evaluations(candidate_run_id=ids[1], baseline_run_id=ids[0])
    deltas = [row["scores"]["correct"]["delta"] for row in found.paired_rows]
    own = build_report((run,)).runs[0].contrasts[-1].effect.comparison
    assert (deltas.count(1.0), deltas.count(-1.0)) == (own.fixed, own.broken) == (11, 3)
    assert found.scorers["correct"].p_value == pytest.approx(own.p, rel=1e-9)


def test_a_store_that_cannot_be_had_is_named(run: Path, mlflow: Any) -> None:
    with pytest.raises(SettingsError, match="MLflow cannot store this run"):
        export_run(run, "mlflow", "nonsense://nowhere")


def test_a_folder_that_cannot_be_made_is_named(run: Path, tmp_path: Path, mlflow: Any) -> None:
    (tmp_path / "file").write_text("")
    refused(
        kotae("eval", "export", run, "--to", "mlflow", "--out", tmp_path / "file" / "store"), "Cannot write", "file"
    )


def test_without_mlflow_the_install_line_is_given(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    with pytest.raises(SettingsError) as caught:
        export_run(run, "mlflow", tmp_path / "store")
    assert "mlflow-skinny" in str(caught.value)
