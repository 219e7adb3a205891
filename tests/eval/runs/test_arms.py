"""The arms of an experiment: a run folder each, one model loaded at a time; one that fails does not stop the others."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from eval.report.build import build_report
from eval.report.html import html_page
from eval.report.same_passages import other_passages
from eval.runs.run import load_run
from eval.runs.run_folders import find_baseline, run_folders
from rag.errors import ModelUnavailable
from rag.models import registry
from rag.models.engine import EngineOptions
from tests.commands import kotae, refused
from tests.eval.page_tree import parse
from tests.eval.read_back import terminal
from tests.eval.scripted import REPLIES, ROWS, ScriptedEngine, lines, records, write_set

REPLIES_JA = ROWS[0][1]


class Shelf:
    """Models of the kind fake:<name>, which are told apart by name, and what became of them."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, ScriptedEngine]] = []
        self.broken: set[str] = set()
        self.replies: dict[str, dict[str, str]] = {}

    def open(self, name: str, options: EngineOptions) -> ScriptedEngine:
        assert all(engine.closed for _, engine in self.opened), "two models in memory"
        if name in self.broken:
            raise ModelUnavailable(f"{name} is damaged", where="shelf", do="Buy another.")
        engine = ScriptedEngine({**REPLIES, **self.replies.get(name, {})}, {}, options.context)
        engine.identity = f"{name}@1"
        self.opened.append((name, engine))
        return engine

    def asked(self, name: str) -> int:
        return sum(len(engine.prompts) for opened, engine in self.opened if opened == name)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    kind = registry.ModelKind("fake:<name>", "none", "nothing", "rag", "", shelf.open)
    monkeypatch.setitem(registry.KINDS, "fake", kind)
    return shelf


@pytest.fixture
def arguments(verify: Path, index: Path, out: Path) -> list[str | Path]:
    models = ("--model", "fake:模型", "--model", "fake:b/Second")
    return ["eval", "run", verify, "--out", out, "--index", index, "--language", "ja", "--limit", "3", *models]


def test_each_model_gets_a_run_and_one_report_has_them_all(shelf: Shelf, arguments, out: Path) -> None:
    result = kotae(*arguments)
    assert result.exit_code == 0, result.output
    assert [name for name, _ in shelf.opened] == ["模型", "b/Second"]
    assert all(engine.closed for _, engine in shelf.opened)
    assert "Side by side" in result.stdout
    assert "fake-模型" in result.stdout
    assert "fake-Second" in result.stdout
    assert (out / "report.xlsx").is_file()
    first, second = out / "fake-模型", out / "fake-Second"
    assert load_run(first).identity.model == "fake:模型"
    assert load_run(second).identity.model == "fake:b/Second"
    hits = [{(one["number"], one["condition"]): one["answer"]["hits"] for one in lines(run)} for run in (first, second)]
    assert hits[0] == hits[1]
    assert any(hits[0].values())
    assert other_passages(build_report([first, second]).runs) == ()

    alone = out / "alone"
    assert kotae(*arguments[:4], alone, *arguments[5:-2]).exit_code == 0
    assert records(alone) == records(first)


def test_fewer_passages_in_a_smaller_context_are_told(shelf: Shelf, verify, index, tmp_path: Path) -> None:
    """A token is a character here: the narrow context is one too few for the longest prompt and its answer."""

    def run(name: str, context: int) -> Path:
        arguments = ("--model", f"fake:{name}", "--context", context, "--language", "ja", "--max-tokens", 8)
        result = kotae("eval", "run", verify, "--out", tmp_path / name, "--index", index, *map(str, arguments))
        assert result.exit_code == 0, result.output
        shelf.opened[-1][1].close()
        return tmp_path / name

    wide = run("wide", 4096)
    longest = max(len(prompt) for _, engine in shelf.opened for prompt in engine.prompts)
    runs = [wide, run("narrow", longest + 7)]
    report = build_report(runs)
    (one,) = other_passages(report.runs)
    assert (one.asked, one.cut) == (5, one.other)
    assert one.other > 0
    said = f"narrow and wide got different passages for {one.other} of 5 questions with retrieval, {one.cut} of them"
    assert said in terminal(report)
    assert f"5 問中 {one.other} 問で異なる文書" in parse(html_page(report)).text


def test_one_that_cannot_be_loaded_is_named_and_the_others_are_run(shelf: Shelf, arguments, out: Path) -> None:
    shelf.broken.add("模型")
    result = kotae(*arguments)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "kotae: fake-模型: 模型 is damaged (shelf). Buy another."
    assert "fake-Second" in result.stdout
    assert not (out / "fake-模型").exists()
    shelf.broken.clear()
    again = kotae(*arguments)
    assert again.exit_code == 0
    assert (shelf.asked("模型"), shelf.asked("b/Second")) == (6, 6)


def test_one_that_cannot_even_be_opened_keeps_no_other_from_it(shelf: Shelf, arguments, out: Path) -> None:
    """A model on a server, without the server's URL, after one that has taken its time."""
    result = kotae(*arguments, "--model", "openai:b")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("kotae: openai-b: openai:b needs the URL of its server")
    assert "fake-模型" in result.stdout
    assert "fake-Second" in result.stdout


def test_where_none_can_be_loaded_there_is_no_report(shelf: Shelf, arguments, out: Path) -> None:
    shelf.broken |= {"模型", "b/Second"}
    result = kotae(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["fake-模型", "fake-Second"]
    assert not (out / "report.html").exists()


def test_a_folder_with_a_run_of_its_own_is_refused(shelf: Shelf, arguments, out: Path) -> None:
    assert kotae(*arguments[:-2]).exit_code == 0
    refused(kotae(*arguments), "single run", str(out))


def test_a_run_of_one_model_is_not_put_among_those_of_several(shelf: Shelf, arguments, out: Path) -> None:
    assert kotae(*arguments).exit_code == 0
    refused(kotae(*arguments[:-2]), "contains the runs of several models", f"such as {out / 'fake-模型'}.")
    assert not (out / "run.json").exists()
    alone = kotae(*arguments[:4], out / "fake-模型", *arguments[5:-2])
    assert alone.exit_code == 0, alone.output
    assert shelf.asked("模型") == 6  # it goes on where it is, and nothing is left to ask


def test_answers_are_taken_over_from_a_folder_of_runs(shelf: Shelf, arguments, tmp_path: Path, out: Path) -> None:
    assert kotae(*arguments).exit_code == 0
    again = kotae(*arguments[:4], tmp_path / "again", *arguments[5:], "--reuse", out)
    assert again.exit_code == 0, again.output
    assert (shelf.asked("模型"), shelf.asked("b/Second")) == (6, 6)
    refused(kotae(*arguments, "--reuse", tmp_path / "nowhere"), "no run", "nowhere")


def test_models_by_the_environment_stand_one_a_line(shelf: Shelf, arguments, out: Path) -> None:
    result = kotae(*arguments[:-4], env={"KOTAE_MODEL": "fake:my model\nfake:模型\n"})
    assert result.exit_code == 0, result.output
    assert [name for name, _ in shelf.opened] == ["my model", "模型"]
    assert run_folders(out) == (out / "fake-my-model", out / "fake-模型")


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
