"""Arms by `--vary` and by an experiment file: one model, several settings, compared with the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from eval.report.build import build_report
from eval.runs.run import load_run
from eval.runs.run_folders import find_baseline, run_folders
from tests.commands import kotae, refused
from tests.eval.scripted import (
    ROWS,
    lines,
    write_set,
)

REPLIES_JA = ROWS[0][1]


def test_options_are_varied_and_compared_with_the_first(verify: Path, index: Path, out: Path, script) -> None:
    """Without retrieval nothing depends on top_k, so that it is asked once; the prompts of one passage are reused."""
    command = ("eval", "run", verify, "--out", out, "--index", index, "--model", "scripted", "--language", "ja")
    result = kotae(*command, "--vary", "top_k=1,2", "--vary", "max-tokens=8,16")
    assert result.exit_code == 0, result.output
    names = [f"top_k={k},max_tokens={tokens}" for k in (1, 2) for tokens in (8, 16)]
    assert [run.name for run in run_folders(out)] == names
    runs = {name: load_run(out / name) for name in names}
    assert [run.identity.top_k for run in runs.values()] == [1, 1, 2, 2]
    assert [run.identity.decoding["max_new_tokens"] for run in runs.values()] == [8, 16, 8, 16]
    conditions = [[str(condition) for condition in run.scope.conditions] for run in runs.values()]
    assert conditions == [["no_rag", "rag"], ["no_rag", "rag"], ["rag"], ["rag"]]
    report = build_report([out / name for name in names], baseline=out / names[0])
    assert [(cell.old, cell.new, cell.condition) for cell in report.overall_comparisons] == [
        (names[0], names[1], "no_rag"), *((names[0], name, "rag") for name in names[1:])
    ]  # fmt: skip
    assert "Undecided whether top_k=2,max_tokens=8 or top_k=1,max_tokens=8 is better with retrieval" in result.stdout

    asked = len(script.prompts)
    assert kotae(*command, "--vary", "top_k=1,2", "--vary", "max_tokens=8,16").exit_code == 0
    assert len(script.prompts) == asked
    assert kotae(*command, "--vary", "top_k=1,2,3", "--vary", "max_tokens=8,16", "--all-pairs").exit_code == 0
    three = [line for line in lines(out / "top_k=3,max_tokens=8") if line["answer"]]
    assert len(three) == 5
    everything = json.loads(kotae("eval", "report", out, "--out", out, "--all-pairs", "--json").stdout)
    pairs = {(cell["old"], cell["new"]) for cell in everything["run_comparisons"]}
    assert len(pairs) == 6 * 5 // 2


EXPERIMENT = """
set = "set.csv"
baseline = "plain"

[arms.plain]
retrieval = "none"

[arms.k1]
top_k = 1
prompt = "mine.md"

[arms.gold]
retrieval = ["oracle", "withheld"]
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """An experiment file in a folder of its own, with its set and a prompt beside it."""
    folder = tmp_path / "made"
    folder.mkdir()
    gold = {"1": "ja/東京.md", "2": "ja/許斐剛.md"}
    write_set(folder / "set.csv", [(*row[:8], gold.get(row[0], ""), *row[9:]) for row in ROWS])
    (folder / "mine.md").write_text("{passages}\n\nQ: {question}\n", encoding="utf-8")
    (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    return folder / "experiment.toml"


def test_an_experiment_file_names_arms_and_baseline(experiment: Path, index: Path, out: Path, script) -> None:
    command = ("eval", "run", experiment, "--out", out, "--index", index, "--model", "scripted", "--language", "ja")
    script.with_passages = {REPLIES_JA: "京都"}
    result = kotae(*command)
    assert result.exit_code == 0, result.output
    assert (out / "experiment.toml").read_bytes() == experiment.read_bytes()
    assert [run.name for run in run_folders(out)] == ["plain", "k1", "gold"]
    assert load_run(out / "k1").identity.prompt == "mine.md"
    assert "Undecided whether k1 or plain is better: 5 → 4 of 5" in result.stdout
    assert "k1 と plain の優劣は判定できません" in result.stdout
    assert any("Q: " in prompt for prompt in script.prompts)
    report = build_report(list(run_folders(out)), baseline=out / "plain")
    assert {(cell.old_condition, cell.condition) for cell in report.run_comparisons} == {("no_rag", "rag")}
    book = openpyxl.load_workbook(out / "report.xlsx")
    header = [cell.value for cell in next(book["summary"].rows)]
    assert "seconds of retrieval" in header


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[arms.k1]", "[arms.k1"), ("not TOML", "experiment.toml")),
        (('set = "set.csv"', ""), ("not an experiment file", "`set`")),
        (("top_k = 1", "topk = 1"), ("arm k1", "'topk'", "top_k, reranker")),
        (("top_k = 1", "top_k = 0"), ("arm k1", "0 is not in the range")),
        (('"none"', '"nothing"'), ("arm plain", "'nothing'", "withheld")),
        (('baseline = "plain"', 'baseline = "k9"'), ("no arm 'k9'", "plain, k1, gold")),
        (("[arms.k1]", '[arms."a/b"]'), ("'a/b'", "name of a folder")),
        (('prompt = "mine.md"', 'prompt = "other.md"'), ("other.md",)),
        (('baseline = "plain"', 'base = "plain"'), ("not an experiment file",)),
    ],
)
def test_a_faulty_experiment_is_refused_before_anything_is_asked(
    experiment: Path, index: Path, out: Path, script, change: tuple[str, str], words: tuple[str, ...]
) -> None:
    experiment.write_text(EXPERIMENT.replace(*change), encoding="utf-8")
    result = kotae("eval", "run", experiment, "--out", out, "--index", index, "--model", "scripted")
    assert result.exit_code == 1
    for word in words:
        assert word in result.stderr
    assert script.prompts == []
    assert not (out / "plain").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--vary", "top_k=1,2"), ("--model", "other"), ("--conditions", "no_rag")]
)
def test_what_the_arms_of_a_file_say_is_not_said_again(experiment: Path, out: Path, script, option, value) -> None:
    command = ("eval", "run", experiment, "--out", out, "--model", "scripted")
    refused(kotae(*command, option, value), "experiment file cannot be combined", option)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--vary", "topk=1,2"), ("--vary topk=1,2", "KEY=VALUE", "top_k")),
        (("--vary", "top_k="), ("--vary top_k=",)),
        (("--vary", "top_k=1", "--vary", "top_k=2"), ("each key once",)),
        (("--vary", "top_k=1,2", "--conditions", "no_rag"), ("top_k=2 changes nothing without retrieval",)),
        (("--vary", "top_k=1,1"), ("Two arms are called 'top_k=1'",)),
        (("--vary", "top_k=1,2", "--baseline", "top_k=3"), ("no arm 'top_k=3'", "top_k=1, top_k=2")),
    ],
)
def test_what_cannot_be_varied_is_refused(verify: Path, out: Path, script, options: tuple[str, ...], words) -> None:
    refused(kotae("eval", "run", verify, "--out", out, "--model", "scripted", *options), *words)


def test_a_value_is_checked_as_its_option_is(verify: Path, out: Path, script) -> None:
    result = kotae("eval", "run", verify, "--out", out, "--model", "scripted", "--vary", "top_k=1,many")
    assert result.exit_code == 2
    assert "'--top-k': 'many' is not a valid integer" in result.stderr


def test_an_experiment_takes_an_arm_later(verify: Path, index: Path, out: Path, script) -> None:
    command = ("eval", "run", verify, "--out", out, "--index", index, "--model", "scripted", "--language", "ja")
    for value, names in (("2", ["top_k=2"]), ("1", ["top_k=2", "top_k=1"])):
        assert kotae(*command, "--conditions", "rag", "--vary", f"top_k={value}").exit_code == 0
        assert [run.name for run in run_folders(out)] == names
    (compared,) = build_report(list(run_folders(out)), baseline=find_baseline((out,))).overall_comparisons
    assert (compared.old, compared.new) == ("top_k=2", "top_k=1")
