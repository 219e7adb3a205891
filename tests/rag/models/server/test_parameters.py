"""Peculiarities of servers: refused parameters, separate reasoning, withheld answers, no system message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import ModelFailed, ModelServerUnreachable, SettingsError
from rag.generation.chain import GroundedChain, build_chain
from rag.models.server.address import ModelServer, server_key
from rag.models.server.parameters import refused_parameter
from rag.records import Answer, Decoding
from tests.model_servers import KEY, MODEL, Fault, ScriptedServer, status
from tests.rag.models.server.conftest import open_on

ASKED = "日本の首都はどこですか？"


def invoked(chain: GroundedChain) -> Answer:
    return chain.invoke(ASKED)


def streamed(chain: GroundedChain) -> Answer:
    answer = list(chain.stream(ASKED))[-1].done
    assert answer is not None
    return answer


EACH_WAY = pytest.mark.parametrize("ask", [invoked, streamed])


def says(content: str | None, finish: str = "stop", **message: str) -> Fault:
    """Answer a chat with this message, whole or as a stream."""
    said = {"role": "assistant", "content": content, **message}

    def fault(handler: Any) -> None:
        head = {"id": "1", "created": 1, "model": MODEL, "object": "x"}
        usage = {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}
        if handler.body.get("stream"):
            parts = [
                {"index": 0, "delta": said, "finish_reason": None},
                {"index": 0, "delta": {}, "finish_reason": finish},
            ]
            events = [*({**head, "choices": [part]} for part in parts), {**head, "choices": [], "usage": usage}]
            handler.events(*(json.dumps(event) for event in events), "[DONE]")
            return
        choice = {"index": 0, "message": said, "finish_reason": finish}
        handler.send(200, json.dumps({**head, "choices": [choice], "usage": usage}).encode())

    return fault


def refusing(*names: str, words: str = "Unsupported parameter: '{}' is not supported with this model.") -> Fault:
    """Answer only requests without these parameters; max_tokens has to be called max_completion_tokens."""

    def fault(handler: Any) -> None:
        found = next((name for name in names if name in handler.body), None)
        if found is None:
            handler.answer()
            return
        hint = " Use 'max_completion_tokens' instead." if found == "max_tokens" else ""
        status(400, {"error": {"message": words.format(found) + hint, "param": found}})(handler)

    return fault


@EACH_WAY
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thinking_that_a_server_puts_apart_is_no_answer(
    scripted: ScriptedServer, ask: Callable[[GroundedChain], Answer], field: str
) -> None:
    scripted.always = says("東京", **{field: "大阪かな"})
    assert ask(build_chain(open_on(scripted.url))).text == "東京"
    scripted.always = says(None, "length", **{field: "大阪かな"})
    with pytest.raises(ModelFailed, match="used all 9 tokens before it began to answer"):
        ask(build_chain(open_on(scripted.url)))


@EACH_WAY
def test_what_a_server_holds_back_is_named(scripted: ScriptedServer, ask: Callable[[GroundedChain], Answer]) -> None:
    scripted.always = says(None, "content_filter")
    with pytest.raises(ModelFailed, match="content_filter"):
        ask(build_chain(open_on(scripted.url)))


@EACH_WAY
@pytest.mark.parametrize(
    "settings", [{}, {"api": "completions"}, {"prompt": "h2ogpt"}], ids=["chat", "completions", "raw text"]
)
def test_what_can_be_spared_is_left_out_from_then_on(
    scripted: ScriptedServer, ask: Callable[[GroundedChain], Answer], settings: dict[str, Any]
) -> None:
    tokens = "max_tokens" if settings else "max_completion_tokens"
    scripted.always = refusing("seed", "top_p", "stream_options", *([] if settings else ["max_tokens"]))
    model = open_on(scripted.url, **settings)
    chain = build_chain(model, None, settings.get("prompt", "default"))
    answer = ask(chain)
    assert answer.text
    assert len(answer.text) <= 16
    asked = len(scripted.requests)
    ask(chain)
    assert len(scripted.requests) == asked + 1
    body = scripted.bodies()[-1]
    assert (body[tokens], body["temperature"]) == (16, 0.0)
    assert not {"seed", "top_p", "stream_options"} & body.keys()
    assert not {"max_tokens", "max_completion_tokens"} - {tokens} & body.keys()


@pytest.mark.parametrize(
    ("decoding", "refused", "cure"),
    [(Decoding(max_new_tokens=9), "temperature", "--temperature 1"), (Decoding(0.5, 0.9, 1.0, 9), "top_p", "vLLM")],
)
def test_what_cannot_be_spared_is_a_wrong_setting(
    scripted: ScriptedServer, decoding: Decoding, refused: str, cure: str
) -> None:
    scripted.always = refusing(refused)
    with pytest.raises(SettingsError, match=rf"does not support {refused}: .*{cure}"):
        open_on(scripted.url, decoding=decoding).invoke(ASKED)
    assert len(scripted.requests) <= 2


@EACH_WAY
def test_a_template_without_a_system_role_gets_its_text_in_the_question(
    scripted: ScriptedServer, ask: Callable[[GroundedChain], Answer]
) -> None:
    def gemma(handler: Any) -> None:
        system = any(one["role"] == "system" for one in handler.body["messages"])
        (status(400, {"error": {"message": "System role not supported"}}) if system else type(handler).answer)(handler)

    scripted.always = gemma
    assert ask(build_chain(open_on(scripted.url))).text
    (message,) = scripted.bodies()[-1]["messages"]
    assert message["role"] == "user"
    assert message["content"].startswith("質問に答えてください。")
    assert ASKED in message["content"]


@pytest.mark.parametrize(
    ("said", "parameter"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.", "max_tokens"),
        (
            '{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}',
            "seed",
        ),
        ('Invalid JSON payload received. Unknown name "seed": Cannot find field.', "seed"),
        ("Unrecognized request argument supplied: top_p", "top_p"),
        ("Conversation roles must alternate user/assistant/user/assistant/...", "system"),
        ("max_tokens is too large: 96. This model's maximum context length is 64 tokens", None),
        ("bad top_p", None),
    ],
)
def test_the_parameter_that_is_refused(said: str, parameter: str | None) -> None:
    assert refused_parameter(said) == parameter


@pytest.mark.parametrize("end", ["\n", "\r\n", " "])
def test_white_space_around_a_key_is_no_part_of_it(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", f"{KEY}{end}")
    assert server_key() == KEY
    assert open_on(scripted.url).invoke(ASKED).text


@pytest.mark.parametrize("key", ["秘密の鍵", "hidden\nsecret"])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", key)
    with pytest.raises(SettingsError, match="KOTAE_API_KEY") as caught:
        open_on("http://127.0.0.1:9")
    assert not any(part in str(caught.value) for part in key.split())


def test_a_proxy_is_not_asked_for_this_machine_and_is_named_for_others(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for settings in ({}, {"api": "completions"}):
        assert open_on(scripted.url, **settings).invoke(ASKED).text
    with pytest.raises(ModelServerUnreachable, match=r"proxy set in the environment; NO_PROXY=vllm\.test "):
        open_on("http://vllm.test:8000").invoke(ASKED)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://[::1]:8000", True),
        ("http://127.1.2.3", True),
        ("http://LOCALHOST:1/v1 ", True),
        ("http://10.0.0.1", False),
    ],
)
def test_what_is_on_this_machine(url: str, here: bool) -> None:
    server = ModelServer(url)
    assert server.on_this_machine is here
    assert server.base.endswith("/v1")


def test_a_context_that_is_no_number_is_not_known(scripted: ScriptedServer) -> None:
    scripted.models[0]["max_model_len"] = "unlimited"
    assert open_on(scripted.url, context=500).context_window == 500
