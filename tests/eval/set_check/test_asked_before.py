"""What stored runs tell about questions; a run of another set tells nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.runs.run import load_run
from eval.set_check.asked_before import find_uninformative
from rag.errors import RunError
from tests.eval.made_runs import make_run
from tests.eval.scripted import BOTH, ROWS, write_set


def test_nobody_and_everybody(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv")
    said = {("1", "ja", condition): "東京" for condition in BOTH}
    said |= {("2", "ja", condition): "知りません" for condition in (*BOTH, Condition.ORACLE)}
    said |= {("5", "ja", Condition.NO_RAG): "CO2", ("5", "ja", Condition.RAG): "H2O"}
    said |= {("1", "en", Condition.NO_RAG): "Osaka"}
    run = load_run(make_run(tmp_path / "run", verify, said, conditions=tuple(Condition)))
    found = {(entry.numbers, entry.language): entry for entry in find_uninformative(load_dataset(verify).items, [run])}
    assert {key: entry.fault.value for key, entry in found.items()} == {
        (("1",), "ja"): "always right",
        (("2",), "ja"): "never right",
    }
    assert "gold passage" in found[("2",), "ja"].english


def test_a_run_of_another_set(tmp_path: Path) -> None:
    verify = write_set(tmp_path / "set.csv")
    run = load_run(make_run(tmp_path / "run", verify, {("1", "ja", Condition.RAG): "東京"}))
    other = write_set(tmp_path / "other.csv", [(*ROWS[0][:1], "韓国の首都は？", *ROWS[0][2:])])
    with pytest.raises(RunError, match="no answer to a question of the set"):
        list(find_uninformative(load_dataset(other).items, [run]))
