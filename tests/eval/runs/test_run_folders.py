"""Folders of runs: the names of those of models, and the runs that a folder holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.runs.run_folders import folder_names
from rag.errors import SettingsError
from tests.commands import kotae, refused
from tests.eval.made_runs import make_run


def test_report_takes_the_folder_that_holds_the_runs(verify: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for name in ("b", "あ"):
        make_run(runs / name, verify, {("1", "ja", Condition.NO_RAG): "東京"}, languages=("ja",), model=name)
    within, named = (
        kotae("eval", "report", *folders, "--out", tmp_path / "report", "--json")
        for folders in ([runs], [runs / "b", runs / "あ"])
    )
    assert within.exit_code == 0, within.output
    assert within.stdout == named.stdout
    assert [run["name"] for run in json.loads(within.stdout)["runs"]] == ["b", "あ"]
    refused(kotae("eval", "report", tmp_path / "nothing", "--out", tmp_path / "report"), "no run", "nothing")
    refused(kotae("eval", "compare", runs, runs / "b"), "contains several runs: b, あ", f"such as {runs / 'b'}")


def test_a_run_that_is_named_twice_is_compared_once(verify: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for name in ("a", "b"):
        make_run(runs / name, verify, {("1", "ja", Condition.NO_RAG): "東京"}, languages=("ja",), model=name)
    once, twice = (
        kotae("eval", "report", *folders, "--out", tmp_path / "report", "--json")
        for folders in ([runs], [runs, runs / "b", runs / ".." / "runs" / "a"])
    )
    assert twice.exit_code == 0, twice.output
    assert twice.stdout == once.stdout


@pytest.mark.parametrize(
    ("uris", "names"),
    [
        (["bundled", "gguf:/a/模型 7B.gguf"], ["bundled", "gguf-模型-7B.gguf"]),
        (["gptq:owner/name@main", "openai:qwen2.5:7b"], ["gptq-name@main", "openai-qwen2.5-7b"]),
        (["gguf:..", "gptq:C:\\m\\x\\"], ["gguf", "gptq-x"]),
        (["gguf:か\u3099.gguf"], ["gguf-が.gguf"]),
    ],
)
def test_names_of_folders(uris: list[str], names: list[str]) -> None:
    assert list(folder_names(uris)) == names


def test_names_of_folders_differ(tmp_path: Path) -> None:
    uris = ["gguf:/a/m.gguf", "gguf:/b/M.gguf", "gguf:/c/other.gguf", f"gguf:{'長' * 300}", f"gguf:{'長' * 301}"]
    names = folder_names(uris)
    assert len({name.casefold() for name in names}) == 5
    assert names[2] == "gguf-other.gguf"
    for name in names:
        (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match="bundled is given twice"):
        folder_names(["bundled", "gguf:x", "bundled"])
