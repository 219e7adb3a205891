"""The arms of an experiment: a run folder each, one model loaded at a time; one that fails does not stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.html import html_page
from eval.report.same_passages import other_passages
from eval.runs.arms import Arm, evaluate_arms
from eval.runs.evaluate import QuestionSelection
from eval.runs.run import load_run
from eval.runs.run_folders import run_folders
from rag.errors import ModelUnavailable
from rag.models import registry
from rag.models.engine import EngineOptions
from rag.models.local import LocalChatModel
from tests.commands import kotae, refused
from tests.eval.page_tree import parse
from tests.eval.read_back import terminal
from tests.eval.scripted import (
    REPLIES,
    OnePassage,
    ScriptedChat,
    ScriptedEngine,
    lines,
    records,
)


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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model", "openai:b"), ("openai-b: openai:b needs the URL of its server",)),
        (("--model", "fake"), ("fake: Unknown kind of model 'fake'",)),
        (("--vary", "kernel=auto,torch"), ("kernel=torch: --kernel", "do not apply to fake:<name>")),
        (
            ("--vary", "prompt=default,mine.ja.md", "--language", "both"),
            ("prompt=mine.ja.md", "no text for questions in English"),
        ),
        (("--conditions", "no_rag,oracle"), ("The index does not contain the evidence ja/t.md",)),
    ],
)
def test_settings_that_cannot_be_used_end_it_before_the_first_question(
    shelf: Shelf, arguments, out: Path, monkeypatch, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """However long the arm before would have taken."""
    monkeypatch.chdir(out.parent)
    Path("mine.ja.md").write_text("{passages}\n\n質問：{question}\n", encoding="utf-8")
    refused(kotae(*arguments, *options), *words)
    assert shelf.opened == []
    assert not out.exists()


@pytest.mark.usefixtures("encoder")
def test_a_model_that_was_opened_elsewhere_is_loaded_in_its_turn(shelf: Shelf, verify: Path, out: Path) -> None:
    shelf.broken.add("b")
    own = ScriptedChat()
    arms = [Arm("a", own, OnePassage()), Arm("b", LocalChatModel(model="fake:b"), OnePassage())]
    first, second = evaluate_arms(verify, out, QuestionSelection(("ja",), (Condition.RAG,)), arms)
    assert (first.error, second.error is None) == (None, False)
    assert len(own.prompts) == 5


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
