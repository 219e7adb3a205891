"""The HTTP client of several servers of one model: each request goes to the least busy of those that answer."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import openai

from rag.errors import KotaeError, ModelUnavailable
from rag.models.server.address import CONNECT_SECONDS, ModelServer
from rag.models.server.bounded_client import RETRY_COUNT, BoundedClient
from rag.models.server.error_translation import no_server_answers

PAUSE: Final = 10.0
"""Seconds for which a server that failed is left out."""
PATIENCE: Final = 60.0
"""Seconds of failures of all servers after which requests are not sent again."""
_LONGEST_PAUSE: Final = 600
_BUSY: Final = (429, 502, 503, 504)


@dataclass(eq=False, slots=True)
class _Member:
    server: ModelServer
    client: BoundedClient
    in_flight: int = 0
    last_taken: int = 0
    out_until: float = 0.0
    failed: bool = False


class ServerPool(openai.DefaultHttpxClient):
    """A client that sends each request to the least busy server, at most `concurrency` at a time to each.

    What a server does not answer goes to another at once, and that server is left out for a while; `check` is called
    before it gets a request again, and raises if it must not. While none answers they are tried in turn: the caller's
    retries are the patience, for a minute. A request may take its `seconds` on each server.
    """

    def __init__(self, server: ModelServer) -> None:
        super().__init__(trust_env=False)  # each server has a client of its own
        self.check: Callable[[ModelServer], object] = bool
        self._server = server
        self._members = [_Member(each, BoundedClient(each)) for each in server.each]
        self._changed = threading.Condition()
        self._taken = itertools.count(1)
        self._request = threading.local()
        self._dead_since: float | None = None

    def leave_out(self, server: ModelServer) -> None:
        """Send nothing to a server for a while, and then only if `check` agrees."""
        for member in self._members:
            if member.server == server:
                self._leave_out(member, PAUSE)

    def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
        """Send a request, one attempt of it, to one server after the other until one answers or all are left out."""
        attempt = request.headers.get(RETRY_COUNT, "0")
        if attempt == "0":
            self._request.reached = set()
        path, extensions = request.url.raw_path.decode("ascii"), dict(request.extensions)
        tried: set[_Member] = set()
        while True:
            member = self._take(tried)
            tried.add(member)
            self._readdress(request, member, path, attempt)
            request.extensions = _with_connect_timeout(extensions)
            try:
                response = self._send_to(member, request, stream=stream, **options)
            except BaseException as error:
                passing = _is_of_server(error)
                self._release(member, PAUSE if passing else None)
                if passing and self._others(tried):
                    continue
                if passing and self._given_up():
                    raise no_server_answers(error, str(self._server)) from error
                raise
            pause = _pause(response)
            if pause is None and stream and not response.is_closed:
                self._release_when_closed(member, response)
                return response
            self._release(member, pause)
            if pause is None:
                return response
            if not self._others(tried):
                if self._given_up():
                    response.headers["x-should-retry"] = "false"
                return response
            response.close()

    def _send_to(self, member: _Member, request: Any, **options: Any) -> Any:
        if member.failed:
            try:
                self.check(member.server)
            except openai.APIStatusError as error:
                return error.response
            except openai.APIConnectionError as error:
                raise error.__cause__ or error from None
            member.failed, member.out_until = False, 0.0
        return member.client.send(request, **options)

    def _readdress(self, request: Any, member: _Member, path: str, attempt: str) -> None:
        """Address a request to a server, whose time begins with its first attempt there."""
        for own, theirs in ((self._server.base, member.server.base), (self._server.root, member.server.root)):
            prefix = urlsplit(own).path
            if path.startswith(f"{prefix}/"):
                request.url = type(request.url)(theirs + path.removeprefix(prefix))
                break
        request.headers["host"] = request.url.netloc.decode("ascii")
        reached: set[_Member] = self._request.reached
        request.headers[RETRY_COUNT] = attempt if member in reached else "0"
        reached.add(member)

    def _take(self, tried: Collection[_Member]) -> _Member:
        """Return the server for a request, once it has room for one more."""
        with self._changed:
            self._changed.wait_for(lambda: self._choice(tried) is not None, self._server.seconds)
            member = self._choice(tried) or min(self._untried(tried), key=_load)
            member.in_flight += 1
            member.last_taken = next(self._taken)
            if member.failed:  # the other requests keep away from it until this one has been answered
                member.out_until = time.monotonic() + PAUSE
            return member

    def _choice(self, tried: Collection[_Member]) -> _Member | None:
        """Return the least busy of the servers that are not left out; None if all of them are at their limit."""
        now, untried = time.monotonic(), self._untried(tried)
        alive = [member for member in untried if member.out_until <= now]
        if not alive:
            return min(untried, key=lambda member: member.out_until)
        return min((member for member in alive if member.in_flight < self._server.concurrency), key=_load, default=None)

    def _untried(self, tried: Collection[_Member]) -> list[_Member]:
        return [member for member in self._members if member not in tried]

    def _others(self, tried: Collection[_Member]) -> bool:
        """Whether a server that is not left out has not been tried."""
        return any(member.out_until <= time.monotonic() for member in self._untried(tried))

    def _given_up(self) -> bool:
        """Whether all servers have failed, again and again, for longer than patience lasts."""
        now = time.monotonic()
        with self._changed:
            if any(member.out_until <= now for member in self._members):
                self._dead_since = None
            elif self._dead_since is None:
                self._dead_since = now
            return self._dead_since is not None and now - self._dead_since > PATIENCE

    def _leave_out(self, member: _Member, seconds: float) -> None:
        with self._changed:
            member.failed, member.out_until = True, time.monotonic() + seconds

    def _release(self, member: _Member, pause: float | None = None) -> None:
        if pause is not None:
            self._leave_out(member, pause)
        with self._changed:
            member.in_flight -= 1
            if not member.failed:
                self._dead_since = None
            self._changed.notify_all()

    def _release_when_closed(self, member: _Member, response: Any) -> None:
        close, held = response.close, [member]

        def close_and_release() -> None:
            try:
                close()
            finally:
                while held:
                    self._release(held.pop())

        response.close = close_and_release


def _load(member: _Member) -> tuple[int, int]:
    return member.in_flight, member.last_taken


def _is_of_server(error: BaseException) -> bool:
    """Whether an error is the server's, and not that of the request's content."""
    return isinstance(error, Exception) and (isinstance(error, ModelUnavailable) or not isinstance(error, KotaeError))


def _pause(response: Any) -> float | None:
    """Return for how long the server of a response is to be left out; None if not at all."""
    if response.status_code not in _BUSY:
        return None
    after = str(response.headers.get("retry-after", "")).strip()
    return float(min(int(after[:9]), _LONGEST_PAUSE)) if after.isdecimal() else PAUSE


def _with_connect_timeout(extensions: dict[str, Any]) -> dict[str, Any]:
    """Return a request's extensions with less patience for a host that does not answer, as there are others."""
    steps = dict(extensions.get("timeout") or {})
    if steps.get("connect") is None or steps["connect"] > CONNECT_SECONDS:
        steps["connect"] = CONNECT_SECONDS
    return {**extensions, "timeout": steps}
