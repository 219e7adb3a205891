"""No request, whatever is in it, ends in a fault of the server (status 500)."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kotae.web.app import ServerConfig, build_app
from rag.factory import IndexSettings, ModelSettings

DIGITS = "9" * 5000
CHAT = '"model": "kotae-no-rag", "messages": [{"role": "user", "content": "x"}]'


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of a server whose model and index are never opened: every request here is refused before."""
    config = ServerConfig(ModelSettings(), IndexSettings(tmp_path / "index"), tmp_path / "runs")
    return TestClient(build_app(config), raise_server_exceptions=False)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + (closing and "1") + closing * depth


@pytest.mark.parametrize(
    "name", ["max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "n", "stop", "id"]
)
@pytest.mark.parametrize(
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
    ids=lambda value: value[:12],
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


@pytest.mark.parametrize(
    "name", [DIGITS, "%00", "%FF", "%ED%A0%80", "..%2F..%2Fetc%2Fpasswd", "%C2%B2"], ids=lambda name: name[:8]
)
@pytest.mark.parametrize(
    "path", ["/v1/models/{}", "/runs/{}/report", "/runs/{}/headline", "/assets/{}", "/documents?name={}", "/?lang={}"]
)
def test_names_of_nothing(client, path: str, name: str) -> None:
    assert client.get(path.format(name)).status_code in {200, 404}


@pytest.mark.parametrize("path", ["/documents/{}", "/passages/{}", "/documents/{}?page=1", "/v1/models/{}"])
def test_ids_of_nothing_in_an_index(site, path: str) -> None:
    with site.client() as client:
        for name in (DIGITS, "%00", "%FF", "-1"):
            assert client.get(path.format(name)).status_code == 404
