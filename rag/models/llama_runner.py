"""The interface of llama.cpp's server, wherever it runs, and its private Unix socket."""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelFailed
from rag.messages import Message

if TYPE_CHECKING:
    import httpx

OnChunk = Callable[[dict[str, Any]], bool]
"""Called with each chunk of a stream; returning True stops it."""
_REQUEST_SECONDS = 60.0


class LlamaRunner(ABC):
    """A GGUF file opened by llama.cpp. Requests and replies are those of its server's HTTP interface."""

    build: str | None
    """The build that computes."""

    @abstractmethod
    def post(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to a request that computes nothing. Raises ModelFailed."""

    @abstractmethod
    def complete(self, request: dict[str, Any], on_chunk: OnChunk | None = None) -> dict[str, Any] | None:
        """Return the reply to a request for a completion, which may be an error; with `on_chunk`, stream it there."""

    @abstractmethod
    def close(self) -> None:
        """Free the memory of the model."""


def private_socket() -> Path | None:
    """Return a path for a socket in a folder that only this user can enter; None where there are no Unix sockets."""
    if sys.platform == "win32" or not hasattr(socket, "AF_UNIX"):
        return None
    folder = tempfile.TemporaryDirectory(prefix="kotae-")  # mode 0700, removed at exit
    _folders.append(folder)
    return Path(folder.name) / "llama.sock"


_folders: list[tempfile.TemporaryDirectory[str]] = []


def client_of(socket_path: Path | None, address: str, key: str) -> httpx.Client:
    """Return a client of the server at a socket, or else at a loopback address."""
    import httpx

    return httpx.Client(
        transport=None if socket_path is None else httpx.HTTPTransport(uds=str(socket_path)),
        base_url="http://llama" if socket_path else address,
        headers={"Authorization": f"Bearer {key}"},
        timeout=_REQUEST_SECONDS,
        limits=httpx.Limits(max_keepalive_connections=0),  # the server closes idle ones, perhaps as a request comes
        trust_env=False,
    )


def post_json(client: httpx.Client, route: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request that computes nothing. Raises ModelFailed, and httpx.TransportError."""
    import httpx

    try:
        reply = client.post(route, json=body)
    except httpx.TimeoutException as error:
        raise ModelFailed(
            Message(
                "llama.cpp took more than {request_seconds:.0f} s for {route}",
                request_seconds=_REQUEST_SECONDS,
                route=route,
            )
        ) from error
    if reply.status_code != httpx.codes.OK:
        raise ModelFailed(Message("llama.cpp refused {route}: {reply}", route=route, reply=reply.text[:300]))
    return dict(reply.json())


def post_completion(
    client: httpx.Client, request: dict[str, Any], on_chunk: OnChunk | None = None
) -> dict[str, Any] | None:
    """Ask for a completion, which may take as long as it takes. Raises ModelFailed, and httpx.TransportError."""
    import httpx

    with client.stream("POST", "/v1/completions", json=request, timeout=None) as reply:
        if on_chunk is None or not reply.is_success:
            reply.read()
            whole = _parsed(reply.text)
            if on_chunk is None:
                return whole
            on_chunk(whole)
            return None
        for line in reply.iter_lines():
            name, _, data = line.partition(": ")
            if data == "[DONE]":
                return None
            if name in ("data", "error"):
                chunk = _parsed(data) if name == "data" else {"error": _parsed(data)}
                if on_chunk(chunk) or "error" in chunk:
                    return None
    raise httpx.RemoteProtocolError("The stream ended before its end")


def _parsed(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError as error:
        raise ModelFailed(Message("llama.cpp did not answer in JSON: {text!r}", text=text[:300])) from error
