"""Authentication: token, Host and Origin checks, and the security headers of every response."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS = "127.0.0.1"
"""The only address the server listens on."""
PAGE_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "script-src 'self'; style-src 'self'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SIGN_IN = (
    "401: open the address that `kotae serve` printed; it contains the token.\n"
    "401：`kotae serve` が表示したアドレス（トークン付き）を開いてください。\n"
)


class AuthMiddleware:
    """ASGI middleware that passes on only requests to this host, from this origin, with the token.

    The address `/?token=...` sets a cookie that scripts cannot read and other sites cannot send, and redirects to `/`.
    Other clients send the token as `Authorization: Bearer`. The Host check refuses names that resolve to this machine
    (DNS rebinding); the Origin check refuses pages of other sites.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{ADDRESS}:{port}", f"localhost:{port}"}
        self._cookie = f"kotae_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; ignore web sockets."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the response to a request that may not pass, or None."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return PlainTextResponse("403: kotae serve does not answer to this host name.\n", 403)
        if scope["path"] == "/" and (given := parse_qs(scope["query_string"].decode("latin-1")).get("token")):
            return self._sign_in() if self._is_token(given[-1]) else _unauthorized(scope)
        by_header = self._is_token(headers.get("authorization", "").removeprefix("Bearer "))
        by_cookie = self._is_token(cookie_parser(headers.get("cookie", "")).get(self._cookie, ""))
        if not by_header and not by_cookie:
            return _unauthorized(scope)
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if (origin is None and by_header) or (origin or "").removeprefix("http://") in self._hosts:
            return None
        return PlainTextResponse("403: this request comes from a page of another site.\n", 403)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token)

    def _sign_in(self) -> Response:
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, self._token.decode(), httponly=True, samesite="strict", path="/")
        return response


def _unauthorized(scope: Scope) -> Response:
    headers = {"WWW-Authenticate": "Bearer"}
    if not scope["path"].startswith("/v1/"):
        return PlainTextResponse(_SIGN_IN, 401, headers)
    error = {"message": "The API key is not the token that kotae serve printed.", "type": "authentication_error",
             "param": None, "code": "invalid_api_key"}  # fmt: skip
    return JSONResponse({"error": error}, 401, headers)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
