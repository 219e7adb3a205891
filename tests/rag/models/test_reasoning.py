"""Reasoning is not part of an answer, whole or streamed; reasoning that uses up all tokens is named."""

from __future__ import annotations

import pytest

from rag.errors import ModelFailed
from rag.generation.chain import build_chain
from rag.models.reasoning import AnswerStream, without_reasoning
from tests.fakes import ScriptedChatModel
from tests.rows import each_row

QUESTION = "日本の首都はどこですか？"
THOUGHTS = {
    "<think>\nOsaka? No, Tokyo.\n</think>\n\n東京": "東京",
    "\n<think></think>東京": "東京",
    "<think>a</think>\n<think>b</think>\n東京": "東京",
    "[THINK]大阪かな[/THINK]東京": "東京",
    "大阪かな。いや。\n</think>\n\n東京": "東京",
    "Osaka?</think>\nTokyo": "Tokyo",
    "<think>\n大阪かな": "",
    "<think>大阪</think>\n": "",
    "東京": "東京",
    "  Tokyo\n": "  Tokyo\n",
    "<thinker> は道具です": "<thinker> は道具です",
    "The end tag is </think> there.": "The end tag is </think> there.",
    "<th": "<th",
    "": "",
}


@pytest.mark.parametrize("text", list(THOUGHTS))
def test_without_reasoning(text: str) -> None:
    assert without_reasoning(text) == THOUGHTS[text]


@each_row("size", [1, 2, 7, 100])
@each_row("text", [text for text in THOUGHTS if not text.startswith(("大阪", "Osaka"))])
def test_a_stream_shows_the_answer_alone(text: str, size: int) -> None:
    stream = AnswerStream()
    pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join([*pieces, stream.finish()]) == THOUGHTS[text]


def test_a_stream_continues_after_reasoning_of_which_only_the_end_is_marked() -> None:
    stream = AnswerStream()
    assert [stream.feed(piece) for piece in ("大阪かな", "</think>", "\n\n", "東", "京")][-2:] == ["東", "京"]


def test_the_language_of_an_answer_is_not_that_of_its_reasoning() -> None:
    model = ScriptedChatModel(replies=["<think>\nThe capital of Japan is 東京\n</think>\n\nTokyo", "東京"])
    answer = build_chain(model).invoke(QUESTION)
    assert [one.text for one in answer.attempts] == ["Tokyo", "東京"]
    assert answer.attempts[0].language_ok is False


@pytest.mark.parametrize("way", ["whole", "streamed"])
def test_a_limit_used_up_by_reasoning_is_named(way: str) -> None:
    chain = build_chain(ScriptedChatModel(replies=["<think>" + "大阪かな。" * 20], max_tokens=50))
    with pytest.raises(ModelFailed, match=r"used all 50 tokens before it began to answer\. .*--max-tokens"):
        chain.invoke(QUESTION) if way == "whole" else list(chain.stream(QUESTION))


def test_an_answer_that_is_cut_off_behind_the_thinking_is_one() -> None:
    answer = build_chain(ScriptedChatModel(replies=["<think></think>東京" + "都" * 50], max_tokens=20)).invoke(QUESTION)
    assert answer.text.startswith("東京")
    assert answer.cut_off


def test_an_empty_answer_is_one() -> None:
    assert build_chain(ScriptedChatModel(replies=["<think>?</think>"])).invoke(QUESTION).text == ""
