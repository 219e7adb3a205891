"""The HTTP client of a model server: no redirects, one deadline for all attempts, answers of limited size.

The deadline also holds for a server that sends a byte of its headers now and then: each attempt has a connection of its
own, which is cut off at the deadline. Answers come as they are, as a few compressed bytes may be gigabytes.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import openai

from rag.errors import ModelFailed, ModelServerMismatch, ModelServerUnreachable
from rag.messages import Message
from rag.models.server.address import ModelServer

_ASKED: Final = re.compile(rb'"max_(?:completion_)?tokens":\s*(\d{1,12})')
RETRY_COUNT: Final = "x-stainless-retry-count"
_PER_TOKEN, _MOST = 4096, 16 << 20
"""Bytes of a reply for every token that was asked for, with all that is around it; and where none were."""


class BoundedClient(openai.DefaultHttpxClient):
    """A client that gives up `server.seconds` after the first attempt of a request began.

    Raises ModelServerUnreachable then, ModelServerMismatch for a redirect, and ModelFailed for a reply that is much
    longer than what was asked for.
    """

    def __init__(self, server: ModelServer) -> None:
        # The environment's proxy is not for a server on this machine.
        super().__init__(trust_env=not server.on_this_machine, follow_redirects=False)
        self._server = server
        self._attempts = threading.local()

    def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
        """Send a request, one attempt of it."""
        if request.headers.get(RETRY_COUNT, "0") == "0":
            self._attempts.deadline = time.monotonic() + self._server.seconds
        deadline: float = self._attempts.deadline
        self._shorten(request, deadline)
        request.headers.update({"accept-encoding": "identity", "connection": "close"})
        cut = _Cut(request, deadline)
        try:
            response: Any = super().send(request, **{**options, "stream": True, "follow_redirects": False})
            self._refuse_redirect(response)
            self._refuse_compressed(response)
            _give_no_retry(response, deadline)
            response.iter_raw = _Bounded(response.iter_raw, self._server, deadline, _most(request), cut)
            if not stream:
                response.read()
        except Exception as error:
            cut.cancel()
            if time.monotonic() >= deadline:
                raise _too_late(self._server) from error
            raise
        return response

    def _shorten(self, request: Any, deadline: float) -> None:
        """Let no step of the request wait beyond the deadline. Raises ModelServerUnreachable where it has passed."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_late(self._server)
        steps = request.extensions.get("timeout") or {}
        shorter = {step: left if seconds is None else min(left, seconds) for step, seconds in steps.items()}
        request.extensions = {**request.extensions, "timeout": shorter}

    def _refuse_redirect(self, response: Any) -> None:
        if 300 <= response.status_code < 400:
            response.close()
            raise ModelServerMismatch(
                Message(
                    "The model server redirects to {value!r}, where neither prompt nor key is sent",
                    value=str(response.headers.get("location", "nowhere"))[:200],
                ),
                where=str(self._server),
                do="If that is the server, give its URL as --base-url.",
            )

    def _refuse_compressed(self, response: Any) -> None:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            response.close()
            raise ModelServerMismatch(
                Message(
                    "The model server compresses its answers ({encoding}), though it was asked not to",
                    encoding=encoding[:40],
                ),
                where=str(self._server),
                do="Turn compression off, in the server or in the proxy before it.",
            )


class _Cut:
    """Cuts the connection of a request off at a deadline, unless it is cancelled."""

    def __init__(self, request: Any, deadline: float) -> None:
        self.done = False
        self._streams: list[Any] = []
        request.extensions = {**request.extensions, "trace": self._trace}
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Leave the connection alone."""
        self._timer.cancel()

    def _trace(self, _event: str, info: dict[str, Any]) -> None:
        """Note the connections that httpcore opens: to the server, or to a proxy, and encrypted ones upon them."""
        if hasattr(stream := info.get("return_value"), "get_extra_info"):
            self._streams.append(stream)

    def _cut(self) -> None:
        self.done = True
        for stream in reversed(self._streams):
            with suppress(OSError, AttributeError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class _Bounded:
    """The bytes of a reply, up to a deadline and a number."""

    def __init__(
        self, raw: Callable[..., Iterator[bytes]], server: ModelServer, deadline: float, most: int, cut: _Cut
    ) -> None:
        self._raw, self._server, self._deadline, self._most, self._cut = raw, server, deadline, most, cut

    def __call__(self, chunk_size: int | None = None) -> Iterator[bytes]:
        try:
            yield from self._parts(chunk_size)
        except Exception as error:
            if time.monotonic() >= self._deadline:
                raise _too_late(self._server) from error
            raise
        finally:
            self._cut.cancel()

    def _parts(self, chunk_size: int | None) -> Iterator[bytes]:
        size = 0
        for part in self._raw(chunk_size):
            yield part
            size += len(part)
            if size > self._most:
                raise ModelFailed(
                    Message(
                        "The model server's reply is longer than {most:,} bytes, far beyond what was asked for",
                        most=self._most,
                    ),
                    where=str(self._server),
                )
            if time.monotonic() >= self._deadline:
                raise _too_late(self._server)
        if self._cut.done:  # what was cut off looks like the end, where its length was not given
            raise _too_late(self._server)


def _most(request: Any) -> int:
    asked = _ASKED.search(request.content)
    return _MOST if asked is None else (1 << 20) + _PER_TOKEN * int(asked[1])


def _give_no_retry(response: Any, deadline: float) -> None:
    """Have no retry waited for that would come too late."""
    after = str(response.headers.get("retry-after", "")).strip()
    if response.status_code >= 400 and after.isdecimal() and time.monotonic() + min(int(after[:9]), 1e9) > deadline:
        response.headers["x-should-retry"] = "false"


def _too_late(server: ModelServer) -> ModelServerUnreachable:
    return ModelServerUnreachable(
        Message("The model server did not give its whole answer within {seconds:g} s", seconds=server.seconds),
        where=str(server),
        do="Raise --timeout, or lower --max-tokens.",
    )
