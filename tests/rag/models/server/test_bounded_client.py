"""What is asked of a server goes to it alone, ends in time, and is of the size that was asked for."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from rag.errors import KotaeError, ModelFailed, ModelServerMismatch, ModelServerUnreachable
from tests.model_servers import ScriptedServer, scripted_server, status
from tests.rag.models.server.conftest import open_on

ASKED = [HumanMessage("hello")]
SECONDS = 1.5
WAITED = 0.4  # by the tests that wait until the time is over
pytestmark = pytest.mark.usefixtures("impatient")
Ask = Callable[[Any], Any]


def invoked(model: Any) -> Any:
    return model.invoke(ASKED)


def streamed(model: Any) -> Any:
    return list(model.stream(ASKED))


@pytest.fixture(params=[invoked, streamed])
def ask(request: pytest.FixtureRequest) -> Ask:
    return request.param


@pytest.fixture(params=["chat", "completions"])
def api(request: pytest.FixtureRequest) -> str:
    return request.param


def drip(event: bytes, pause: float) -> Callable[[Any], None]:
    """Answer for ever, a little at a time."""

    def fault(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.close_connection = True
        with suppress(OSError):
            while True:
                handler.wfile.write(event)
                handler.wfile.flush()
                time.sleep(pause)

    return fault


def event(api: str, **changes: Any) -> dict[str, Any]:
    content = {"delta": {"content": "a "}} if api == "chat" else {"text": "a "}
    return {"id": "1", "created": 1, "model": "m", "object": "chat.completion.chunk" if api == "chat" else
            "text_completion", "choices": [{"index": 0, "finish_reason": None, **content, **changes}]}  # fmt: skip


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(scripted: ScriptedServer, api: str, ask: Ask, code: int) -> None:
    with scripted_server() as other:
        scripted.always = status(code, Location=f"{other.url}/v1/chat/completions")
        with pytest.raises(ModelServerMismatch, match=r"redirects to .*where neither prompt nor key is sent"):
            ask(open_on(scripted.url, api=api))
        scripted.listing = status(code, Location=f"{other.url}/v1/models")
        with pytest.raises(ModelServerMismatch, match="redirects"):
            _ = open_on(scripted.url, api=api).engine.models if api == "chat" else ask(open_on(scripted.url, api=api))
        assert other.requests == []


@pytest.mark.parametrize("content", [b": still here\n\n", b"data", b"\n"])
def test_an_answer_that_never_ends_ends_in_time(scripted: ScriptedServer, api: str, ask: Ask, content: bytes) -> None:
    scripted.always = drip(content, 0.01)
    began = time.monotonic()
    with pytest.raises(KotaeError, match=r"did not give its whole answer within 0\.4 s"):
        ask(open_on(scripted.url, api=api, seconds=WAITED))
    assert time.monotonic() - began < WAITED + 5


def test_retries_are_part_of_the_time(scripted: ScriptedServer, ask: Ask) -> None:
    scripted.always = status(503)
    began = time.monotonic()
    with pytest.raises(ModelServerUnreachable):
        ask(open_on(scripted.url, seconds=SECONDS))
    assert time.monotonic() - began < SECONDS + 8
    scripted.always = status(429, Retry_After="50")
    began = time.monotonic()
    with pytest.raises(ModelServerUnreachable, match="429"):
        ask(open_on(scripted.url, seconds=SECONDS))
    assert time.monotonic() - began < SECONDS


def test_an_answer_beyond_what_was_asked_for_is_a_failure(scripted: ScriptedServer, api: str) -> None:
    scripted.always = drip(f"data: {json.dumps(event(api))}\n\n".encode() * 50, 0.0)
    with pytest.raises(ModelFailed, match=r"longer than .* bytes, far beyond what was asked for"):
        streamed(open_on(scripted.url, api=api))
    long = "a" * 3_000_000
    content = {"message": {"role": "assistant", "content": long}} if api == "chat" else {"text": long}
    scripted.always = status(200, {**event(api), "choices": [{"index": 0, "finish_reason": "stop", **content}]})
    with pytest.raises(ModelFailed, match="longer than"):
        invoked(open_on(scripted.url, api=api))


def events_of(*rows: dict[str, Any]) -> Callable[[Any], None]:
    return lambda handler: handler.events(*map(json.dumps, rows), "[DONE]")


def test_a_text_that_is_missing_is_a_failure_and_an_empty_one_an_answer(scripted: ScriptedServer, api: str) -> None:
    for text in (None, ""):
        content = {"message": {"role": "assistant", "content": text}} if api == "chat" else {"text": text}
        whole = {
            **event(api),
            "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "stop", **content}],
        }
        delta = {"delta": {"role": "assistant", "content": text}} if api == "chat" else {"text": text}
        last = {"delta": {}} if api == "chat" else {"text": None}
        parts = events_of(event(api, **delta), event(api, **last, finish_reason="stop"))
        for ask, fault in ((invoked, status(200, whole)), (streamed, parts)):
            scripted.always = fault
            model = open_on(scripted.url, api=api)
            if text is None:
                with pytest.raises(ModelFailed, match="has no text"):
                    ask(model)
            else:
                ask(model)


def drip_bytes(before: bytes, again: bytes) -> Callable[[Any], None]:
    """Begin an answer that is never begun in earnest."""

    def fault(handler: Any) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(before)
            while True:
                handler.wfile.write(again)
                handler.wfile.flush()
                time.sleep(0.02)

    return fault


@pytest.mark.parametrize(
    ("before", "again"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Many: a\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a"),
    ],
    ids=["one header", "headers", "hints", "a chunk's extension"],
)
def test_headers_without_end_meet_the_deadline(
    scripted: ScriptedServer, api: str, ask: Ask, before: bytes, again: bytes
) -> None:
    scripted.always = drip_bytes(before, again)
    began = time.monotonic()
    with pytest.raises(ModelServerUnreachable, match=r"did not give its whole answer within 0\.4 s"):
        ask(open_on(scripted.url, api=api, seconds=WAITED))
    assert time.monotonic() - began < WAITED + 5


def test_a_compressed_answer_is_named(scripted: ScriptedServer, api: str, ask: Ask) -> None:
    """A gigabyte of zeros is a megabyte on its way."""
    bomb = gzip.compress(bytes(50_000_000))

    def fault(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(bomb)))
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(bomb)

    scripted.always = fault
    with pytest.raises(ModelServerMismatch, match="compresses its answers"):
        ask(open_on(scripted.url, api=api, seconds=SECONDS))
