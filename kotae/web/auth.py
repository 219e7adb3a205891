"""Who may come in: the token, the Host and Origin headers, and what every answer tells the browser not to do."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS = "127.0.0.1"
"""The only address that is listened on."""
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
    "401: open the address that `kotae serve` printed; it has the token.\n"
    "401：`kotae serve` が表示したアドレス（トークン付き）を開いてください。\n"
)


class Guard:
    """Lets through to an application only what comes to this host, from this page, with the token.

    The address `/?token=...` sets a cookie that scripts cannot read and other sites cannot send, and redirects to `/`.
    Clients other than browsers bring the token as `Authorization: Bearer`. A name that resolves to this machine (DNS
    rebinding) is refused by its Host header, a page of another origin by its Origin header.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{ADDRESS}:{port}", f"localhost:{port}"}
        self._cookie = f"kotae_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Web sockets are not spoken."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered instead of the application; None where the request may pass."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return PlainTextResponse("403: this host name is not served.\n", 403)
        if scope["path"] == "/" and (given := parse_qs(scope["query_string"].decode("latin-1")).get("token")):
            return self._entrance() if self._is_token(given[-1]) else _unknown(scope)
        by_header = self._is_token(headers.get("authorization", "").removeprefix("Bearer "))
        by_cookie = self._is_token(cookie_parser(headers.get("cookie", "")).get(self._cookie, ""))
        if not by_header and not by_cookie:
            return _unknown(scope)
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if (origin is None and by_header) or (origin or "").removeprefix("http://") in self._hosts:
            return None
        return PlainTextResponse("403: this request comes from another page.\n", 403)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token)

    def _entrance(self) -> Response:
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, self._token.decode(), httponly=True, samesite="strict", path="/")
        return response


def _unknown(scope: Scope) -> Response:
    headers = {"WWW-Authenticate": "Bearer"}
    if not scope["path"].startswith("/v1/"):
        return PlainTextResponse(_SIGN_IN, 401, headers)
    error = {"message": "The API key is not the token that kotae serve printed.", "type": "authentication_error",
             "param": None, "code": "invalid_api_key"}  # fmt: skip
    return JSONResponse({"error": error}, 401, headers)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
