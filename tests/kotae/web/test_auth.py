"""Who is let in: the token, the host, the origin; and what every answer says to browsers."""

from __future__ import annotations

import socket

import httpx
import pytest

from kotae.web.app import build_app

ROUTES = [
    ("GET", "/"), ("POST", "/ask"), ("GET", "/documents"), ("GET", "/documents/x"), ("GET", "/passages/x"),
    ("GET", "/passages/x/original"), ("GET", "/documents/x/original"),
    ("POST", "/ask/x/stop"), ("POST", "/sets/x/delete"),
    ("GET", "/runs"), ("GET", "/runs/x/headline"), ("GET", "/runs/x/report"), ("GET", "/assets/page.css"),
    ("GET", "/assets/ask.js"), ("GET", "/v1/models"), ("GET", "/v1/models/kotae-rag"),
    ("POST", "/v1/chat/completions"), ("POST", "/v1/completions"), ("GET", "/examples"), ("GET", "/lists"),
    ("POST", "/lists"), ("GET", "/lists/state"), ("POST", "/lists/x/stop"), ("GET", "/lists/x/answers.csv"),
    ("POST", "/library/files"), ("POST", "/library/remove"), ("POST", "/library/sync"), ("POST", "/library/stop"),
    ("GET", "/library/state"),
    ("GET", "/sets"), ("POST", "/sets"), ("GET", "/sets/x/file"), ("POST", "/sets/x/comparison"),
    ("POST", "/sets/draft"), ("GET", "/sets/x/review"), ("GET", "/sets/x/rows/state"), ("POST", "/sets/x/rows"),
    ("POST", "/runs/x/resume"), ("GET", "/runs/x/files.zip"), ("GET", "/jobs/state"), ("POST", "/jobs/x/stop"),
    ("GET", "/history"), ("GET", "/history/entries.csv"), ("POST", "/history/delete"), ("POST", "/history/1/delete"),
    ("POST", "/asked.csv"),
    ("GET", "/no/such/page"), ("DELETE", "/"), ("OPTIONS", "/ask"), ("HEAD", "/"),
    ("GET", "/assets/../../secrets"), ("GET", "//elsewhere.example/"), ("PUT", "/ask"),
]  # fmt: skip


def test_the_list_has_every_route(site) -> None:
    known = {route.path.split("{")[0] for route in build_app(site.config).routes}
    assert known <= {path[: len(prefix)] for _, path in ROUTES for prefix in known}


@pytest.mark.parametrize("brings", ["nothing", "wrong bearer", "empty bearer", "wrong cookie", "token as password"])
def test_without_the_token_every_route_says_401(site, brings) -> None:
    headers = {
        "nothing": {},
        "wrong bearer": {"Authorization": f"Bearer {site.server.token}x"},
        "empty bearer": {"Authorization": "Bearer"},
        "wrong cookie": {"Cookie": f"kotae_{site.server.port}=no; kotae_1={site.server.token}"},
        "token as password": {"Authorization": f"Basic {site.server.token}"},
    }[brings]
    with site.stranger(headers=headers) as client:
        for method, path in ROUTES:
            reply = client.request(method, site.base + path)
            assert reply.status_code == 401, (method, path)
            assert reply.headers["www-authenticate"] == "Bearer"
            assert site.server.token not in reply.text


def test_the_address_signs_in_and_leaves_a_clean_one(site) -> None:
    with site.stranger() as client:
        assert client.get("/?token=wrong").status_code == 401
        assert client.get("/?token=").status_code == 401
        assert client.get(f"/documents?token={site.server.token}").status_code == 401
        reply = client.get(f"/?token={site.server.token}")
        assert (reply.status_code, reply.headers["location"]) == (303, "/")
        cookie = reply.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        page = client.get("/")
        assert page.status_code == 200
        assert site.server.token not in page.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}"])
def test_another_host_is_refused(site, host) -> None:
    with site.client() as client:
        for path in ("/", "/v1/models", f"/?token={site.server.token}"):
            reply = client.get(path, headers={"Host": host.format(port=site.server.port)})
            assert reply.status_code == 403
            assert "set-cookie" not in reply.headers
        assert client.get("/", headers={"Host": f"localhost:{site.server.port}"}).status_code == 200


def test_a_missing_or_doubled_host_is_refused(site) -> None:
    for hosts in ("", f"Host: 127.0.0.1:{site.server.port}\r\nHost: evil.example\r\n"):
        with socket.create_connection(("127.0.0.1", site.server.port)) as raw:
            raw.sendall(f"GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
            assert b" 40" in raw.makefile("rb").readline()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", ""]
)
def test_another_origin_cannot_post(site, origin) -> None:
    headers = {"Origin": origin.format(port=site.server.port)}
    with site.client() as client:
        for path in ("/ask", "/v1/chat/completions", "/library/files?path=a.md", "/library/remove", "/library/sync"):
            assert client.post(path, headers=headers, content=b"{}").status_code == 403


def test_a_cookie_posts_from_this_page_only(site) -> None:
    with site.stranger() as browser:
        browser.get(f"/?token={site.server.token}")
        assert browser.post("/ask", content=b"{}").status_code == 403
        assert browser.post("/ask", content=b"{}", headers={"Origin": site.base}).status_code == 400


def test_every_answer_keeps_browsers_in_bounds(site) -> None:
    with site.client() as client, site.stranger() as stranger:
        replies = [
            client.get(path) for path in ("/", "/documents", "/runs", "/nowhere", "/assets/ask.js", "/v1/models")
        ]
        for reply in [*replies, stranger.get("/"), client.get("/", headers={"Host": "evil.example"})]:
            policy = reply.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["referrer-policy"] == "no-referrer"
            assert reply.headers["cache-control"] == "no-store"
            assert "server" not in reply.headers
            assert "access-control-allow-origin" not in reply.headers


def test_only_this_address_is_listened_on(site) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", site.server.port), 2)


def test_web_sockets_are_not_spoken(site) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    with site.stranger(headers=upgrade) as client:
        assert client.get("/").status_code == 401


def test_pages_have_no_script_or_style_of_their_own(site) -> None:
    with site.client() as client:
        for path in ("/", "/documents", "/runs", "/nowhere"):
            page = client.get(path).text
            assert "<style" not in page
            assert " style=" not in page
            assert " onclick=" not in page
            assert page.count("<script") == page.count('<script type="module" src="/assets/')
            assert "//" not in page.replace("://127.0.0.1", "").split("<body")[0].replace("<!DOCTYPE", "")


def test_transport_errors_say_nothing_of_the_token(site) -> None:
    with socket.create_connection(("127.0.0.1", site.server.port)) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert site.server.token.encode() not in raw.makefile("rb").read()
    assert isinstance(httpx.get(f"{site.base}/", trust_env=False), httpx.Response)
