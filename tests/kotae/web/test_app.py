"""No request, whatever is in it, ends in a fault of the server (status 500)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kotae.web.app import ServerConfig, build_app
from rag.factory import IndexSettings, ModelSettings
from tests.rows import each_row

DIGITS = "9" * 5000
CHAT = '"model": "kotae-no-rag", "messages": [{"role": "user", "content": "x"}]'


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of a server whose model and index are never opened: every request here is refused before."""
    config = ServerConfig(ModelSettings(), IndexSettings(tmp_path / "index"), tmp_path / "runs")
    return TestClient(build_app(config), raise_server_exceptions=False)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + (closing and "1") + closing * depth


@each_row("name", ["max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "n", "stop", "id"])
@each_row(
    "value",
    [
        "1" + "0" * 20,
        DIGITS,
        DIGITS[:4000],
        "-1",
        "NaN",
        "-Infinity",
        "1e999",
        '"\\ud800"',
        '{"\\udfff": NaN}',
        "[[[]]]",
    ],
)
def test_numbers_that_no_parameter_can_be(client, name: str, value: str) -> None:
    reply = client.post("/v1/chat/completions", content=f'{{{CHAT}, "{name}": {value}}}')
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/ask"])
def test_bodies_of_every_depth(client, path: str) -> None:
    for depth in (100_000, 5000, *range(1010, 880, -13), 300):
        for value in (nested(depth), nested(depth, '{"a":', "}"), "[" * depth):
            for body in (value, f'{{{CHAT}, "n": {value}}}', f'{{{CHAT}, "messages": {value}}}', f'{{"id": {value}}}'):
                assert client.post(path, content=body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b'{"model": "\xff"}',
        f'{{{CHAT}, "\\ud800": 1}}'.encode(),
        b'{"question": "\\ud800"}',
        b"NaN",
    ],
)
def test_bodies_that_are_none(client, body: bytes) -> None:
    for path in ("/v1/chat/completions", "/ask"):
        assert client.post(path, content=body).status_code == 400


@each_row("name", [DIGITS, "%00", "%FF", "%ED%A0%80", "..%2F..%2Fetc%2Fpasswd", "%C2%B2"])
@each_row(
    "path", ["/v1/models/{}", "/runs/{}/report", "/runs/{}/headline", "/assets/{}", "/documents?name={}", "/?lang={}"]
)
def test_names_of_nothing(client, path: str, name: str) -> None:
    assert client.get(path.format(name)).status_code in {200, 404}


@pytest.mark.parametrize("path", ["/documents/{}", "/passages/{}", "/documents/{}?page=1", "/v1/models/{}"])
def test_ids_of_nothing_in_an_index(site, path: str) -> None:
    with site.client() as client:
        for name in (DIGITS, "%00", "%FF", "-1"):
            assert client.get(path.format(name)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "about"),
    [
        ("max_tokens", '"12"', "max_tokens: Input should be a valid integer"),
        ("max_tokens", "true", "max_tokens: Input should be a valid integer"),
        ("max_completion_tokens", "1.5", "max_completion_tokens: Input should be a valid integer"),
        ("temperature", '"0"', "temperature: Input should be a valid number"),
        ("stream", '"yes"', "stream: Input should be a valid boolean"),
        ("stream_options", "[]", "stream_options: Input should be a valid dictionary"),
        ("messages", '[{"role": "user", "content": 5}]', "messages.0.content: Input should be a valid list"),
        (
            "messages",
            '[{"role": "user", "content": [{"type": "text", "text": null}]}]',
            "messages.0.content.0.text: Input should be a valid string",
        ),
    ],
)
def test_values_of_the_wrong_type(client, field: str, value: str, about: str) -> None:
    reply = client.post("/v1/chat/completions", content=f'{{{CHAT}, "{field}": {value}}}')
    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == f"{about} ({about.partition(':')[0]})"


def test_what_is_long_is_repeated_in_part(client) -> None:
    for fields in (f'"{DIGITS}": 1', f'"model": "{DIGITS}"'):
        reply = client.post("/v1/chat/completions", content=f"{{{CHAT}, {fields}}}")
        assert reply.status_code in {400, 404}
        assert DIGITS[:80] in reply.text
        assert len(reply.content) < 500


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/ask"])
def test_a_body_of_very_many_faults_costs_the_first(client, path: str) -> None:
    bad = '{"role": 1, "content": 2}'
    for fields in (", ".join(f'"{name}": 1' for name in range(200_000)), f'"messages": [{", ".join([bad] * 100_000)}]'):
        seconds = []
        for _ in range(3):
            began = time.process_time()
            reply = client.post(path, content=f"{{{CHAT}, {fields}}}")
            seconds.append(time.process_time() - began)
            assert reply.status_code == 400
        assert min(seconds) < 2
