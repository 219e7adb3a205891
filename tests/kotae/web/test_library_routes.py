"""The library over HTTP: added, followed, asked about, removed; and what is refused, in the reader's language."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from kotae.web import library_routes
from kotae.web.index_view import file_id
from tests.kotae.web.conftest import Served
from tests.kotae.web.test_asking import ask

pytestmark = pytest.mark.usefixtures("hash_encoder")
JAPANESE = {"Accept-Language": "ja"}


@pytest.fixture
def site(serve_index, tmp_path) -> Served:
    """A server with an empty library, and no index."""
    return serve_index(tmp_path / "index", tmp_path / "runs", tmp_path / "documents")


def add(client: httpx.Client, path: str, content: bytes, status: int = 201) -> dict[str, Any]:
    reply = client.post("/library/files", params={"path": path}, content=content, headers=JAPANESE)
    assert reply.status_code == status, reply.text
    return reply.json()


def ended(client: httpx.Client) -> dict[str, Any]:
    end = time.monotonic() + 120
    while (state := client.get("/library/state", headers=JAPANESE).json())["state"] in ("reading", "stopping"):
        assert time.monotonic() < end
        time.sleep(0.02)
    return state


def test_documents_are_added_asked_about_and_removed(site) -> None:
    with site.client() as client:
        assert client.get("/library/state").json()["state"] == "idle"
        (missing,) = [event for event in ask(site, "富士山の高さは？") if event["event"] == "error"]
        assert "Add some on the page Documents" in missing["error"]["text"]
        add(client, "山/富士山.md", "富士山は標高3776メートルである。".encode())
        add(client, "空.txt", b"")
        assert client.post("/library/sync").status_code == 202
        state = ended(client)
        assert (state["state"], state["report"]["added"], state["report"]["failed_count"]) == ("done", 1, 1)
        assert state["report"]["failed"] == ["この文書は空です（空.txt）"]
        hits = ask(site, "富士山の高さは？")[1]["hits"]
        assert [hit["source"] for hit in hits] == ["山/富士山.md"]
        removed = client.post("/library/remove", json={"files": [file_id("山/富士山.md"), file_id("空.txt"), "x"]})
        assert removed.json()["removed"] == 2
        assert ended(client)["state"] == "done"
        assert "There are no documents yet" in ask(site, "富士山の高さは？")[1]["error"]["text"]
    assert list(site.config.library.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("../a.md", 400, "フォルダーの中のファイルを指すパスではない"),
        ("a\n.md", 400, "制御文字"),
        ("NUL.md", 400, "デバイス"),
        ("", 400, "隠しファイル"),
        ("長" * 100 + ".md", 400, "200 バイト"),
        ("a.exe", 415, "この種類のファイルは読めません"),
        ("a.md/", 400, "パスではない"),
    ],
)
def test_what_cannot_be_added_is_refused_in_the_readers_language(site, path, status, part) -> None:
    with site.client() as client:
        assert part in add(client, path, b"x", status)["error"]["text"]
    assert list(site.config.library.iterdir()) == []


def test_a_file_that_is_too_large_is_read_to_its_end_and_refused(site, monkeypatch) -> None:
    with site.client() as client:
        assert "デバイス" in add(client, "nul.md", b"x" * 5_000_000, 400)["error"]["text"]
        monkeypatch.setattr(library_routes, "FILE_BYTES", 1000)
        assert "1,000" in add(client, "a.md", b"x" * 5_000_000, 413)["error"]["text"]
        add(client, "a.md", b"x" * 1000)
    assert [path.name for path in site.config.library.iterdir()] == ["a.md"]


def test_a_client_that_leaves_adds_nothing(site) -> None:
    def half() -> Any:
        yield b"x" * 100_000
        raise RuntimeError

    with site.client() as client:
        with pytest.raises(RuntimeError):
            client.post("/library/files", params={"path": "a.md"}, content=half())
        add(client, "b.md", b"whole")
        end = time.monotonic() + 60  # the server may notice only now that nobody sends the rest
        while [path.name for path in site.config.library.iterdir()] != ["b.md"]:
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"files": "x"}', b'{"files": [1]}', b'{"files": [], "all": true}'])
def test_a_removal_that_is_none_removes_nothing(site, body) -> None:
    with site.client() as client:
        add(client, "a.md", b"x")
        assert client.post("/library/remove", content=body).status_code == 400
    assert (site.config.library / "a.md").exists()


def test_files_that_are_not_read_are_listed_all_the_same(site) -> None:
    with site.client() as client:
        add(client, "<b>.md".replace("<", "＜"), b"x")
        add(client, "山/富士山.md", b"x")
        page = client.get("/documents?lang=en").text
        assert re.findall(r'<span lang="..">(.*?)</span> <small>not used for answers', page) == [
            "山/富士山.md",
            "＜b_.md",
        ]
        assert "富士山" not in client.get("/documents?name=b_").text.partition("<table")[2]


def test_a_folder_with_documents_is_read_at_the_start(serve_index, tmp_path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "富士山.md").write_text("富士山は標高3776メートルである。", encoding="utf-8")
    site = serve_index(tmp_path / "index", tmp_path / "runs", tmp_path / "documents")
    site.server.warm_up()
    with site.client() as client:
        assert ended(client)["report"]["added"] == 1
    assert ask(site, "富士山の高さは？")[1]["hits"][0]["source"] == "富士山.md"


def test_a_sync_is_stopped_by_request(site) -> None:
    with site.client() as client:
        assert client.post("/library/stop").status_code == 202
        assert client.get("/library/state").json()["state"] == "idle"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "files?path=a.md"), ("POST", "remove"), ("POST", "sync"), ("POST", "stop"), ("GET", "state")],
)
def test_without_a_library_there_is_nothing_to_change(serve_index, tmp_path, method, path) -> None:
    site = serve_index(tmp_path / "index", tmp_path / "runs")
    with site.client() as client:
        reply = client.request(method, f"/library/{path}", headers=JAPANESE)
        assert reply.status_code == 404
        assert "ライブラリーなしで起動されています" in reply.json()["error"]["text"]
        assert 'id="library"' not in client.get("/documents").text
    assert not Path(tmp_path / "documents").exists()
