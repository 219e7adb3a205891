"""The answers for OpenAI clients, with the official one."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection

import openai
import pytest

from kotae.web.openai_request import MODELS
from tests.kotae.web.conftest import CATTLE, TENNIS, Served

CATTLE_ANSWER = "Rinderpest"


@pytest.fixture
def client(site: Served):
    with client_of(site) as one:
        yield one


def client_of(site: Served) -> openai.OpenAI:
    """The official client, without the proxies of the environment."""
    http = openai.DefaultHttpxClient(trust_env=False)
    return openai.OpenAI(base_url=f"{site.base}/v1", api_key=site.server.token, max_retries=0, http_client=http)


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def test_the_models_are_listed(client) -> None:
    assert [one.id for one in client.models.list()] == list(MODELS)
    assert client.models.retrieve("kotae-no-rag").owned_by == "kotae"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o")


@pytest.mark.parametrize(
    ("question", "answer", "source"),
    [(TENNIS, "許斐剛", "ja/許斐剛.md"), (CATTLE, "Rinderpest", "en/rinderpest.md")],
)
def test_whole_and_streamed_are_the_same(site, client, question, answer, source) -> None:
    whole = client.chat.completions.create(model="kotae-rag", messages=user(question))
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (answer, "stop")
    assert whole.kotae["sources"][0]["source"] == source
    chunks = list(
        client.chat.completions.create(
            model="kotae-rag", messages=user(question), stream=True, stream_options={"include_usage": True}
        )
    )
    *texts, last, usage = chunks
    assert "".join(one.choices[0].delta.content or "" for one in texts) == answer
    assert len(texts) > 2
    assert (last.choices[0].finish_reason, last.kotae) == ("stop", whole.kotae)
    assert all(chunk.usage is None and "usage" in chunk.model_fields_set for chunk in texts)
    assert usage.usage == whole.usage
    assert whole.usage.prompt_tokens == len(site.engine.prompts[0])
    assert whole.usage.completion_tokens == len(answer)
    assert len({one.id for one in chunks}) == 1


def test_without_retrieval_there_are_no_sources(site, client) -> None:
    whole = client.chat.completions.create(model="kotae-no-rag", messages=user(TENNIS))
    assert (whole.choices[0].message.content, whole.kotae["sources"]) == ("許斐剛", [])
    assert "passage" not in site.engine.prompts[0]


@pytest.mark.parametrize("stream", [False, True])
def test_sources_are_listed_in_the_text_only_if_asked_for(client, stream) -> None:
    said = client.chat.completions.create(model="kotae-rag-sources", messages=user(TENNIS), stream=stream)
    text = "".join(one.choices[0].delta.content or "" for one in said) if stream else said.choices[0].message.content
    answer, blank, first, second = text.splitlines()
    assert (answer, blank) == ("許斐剛", "")
    assert first.startswith("[1] ja/許斐剛.md, characters ")
    assert second.startswith("[2] ")


def test_the_last_message_of_the_user_is_the_question(site, client) -> None:
    messages = [
        {"role": "system", "content": "Speak like a pirate."},
        *user(CATTLE),
        {"role": "assistant", "content": "Rinderpest"},
        {"role": "user", "content": [{"type": "text", "text": TENNIS}]},
    ]
    said = client.chat.completions.create(model="kotae-no-rag", messages=messages)
    assert said.choices[0].message.content == "許斐剛"
    assert "pirate" not in site.engine.prompts[0]
    assert CATTLE not in site.engine.prompts[0]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_in_the_wrong_language_is_not_sent(client, stream) -> None:
    """Streamed text cannot be taken back: it is held until its language can be told."""
    said = client.chat.completions.create(model="kotae-no-rag", messages=user("富士山の高さは？"), stream=stream)
    if stream:
        *texts, last = said
        assert "".join(one.choices[0].delta.content or "" for one in texts) == "3776メートル"
        assert last.kotae["attempts"] == 2
    else:
        assert said.choices[0].message.content == "3776メートル"


def test_how_the_model_writes_is_honoured(site, client) -> None:
    said = client.chat.completions.create(
        model="kotae-no-rag", messages=user(CATTLE), temperature=0.7, top_p=0.9, seed=7, max_tokens=4, n=1, user="me"
    )
    assert (said.choices[0].message.content, said.choices[0].finish_reason) == ("Rind", "length")
    assert (site.engine.decodings[0].temperature, site.engine.decodings[0].top_p) == (0.7, 0.9)
    assert site.engine.decodings[0].seed == 7
    client.chat.completions.create(model="kotae-no-rag", messages=user(CATTLE))
    assert site.engine.decodings[1] == site.config.model.decoding


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("n", 2), ("tools", [{"type": "function", "function": {"name": "f"}}]), ("logprobs", True),
        ("stop", list("abcde")),
        ("frequency_penalty", 1), ("response_format", {"type": "json_object"}), ("logit_bias", {"1": 2}),
        ("reasoning_effort", "high"), ("temperature", 3), ("max_tokens", 0), ("seed", -1), ("messages", []),
        ("messages", [{"role": "system", "content": "x"}]),
        ("messages", [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/"}}]}]),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_refused_by_name(site, client, parameter, value) -> None:
    request = {"model": "kotae-rag", "messages": user(TENNIS), parameter: value}
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**request)
    assert caught.value.param == parameter
    assert caught.value.type == "invalid_request_error"
    assert site.engine.prompts == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("stop", "answer"), [("pest", "Rinder"), (["x", "er"], "Rind"), (None, CATTLE_ANSWER), ([], CATTLE_ANSWER)]
)
def test_a_stop_ends_the_answer_before_it(client, stop, answer, stream) -> None:
    said = client.chat.completions.create(model="kotae-rag", messages=user(CATTLE), stop=stop, stream=stream)
    if not stream:
        assert (said.choices[0].message.content, said.choices[0].finish_reason) == (answer, "stop")
        return
    *texts, last = said
    assert "".join(chunk.choices[0].delta.content or "" for chunk in texts) == answer
    assert last.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(("question", "answer"), [(TENNIS, "許斐剛"), (CATTLE, CATTLE_ANSWER)])
def test_a_text_completion_is_answered_like_a_chat(client, question, answer) -> None:
    chat = client.chat.completions.create(model="kotae-rag", messages=user(question))
    whole = client.completions.create(model="kotae-rag", prompt=question)
    assert (whole.object, whole.choices[0].text, whole.choices[0].finish_reason) == ("text_completion", answer, "stop")
    assert (whole.usage, whole.kotae) == (chat.usage, chat.kotae)
    options = {"include_usage": True}
    *texts, last, usage = client.completions.create(
        model="kotae-rag", prompt=[question], stream=True, stream_options=options
    )
    assert "".join(chunk.choices[0].text for chunk in texts) == answer
    assert {chunk.object for chunk in texts} == {"text_completion"}
    assert (last.choices[0].finish_reason, last.kotae, usage.usage) == ("stop", chat.kotae, chat.usage)
    cut = client.completions.create(model="kotae-rag", prompt=question, stop=[answer[1:]], n=1, best_of=1, echo=False)
    assert cut.choices[0].text == answer[0]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("prompt", ["a", "b"]), ("prompt", []), ("echo", True), ("best_of", 2), ("suffix", "x"), ("messages", user("a"))],
)
def test_a_text_completion_that_cannot_be_is_refused_by_name(site, client, parameter, value) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="kotae-rag", **{"prompt": "a"}, extra_body={parameter: value})
    assert caught.value.param == parameter
    assert site.engine.prompts == []


def test_a_stop_holds_for_one_answer_only(client) -> None:
    client.chat.completions.create(model="kotae-rag", messages=user(CATTLE), stop="pest")
    said = client.chat.completions.create(model="kotae-rag", messages=user(CATTLE))
    assert said.choices[0].message.content == CATTLE_ANSWER


def test_a_parameter_nobody_knows_is_refused(client) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="kotae-rag", messages=user(TENNIS), extra_body={"top_k": 3})
    assert (caught.value.param, caught.value.code) == ("top_k", "unsupported_parameter")


def test_an_unknown_model_and_a_wrong_key(site, client) -> None:
    with pytest.raises(openai.NotFoundError, match="kotae-no-rag") as caught:
        client.chat.completions.create(model="gpt-4o", messages=user(TENNIS))
    assert caught.value.code == "model_not_found"
    wrong = client.with_options(api_key="wrong")
    with pytest.raises(openai.AuthenticationError) as refused:
        wrong.chat.completions.create(model="kotae-rag", messages=user(TENNIS))
    assert refused.value.code == "invalid_api_key"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_an_answer_longer_than_the_model_allows_is_refused_by_name(client, name: str, stream) -> None:
    for limit in (4096, 2**31 - 1):
        with pytest.raises(openai.BadRequestError, match=f"{limit} tokens.*nothing remains for the prompt") as caught:
            client.chat.completions.create(
                model="kotae-rag", messages=user(TENNIS), stream=stream, extra_body={name: limit}
            )
        assert (caught.value.param, caught.value.code) == (name, "invalid_value")
        assert "--" not in str(caught.value)


def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_fault(site, client, caplog) -> None:
    with closing(HTTPConnection("127.0.0.1", site.server.port)) as hasty:
        hasty.putrequest("POST", "/v1/chat/completions")
        hasty.putheader("Authorization", f"Bearer {client.api_key}")
        hasty.putheader("Content-Length", "100")
        hasty.endheaders(b"{")
    assert client.models.list().data
    assert "unexpected" not in caplog.text


@pytest.mark.parametrize("stream", [False, True])
def test_errors_before_the_first_word_have_a_status(site, client, serve_index, tmp_path, stream) -> None:
    for question in ("長い" * 5000, "あ" * 1_000_000):
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="kotae-rag", messages=user(question), stream=stream)
        assert caught.value.code == "context_length_exceeded"
    bare = serve_index(tmp_path / "none", tmp_path / "runs")
    other = client_of(bare)
    with pytest.raises(openai.InternalServerError, match="kotae ingest") as missing:
        other.chat.completions.create(model="kotae-rag", messages=user(TENNIS), stream=stream)
    assert (missing.value.status_code, missing.value.code) == (503, "IndexMissing")


def test_an_error_in_the_middle_of_a_stream_is_its_last_event(client) -> None:
    with pytest.raises(openai.APIError, match="unexpected error") as caught:
        list(client.chat.completions.create(model="kotae-no-rag", messages=user("BROKEN"), stream=True))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_stops_its_answer(site, client, stream) -> None:
    wanted = {"model": "kotae-no-rag", "messages": user("LONG"), "stream": stream}
    with closing(HTTPConnection("127.0.0.1", site.server.port)) as hasty:
        hasty.request("POST", "/v1/chat/completions", json.dumps(wanted), {"Authorization": f"Bearer {client.api_key}"})
        assert site.engine.reached.wait(300)
    site.engine.go.set()
    said = client.chat.completions.create(model="kotae-no-rag", messages=user(CATTLE))
    assert said.choices[0].message.content == "Rinderpest"
    assert ([said.rstrip(",") for said in site.engine.stopped], site.engine.written) == (["one"], ["Rinderpest"])
