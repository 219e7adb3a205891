"""Errors of a model server are translated; temporary ones are retried."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import (
    ModelFailed,
    ModelServerMismatch,
    ModelServerRefused,
    ModelServerUnreachable,
    ModelUnavailable,
    PromptTooLong,
    SettingsError,
)
from rag.records import Decoding
from tests.model_servers import KEY, MODEL, ScriptedServer, raw, reset, scripted_server, silent, status
from tests.rag.models.server.conftest import open_on
from tests.sites import free_port

Ask = Callable[[Any], str]
ASKED = "日本の首都はどこですか？"
GARBAGE = (b"<html>hello</html>", b"{not json", b"{}", b'{"choices": []}', b'{"choices": null}', b"[1]", b"")
WAYS: dict[str, tuple[dict[str, Any], Ask]] = {
    "chat": ({}, lambda model: model.invoke(ASKED).text),
    "chat streamed": ({}, lambda model: "".join(piece.text for piece in model.stream(ASKED))),
    "completions": ({"api": "completions"}, lambda model: model.invoke(ASKED).text),
    "raw text": ({"prompt": "h2ogpt"}, lambda model: model.invoke(ASKED)),
    "raw text streamed": ({"prompt": "h2ogpt"}, lambda model: "".join(model.stream(ASKED))),
}


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Ask]:
    return WAYS[request.param]


@pytest.mark.parametrize(
    "fault",
    [status(429), status(500), status(502), status(503, {"error": {"message": "Loading model"}}), status(408), reset],
    ids=["429", "500", "502", "503", "408", "reset"],
)
def test_what_may_pass_is_tried_again(scripted: ScriptedServer, fault: Any) -> None:
    scripted.faults = [fault]
    assert "首都" in open_on(scripted.url).invoke(ASKED).text
    assert len(scripted.requests) == 2


def test_a_second_try_waits_as_long_as_it_is_told(scripted: ScriptedServer) -> None:
    scripted.faults = [status(429, retry_after="1.5")]
    began = time.monotonic()
    assert open_on(scripted.url).invoke(ASKED).text
    assert time.monotonic() - began >= 1.5


def test_an_answer_that_takes_too_long_is_not_asked_for_again(scripted: ScriptedServer, impatient: None) -> None:
    scripted.always = silent
    with pytest.raises(ModelServerUnreachable, match=r"did not give its whole answer within 0\.5 s"):
        open_on(scripted.url, seconds=0.5).invoke(ASKED)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (status(429), ModelServerUnreachable, "429"),
        (status(500), ModelServerUnreachable, "500"),
        (reset, ModelServerUnreachable, "No model server answers"),
        (status(401), ModelServerRefused, "KOTAE_API_KEY"),
        (status(403), ModelServerRefused, "KOTAE_API_KEY"),
        (status(402, {"error": {"message": f"no credit for {KEY}"}}), ModelServerRefused, "no credit for <the key>"),
        (status(404, {"error": {"message": "The model does not exist"}}), ModelUnavailable, "does not exist"),
        (status(400, {"error": {"message": "bad top_p"}}), ModelFailed, "bad top_p"),
    ],
    ids=["429", "500", "reset", "401", "403", "402", "404", "400"],
)
def test_every_refusal_is_named(
    scripted: ScriptedServer, impatient: None, way: tuple[dict[str, Any], Ask], fault: Any, error: type, words: str
) -> None:
    scripted.always = fault
    settings, ask = way
    with pytest.raises(error, match=words) as caught:
        ask(open_on(scripted.url, **settings))
    assert scripted.url in str(caught.value)
    assert KEY not in str(caught.value)
    assert caught.value.unanswered is (error is not ModelFailed)


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_is_no_answer(scripted: ScriptedServer, way: tuple[dict[str, Any], Ask], body: bytes) -> None:
    """As a stream it is interrupted, or no stream at all; in either case the question was not answered."""
    scripted.always = raw(body, "text/html" if body.startswith(b"<") else "application/json")
    settings, ask = way
    with pytest.raises((ModelServerMismatch, ModelServerUnreachable)) as caught:
        ask(open_on(scripted.url, **settings))
    assert scripted.url in str(caught.value)


def test_an_empty_choice_is_named(scripted: ScriptedServer) -> None:
    scripted.always = raw(b'{"choices": []}')
    for settings in ({}, {"api": "completions"}):
        with pytest.raises(ModelServerMismatch, match="contains no completion"):
            open_on(scripted.url, **settings).invoke(ASKED)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 400, "type": "exceed_context_size_error", "message": "request (3030 tokens) exceeds it"}},
        {"error": {"message": "This model's maximum context length is 4096 tokens.", "type": "BadRequestError"}},
        {"error": {"message": "...", "code": "context_length_exceeded"}},
    ],
    ids=["llama-server", "vLLM", "OpenAI"],
)
def test_too_long_a_prompt_is_named(scripted: ScriptedServer, way: tuple[dict[str, Any], Ask], body: Any) -> None:
    scripted.always = status(400, body)
    settings, ask = way
    with pytest.raises(PromptTooLong, match="--context") as caught:
        ask(open_on(scripted.url, **settings))
    assert not caught.value.unanswered


def test_a_server_without_a_chat_template_names_the_way_out(scripted: ScriptedServer) -> None:
    said = "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template"
    scripted.always = status(400, {"error": {"message": said}})
    with pytest.raises(ModelUnavailable, match="--api completions"):
        open_on(scripted.url).invoke(ASKED)


@pytest.mark.parametrize("prompt", ["default", "h2ogpt"])
def test_a_stream_that_breaks_off_is_no_answer(scripted: ScriptedServer, prompt: str) -> None:
    choice = {"index": 0, "finish_reason": None, "delta": {"content": "東"}, "text": "東"}
    piece = json.dumps({"id": "1", "created": 1, "model": MODEL, "object": "x", "choices": [choice]})
    scripted.always = lambda handler: handler.events(piece)
    with pytest.raises(ModelServerUnreachable, match="was interrupted"):
        list(open_on(scripted.url, prompt=prompt).stream(ASKED))


def test_a_wrong_key_is_not_tried_again_and_no_key_is_told_apart(
    scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", "wrong")
    with pytest.raises(ModelServerRefused, match="rejects the key") as caught:
        open_on(scripted.url).invoke(ASKED)
    assert "wrong" not in str(caught.value)
    assert scripted.requests == []
    monkeypatch.delenv("KOTAE_API_KEY")
    with pytest.raises(ModelServerRefused, match="requires a key"):
        open_on(scripted.url).invoke(ASKED)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert open_on(scripted.url).invoke(ASKED).text


def test_a_wrong_name_lists_what_there_is(scripted: ScriptedServer) -> None:
    scripted.models += [{"id": f"model-{number}", "object": "model", "owned_by": "me"} for number in range(25)]
    with pytest.raises(ModelUnavailable, match=r"no model 'nonsense'.*scripted, model-0, .* and 6 more"):
        open_on(scripted.url, "nonsense").invoke(ASKED)
    assert scripted.requests == []


def test_ollamas_short_names_are_known() -> None:
    with scripted_server(models=[{"id": "llama2:latest", "object": "model", "owned_by": "library"}]) as server:
        assert open_on(server.url, "llama2").invoke(ASKED).text


def test_a_server_that_is_not_there_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, sleep = threading.get_ident(), time.sleep

    def watched(seconds: float) -> None:
        if threading.get_ident() == asking:  # threads of other libraries may sleep
            pytest.fail("waited for another try")
        sleep(seconds)

    monkeypatch.setattr("time.sleep", watched)
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ModelServerUnreachable, match=f"No model server answers.*{url}/v1.*--base-url"):
        open_on(url).invoke(ASKED)


@pytest.mark.parametrize("body", [*GARBAGE, b'{"data": [{"nothing": 1}]}', b"\xff"])
def test_what_is_no_model_server(scripted: ScriptedServer, body: bytes) -> None:
    scripted.listing = raw(body, "text/html" if body.startswith(b"<") else "application/json")
    if body in (b"{}", b'{"choices": []}', b'{"choices": null}'):  # a server that lists nothing may still answer
        assert open_on(scripted.url).invoke(ASKED).text
        return
    with pytest.raises(ModelServerMismatch, match="OpenAI-compatible"):
        open_on(scripted.url).invoke(ASKED)
    assert scripted.requests == []


@pytest.mark.parametrize("code", [404, 405])
def test_a_server_without_a_list_is_taken_at_its_word(scripted: ScriptedServer, code: int) -> None:
    scripted.listing = status(code)
    assert open_on(scripted.url).invoke(ASKED).text


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://[", "http://host:x/v1"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(SettingsError, match=r"--base-url.*http://host:8000/v1"):
        open_on(url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="KOTAE_API_KEY") as caught:
        open_on("http://me:hunter2@127.0.0.1:8000/v1")
    assert "hunter2" not in str(caught.value)


def test_a_repetition_penalty_that_cannot_be_asked_for_is_refused(scripted: ScriptedServer) -> None:
    with pytest.raises(SettingsError, match=r"1\.15"):
        open_on(scripted.url, decoding=Decoding(0.2, 0.95, 1.15, 8)).invoke(ASKED)
