"""Models on a server keep the contract of every chat model: on a scripted server, and on llama.cpp's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from rag.models.local import LocalChatModel, LocalLLM
from rag.records import Decoding
from tests.model_servers import LlamaServer, ScriptedServer
from tests.rag import conformance
from tests.rag.models.server.conftest import open_on

SEED = "<prompt>Question: What is the capital of Japan? Write answer within 15 words.</prompt>\n<answer>Answer:"


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_scripted_server(scripted: ScriptedServer, api: str) -> None:
    conformance.conforms(open_on(scripted.url, api=api))


@pytest.mark.model
def test_llama_server(llama: LlamaServer) -> None:
    conformance.conforms(open_on(llama.url, name_of(llama), concurrency=1, decoding=Decoding(max_new_tokens=4)))


def name_of(llama: LlamaServer) -> str:
    return Path(llama.model).stem


@pytest.mark.model
def test_llama_server_says_what_the_engine_in_process_says(llama: LlamaServer) -> None:
    """One slot, no cached prefix, the same template: the same greedy completion and the same counts."""
    served, embedded = open_on(llama.url, name_of(llama)), LocalChatModel(model=f"gguf:{llama.model}", max_tokens=16)
    for question in conformance.QUESTIONS[:2]:
        there, here = served.invoke(question), embedded.invoke(question)
        assert there.text == here.text
        assert there.response_metadata["finish_reason"] == here.response_metadata["finish_reason"]
        counts = ("input_tokens", "output_tokens")
        assert [there.usage_metadata[one] for one in counts] == [here.usage_metadata[one] for one in counts]
        messages = [HumanMessage(question)]
        counted = served.get_num_tokens_from_messages(messages)
        assert counted == embedded.get_num_tokens_from_messages(messages) == there.usage_metadata["input_tokens"]


@pytest.mark.model
def test_llama_server_continues_raw_text(llama: LlamaServer) -> None:
    model = open_on(llama.url, name_of(llama), prompt="h2ogpt")
    free = model.invoke(SEED)
    assert free == LocalLLM(model=f"gguf:{llama.model}", max_tokens=16).invoke(SEED)
    stop = free[len(free) // 2 :][:3]
    text = free.partition(stop)[0]
    assert model.invoke(SEED, stop=[stop]) == text
    assert "".join(model.stream(SEED, stop=[stop])) == text
    assert model.batch([SEED, SEED], stop=[stop]) == [text, text]


def test_scripted_server_continues_raw_text(scripted: ScriptedServer) -> None:
    model = open_on(scripted.url, prompt="h2ogpt", decoding=Decoding(max_new_tokens=99))
    text = model.invoke(SEED, stop=["ANSWER:"])
    assert text == "答え <ANSWER>"
    assert "".join(model.stream(SEED, stop=["ANSWER:"])) == text
    assert model.batch([SEED, "日本の首都は？"], stop=["ANSWER:"]) == [text, "答え 日本の首都は？"]
    assert {body["prompt"] for body in scripted.bodies("/v1/completions")} == {SEED, "日本の首都は？"}


async def test_asynchronously_too(scripted: ScriptedServer) -> None:
    for model in (open_on(scripted.url), open_on(scripted.url, api="completions")):
        said = await model.ainvoke("日本の首都は？")
        assert "首都" in said.text
        assert "".join([piece.text async for piece in model.astream("日本の首都は？")]) == said.text
