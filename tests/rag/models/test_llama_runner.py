"""Requests to llama.cpp's server: every one has a connection of its own, and what breaks is named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from rag.models.llama_runner import client_of, post_completion, post_json

REPLY = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"tokens":[1]}'


@pytest.fixture
def address() -> Iterator[str]:
    """A server that answers one request of each connection, and closes it at the next."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(REPLY)
                connection.recv(65_536)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_a_connection_that_the_server_closes_when_idle_loses_no_request(address: str) -> None:
    with client_of(None, address, "key") as client:
        assert [post_json(client, "/tokenize", {})["tokens"] for _ in range(3)] == [[1]] * 3
        assert post_completion(client, {"prompt": ""}) == {"tokens": [1]}


def test_a_stream_without_an_end_is_an_error(address: str) -> None:
    with client_of(None, address, "key") as client, pytest.raises(httpx.TransportError):
        post_completion(client, {"prompt": ""}, lambda _: False)
