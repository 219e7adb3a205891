"""Several servers of one model answer as one: in order, the idle ones more, and none of them missed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from rag.errors import ModelFailed, ModelServerUnreachable, ModelUnavailable
from rag.models.invoke import batch_size
from rag.models.server.address import ModelServer
from rag.records import Decoding
from tests.model_servers import MODEL, ScriptedServer, reset, scripted_server, silent, status
from tests.rag.models.server.conftest import open_on
from tests.rag.models.server.test_chat_batches import KINDS, said
from tests.sites import free_port

MANY = [f"質問{number}は何ですか" for number in range(24)]
OF_ONE = [{"id": MODEL, "object": "model", "owned_by": "vllm", "max_model_len": 4096}]
OF_ANOTHER = [{**OF_ONE[0], "max_model_len": 8192}]
LONG = Decoding(max_new_tokens=99)
pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def second() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr("rag.models.server.pool.PAUSE", 0.3)
    return 0.3


def slow(handler: Any) -> None:
    time.sleep(0.15)
    handler.answer()


@KINDS
def test_answers_are_those_of_one_server_in_order(scripted, second, settings) -> None:
    both = open_on(scripted.url, others=(f"{second.url}/v1/",), concurrency=3, **settings)
    scripted.together = second.together = threading.Barrier(6)  # three on each at the same time, or nobody gets through
    answers = said(both, MANY)
    scripted.together = None
    assert answers == said(open_on(scripted.url, **settings), MANY)
    assert (scripted.most_at_once, second.most_at_once) == (3, 3)
    assert len(second.bodies()) == 12


def test_the_slow_server_gets_fewer(scripted, second) -> None:
    second.always = slow
    model = open_on(scripted.url, others=(second.url,), concurrency=2)
    assert batch_size(model) >= 16  # or the others would wait for the slow one in every batch
    said(model, MANY)
    assert len(second.bodies()) <= 6
    assert len(scripted.bodies()) + len(second.bodies()) == len(MANY)


@pytest.mark.parametrize("fault", [reset, status(503), status(429, Retry_After="30")])
def test_a_server_that_fails_costs_no_answer(scripted, second, fault) -> None:
    expected = said(open_on(scripted.url), MANY)
    second.always = fault
    assert said(open_on(scripted.url, others=(second.url,)), MANY) == expected
    assert len(second.bodies()) <= 4


def test_a_server_that_dies_and_comes_back(scripted, pause) -> None:
    with ExitStack() as dying:
        second = dying.enter_context(scripted_server())
        model = open_on(scripted.url, others=(second.url,), concurrency=2)
        expected = said(model, MANY)
        assert second.bodies()
        dying.close()
        assert said(model, MANY) == expected
        back = dying.enter_context(scripted_server(port=int(second.url.rpartition(":")[2])))
        assert said(model, MANY[:2]) == expected[:2]
        assert not back.bodies()
        time.sleep(pause)
        assert said(model, MANY) == expected
        assert back.bodies()


def test_a_server_that_is_silent_is_given_up_for_another(scripted, second) -> None:
    second.always = silent
    model = open_on(scripted.url, others=(second.url,), seconds=1.0)
    assert len(set(said(model, MANY))) == len(MANY)
    assert len(second.bodies()) <= 4


@pytest.mark.parametrize("fault", [reset, status(503)])
def test_all_dead_is_one_named_failure_and_keeps_what_is_done(scripted, second, fault) -> None:
    scripted.always = second.always = fault
    scripted.faults = [lambda handler: handler.answer()]
    model = open_on(scripted.url, others=(second.url,), concurrency=1)
    first, *others = model.batch(MANY[:4], {"max_concurrency": 1}, return_exceptions=True)
    assert MANY[0] in first.text
    assert all(isinstance(error, ModelServerUnreachable) for error in others)
    assert all(f"({scripted.url}/v1, {second.url}/v1)" in str(error) for error in others)


@pytest.mark.parametrize("fault", [reset, status(503)])
def test_patience_with_all_dead_ends(scripted, second, fault, monkeypatch) -> None:
    monkeypatch.setattr("rag.models.server.mixin.RETRIES", 8)
    monkeypatch.setattr("rag.models.server.pool.PATIENCE", -1.0)
    scripted.always = second.always = fault
    model = open_on(scripted.url, others=(second.url,))
    for question in MANY[:3]:
        asked = len(scripted.bodies()) + len(second.bodies())
        with pytest.raises(ModelServerUnreachable, match=f"{scripted.url}/v1, {second.url}/v1"):
            model.invoke(question)
        assert len(scripted.bodies()) + len(second.bodies()) - asked <= 2
    scripted.always = None
    assert MANY[0] in model.invoke(MANY[0]).text


def test_none_that_is_there_is_named_too() -> None:
    urls = [f"http://127.0.0.1:{free_port()}/v1" for _ in range(2)]
    with pytest.raises(ModelServerUnreachable, match=", ".join(urls)):
        open_on(urls[0], others=(urls[1],)).invoke("はい")


def test_one_that_is_missing_at_the_start_is_left_out(scripted) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    assert len(said(open_on(gone, others=(scripted.url,)), MANY)) == len(MANY)
    assert len(scripted.bodies()) == len(MANY)


@pytest.mark.parametrize(
    ("models", "words"),
    [(OF_ANOTHER, "different models.*4096.*8192"), ([{**OF_ONE[0], "id": "other"}], f"no model '{MODEL}'.*other")],
)
def test_another_model_is_refused_by_name(scripted, second, models, words) -> None:
    scripted.models, second.models = OF_ONE, models
    with pytest.raises(ModelUnavailable, match=words) as error:
        open_on(scripted.url, others=(second.url,)).invoke("はい")
    assert second.url in str(error.value)
    assert not scripted.bodies("/v1/chat")


def test_a_server_that_comes_back_with_another_model_gets_nothing(scripted, second, pause) -> None:
    scripted.models = second.models = OF_ONE
    model = open_on(scripted.url, others=(second.url,))
    said(model, MANY)
    second.faults, second.models = [reset], OF_ANOTHER
    for _ in range(2):
        asked = len(second.bodies("/v1/chat"))
        assert len(said(model, MANY)) == len(MANY)
        time.sleep(pause)
    assert len(second.bodies("/v1/chat")) == asked
    scripted.always = scripted.listing = reset
    with pytest.raises(ModelUnavailable, match=r"different models|No model server answers"):
        model.invoke("はい")
    assert len(second.bodies("/v1/chat")) == asked


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_streams_make_room_when_they_end(scripted, second, api) -> None:
    refusal = status(400, {"error": {"message": "no"}})
    scripted.faults, second.faults = [refusal], [refusal, reset]
    model = open_on(scripted.url, others=(second.url,), api=api, concurrency=1, seconds=20.0, decoding=LONG)
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(ModelFailed, match="no"):
            list(model.stream("はい"))
    for question in MANY[:8]:
        assert question in "".join(piece.text for piece in model.stream(question))
        next(model.stream(question))  # and one that is not read to its end
    assert time.monotonic() - began < 15


def test_tokens_are_counted_by_any_of_them(scripted, second) -> None:
    scripted.models = second.models = OF_ONE
    scripted.tokenizes = second.tokenizes = True
    model = open_on(scripted.url, others=(second.url,))
    assert [model.get_num_tokens(text) for text in ("あ", "あい", "あいう")] == [1, 2, 3]
    assert scripted.bodies("/tokenize")
    assert second.bodies("/tokenize")


def test_a_server_named_twice_is_one() -> None:
    server = ModelServer("http://h:1", others=("http://h:1/v1", "http://h:2"))
    assert [str(each) for each in server.each] == ["http://h:1/v1", "http://h:2/v1"]
    assert server.at_once == 2 * server.concurrency
