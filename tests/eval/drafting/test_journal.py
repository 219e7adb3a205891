"""What the model replied is kept: an interrupted drafting asks for nothing twice, and a damaged line is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.prompt_values import ChatPromptValue

from eval.drafting.journal import ReplyJournal
from rag.errors import ModelFailed, ModelServerUnreachable, RunError
from tests.fakes import ScriptedChatModel


def prompts(*texts: str) -> list[ChatPromptValue]:
    return [ChatPromptValue(messages=[HumanMessage(text)]) for text in texts]


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    model = ScriptedChatModel(replies=["1", "2", "3"])
    assert ReplyJournal(model, tmp_path).ask(prompts("a", "b", "a")) == ["1", "2", "1"]
    journal = ReplyJournal(model, tmp_path)
    assert journal.ask(prompts("b", "c")) == ["2", "3"]
    assert journal.ask(prompts("c")) == ["3"]
    assert len(model.calls) == 3


def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    ReplyJournal(ScriptedChatModel(replies=["1"]), tmp_path).ask(prompts("a"))
    other = ScriptedChatModel(replies=["2"], context_window=2048)
    assert ReplyJournal(other, tmp_path).ask(prompts("a")) == ["2"]


def test_without_a_folder_replies_stay_in_memory() -> None:
    journal = ReplyJournal(ScriptedChatModel(replies=["1"]))
    assert [journal.ask(prompts("a")), journal.ask(prompts("a"))] == [["1"], ["1"]]


def test_a_failure_is_a_reply_and_a_model_that_is_gone_is_none(tmp_path: Path) -> None:
    failing = ScriptedChatModel(replies=[ModelFailed("empty")])
    assert ReplyJournal(failing, tmp_path).ask(prompts("a")) == [None]
    gone = ScriptedChatModel(replies=[ModelServerUnreachable("nobody answers")])
    with pytest.raises(ModelServerUnreachable):
        ReplyJournal(gone, tmp_path).ask(prompts("b"))
    assert ReplyJournal(ScriptedChatModel(replies=["2"]), tmp_path).ask(prompts("a", "b")) == [None, "2"]


def test_a_line_that_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    ReplyJournal(ScriptedChatModel(replies=["1", "2"]), tmp_path).ask(prompts("a", "b"))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    again = ScriptedChatModel(replies=["3"])
    assert ReplyJournal(again, tmp_path).ask(prompts("a", "b")) == ["1", "3"]
    assert len(file.read_bytes().splitlines()) == 2


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    ReplyJournal(ScriptedChatModel(replies=["1", "2"]), tmp_path).ask(prompts("a", "b"))
    (file,) = tmp_path.iterdir()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"{" + lines[0] + lines[1])
    with pytest.raises(RunError, match=r"damaged.*line 1\).*Delete the line"):
        ReplyJournal(ScriptedChatModel(), tmp_path)
