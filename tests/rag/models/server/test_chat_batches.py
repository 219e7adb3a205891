"""Many prompts to a server: a bounded number at once, in order, each failing for itself; and what is sent."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest

from rag.errors import ModelServerUnreachable, PromptTooLong
from rag.generation.chain import build_chain
from rag.models.server.address import ModelServer
from rag.models.server.token_estimate import tokens_of_text
from rag.records import Decoding
from tests.model_servers import KEY, MODEL, ScriptedServer, scripted_server, status
from tests.rag.models.server.conftest import open_on
from tests.samples import ENGLISH, JAPANESE

MANY = [f"質問{number}は何ですか" for number in range(12)]
KINDS = pytest.mark.parametrize(
    "settings", [{}, {"api": "completions"}, {"prompt": "h2ogpt"}], ids=["chat", "completions", "raw text"]
)


def said(model: Any, prompts: list[str]) -> list[str]:
    return [one if isinstance(one, str) else one.text for one in model.batch(prompts)]


@KINDS
@pytest.mark.parametrize("most", [1, 3])
def test_a_bounded_number_at_once_and_in_order(scripted: ScriptedServer, settings: dict[str, Any], most: int) -> None:
    scripted.together = threading.Barrier(most)
    model = open_on(scripted.url, concurrency=most, decoding=Decoding(max_new_tokens=99), **settings)
    answers = said(model, MANY)
    assert all(question in answer for question, answer in zip(MANY, answers, strict=True))
    assert scripted.most_at_once == most
    assert len(scripted.requests) == len(MANY)


def test_a_config_may_bound_it_further(scripted: ScriptedServer) -> None:
    scripted.together = threading.Barrier(2)
    open_on(scripted.url, concurrency=4).batch(MANY, {"max_concurrency": 2})
    assert scripted.most_at_once == 2


@pytest.mark.parametrize("prompt", ["default", "h2ogpt"])
def test_what_fails_fails_alone_and_nothing_is_asked_twice(scripted: ScriptedServer, prompt: str) -> None:
    def one_in_four(handler: Any) -> None:
        bad = "質問2" in json.dumps(handler.body, ensure_ascii=False)
        (status(400, {"error": {"message": "maximum context length"}}) if bad else type(handler).answer)(handler)

    scripted.always = one_in_four
    chain = build_chain(open_on(scripted.url, prompt=prompt, concurrency=3), None, prompt)
    answers = chain.batch(list(MANY[:8]), return_exceptions=True)
    kinds = [type(one).__name__ for one in answers]
    assert kinds == ["Answer", "Answer", "PromptTooLong", *["Answer"] * 5]
    asked = [json.dumps(body, ensure_ascii=False) for body in scripted.bodies()]
    assert len([one for one in asked if "日本語だけでもう一度" not in one]) == 8


@pytest.mark.parametrize("prompt", ["default", "h2ogpt"])
def test_usage_and_reason_reach_the_answer(scripted: ScriptedServer, prompt: str) -> None:
    chain = build_chain(open_on(scripted.url, prompt=prompt, decoding=Decoding(max_new_tokens=5)), None, prompt)
    attempt = chain.invoke("日本の首都はどこですか？").attempts[0]
    assert (attempt.finish, attempt.completion_tokens) == ("length", 5)
    assert attempt.prompt_tokens > 10
    *pieces, last = chain.stream("日本の首都はどこですか？")
    assert last.done is not None
    assert last.done.attempts[0] == attempt
    assert len(pieces) > 1


def test_what_a_request_says(scripted: ScriptedServer) -> None:
    open_on(scripted.url, decoding=Decoding(0.2, 0.9, 1.0, 7, 3)).invoke("はい", stop=["。"])
    (body,) = scripted.bodies()
    expected = {"model": MODEL, "temperature": 0.2, "top_p": 0.9, "max_tokens": 7, "seed": 3, "stop": ["。"]}
    assert {name: body[name] for name in expected} == expected
    assert body["messages"] == [{"role": "user", "content": "はい"}]


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("vllm", {"repetition_penalty": 1.15, "top_k": -1, "min_p": 0.0}),
        ("sglang", {"repetition_penalty": 1.15, "top_k": -1, "min_p": 0.0}),
        ("llamacpp", {"repeat_penalty": 1.15, "top_k": 0, "min_p": 0.0, "cache_prompt": False}),
    ],
)
@KINDS
def test_a_servers_own_defaults_do_not_decide(settings: dict[str, Any], server: str, expected: dict[str, Any]) -> None:
    with scripted_server(models=[{"id": MODEL, "object": "model", "owned_by": server}]) as scripted:
        said(open_on(scripted.url, decoding=Decoding(0.2, 0.95, 1.15, 8), **settings), ["はい"])
        body = scripted.bodies()[-1]
        assert {name: body[name] for name in expected} == expected


def test_chats_as_text_in_the_template_of_llama_2(scripted: ScriptedServer) -> None:
    chain = build_chain(open_on(scripted.url, api="completions"))
    chain.invoke("What is the capital of Japan?")
    prompt = scripted.bodies("/v1/completions")[0]["prompt"]
    assert prompt.startswith("[INST] <<SYS>>\nYou answer questions.")
    assert prompt.endswith("Answer briefly, in English. [/INST]")


def test_the_servers_context_and_tokenizer_bound_the_prompt() -> None:
    """A card with 600 tokens of context: passages are dropped by the server's own count of a token a character."""
    models = [{"id": MODEL, "object": "model", "owned_by": "vllm", "max_model_len": 600}]
    with scripted_server(models=models, tokenizes=True) as scripted:
        model = open_on(scripted.url)
        assert model.context_window == 600
        assert open_on(scripted.url, context=500).context_window == 500
        assert model.get_num_tokens("東京") == 2
        chain = build_chain(model)
        chain.invoke("What is the capital of Japan?")  # fits whatever the tokenizer: the server is not asked to count
        assert not [path for path, _ in scripted.requests if path == "/tokenize"][1:]
        with pytest.raises(PromptTooLong, match="--context"):
            chain.invoke("What is the capital of Japan? " * 40)
        assert len([path for path, _ in scripted.requests if path == "/tokenize"]) == 2


def test_a_server_that_cannot_count_is_estimated_from_above(scripted: ScriptedServer, encoder: Any) -> None:
    model = open_on(scripted.url)
    for text in (*JAPANESE, *ENGLISH):
        assert model.get_num_tokens(text) == tokens_of_text(text) > encoder.count_tokens([text])[0]


def test_counting_goes_on_by_estimate_where_the_route_is_not_let_through() -> None:
    with scripted_server(models=[{"id": MODEL, "object": "model", "owned_by": "vllm"}]) as scripted:
        assert open_on(scripted.url).get_num_tokens("東京") == tokens_of_text("東京")


def test_the_key_is_sent_and_stands_nowhere_else(scripted: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for settings in ({}, {"api": "completions"}, {"prompt": "h2ogpt"}):
        model = open_on(scripted.url, **settings)
        said(model, ["はい"])
        for text in (repr(model), str(model._identifying_params), model.engine.identity, repr(vars(model))):
            assert KEY not in text
    assert KEY not in caplog.text
    assert KEY not in json.dumps([body for _, body in scripted.requests])


def test_the_identity_names_model_and_weights_and_not_the_place() -> None:
    card = {"id": MODEL, "object": "model", "owned_by": "vllm", "root": "TheBloke/x-GPTQ", "max_model_len": 4096}
    identities = set()
    for _ in range(2):
        with scripted_server(models=[card]) as scripted:
            identities.add(open_on(scripted.url).engine.identity)
            chats_as_text = open_on(scripted.url, api="completions").engine.identity
    assert identities == {f"{MODEL} (vllm, TheBloke/x-GPTQ)"}
    assert chats_as_text not in identities


def test_urls() -> None:
    for url in ("http://h:8000", "http://h:8000/", "http://h:8000/v1", "http://h:8000/v1/"):
        assert (ModelServer(url).base, ModelServer(url).root) == ("http://h:8000/v1", "http://h:8000")
    assert ModelServer("https://h/api/v1").root == "https://h/api"


def test_nothing_is_asked_before_it_is_needed() -> None:
    open_on("http://127.0.0.1:9/v1")
    with pytest.raises(ModelServerUnreachable):
        _ = open_on("http://127.0.0.1:9/v1").engine.identity
