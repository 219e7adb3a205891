"""The HTML page in a real browser: charts and filters work, nothing is fetched, nothing an answer says is run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from eval.html import html_page
from eval.report import Report, build_report
from tests.eval.page_runs import say
from tests.eval.page_tree import Node, parse

CHROMIUM = shutil.which("chromium")
browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install -y chromium")


@dataclass
class Opened:
    """A page as the browser had it once its script had run, what it logged, and the addresses it asked for."""

    page: Node
    console: list[str]
    requests: set[str]


def opened(path: Path, fragment: str = "") -> Opened:
    log = path.parent / "net.json"
    address = f"{path.as_uri()}#{quote(fragment, safe='=&')}"
    done = chromium(path.parent / "profile", "--dump-dom", f"--log-net-log={log}", address)
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    events = [event.get("params", {}) for event in json.loads(log.read_text("utf-8"))["events"]]
    # The browser asks its maker's hosts of its own accord; what a page from disk asks for is kept under "file://".
    requests = {one["url"] for one in events if one.get("network_isolation_key", "").startswith("file://")}
    return Opened(parse(done.stdout), console, requests)


def chromium(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    return subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--enable-logging=stderr",
         f"--user-data-dir={profile}", *arguments],
        capture_output=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip


def write(folder: Path, report: Report, name: str = "report.html") -> Path:
    path = folder / name
    path.write_text(html_page(report), encoding="utf-8")
    return path


def visible(page: Node) -> list[Node]:
    return [row for row in page.one("tbody", id="answer-rows").all("tr") if "hidden" not in row.attributes]


@browser
def test_the_browser_shows_charts_and_everything_at_first(two, tmp_path) -> None:
    seen = opened(write(tmp_path, two))
    assert (seen.console, seen.requests) == ([], set())
    assert len(seen.page.all("svg", class_="bar")) == sum(len(run.cells) for run in two.runs)
    assert len(seen.page.all("svg", class_="sweep")) == 1  # model-b has no scores
    assert len(seen.page.all("polyline")) == 2
    assert len(visible(seen.page)) == 30
    correct = sum(one.verdict.correct for run in two.runs for one in run.answers)
    assert seen.page.one("output").text == f"30 answers, {correct} correct"


@browser
@pytest.mark.parametrize(
    ("fragment", "count"),
    [
        ("language=ja&condition=no_rag&run=model-b", 5), ("type=classification&outcome=fixed", 4),
        ("outcome=failed", 1), ("q=ＴＯＫＹＯ capital", 3), ("q=答えは東京です", 1), ("q=no such words", 0),
        ("language=xx", 30),
    ],
)  # fmt: skip
def test_the_browser_filters_as_the_address_says(fragment, count, two, tmp_path) -> None:
    seen = opened(write(tmp_path, two), fragment)
    assert seen.console == []
    assert len(visible(seen.page)) == count
    assert seen.page.one("output").text.startswith(f"{count} of 30 " if count < 30 else "30 answers")
    assert ("hidden" in seen.page.one("p", id="nothing").attributes) is (count > 0)


class Asked(BaseHTTPRequestHandler):
    """Keeps the paths that were asked for."""

    paths: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Asked.paths.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


@browser
def test_the_browser_runs_and_fetches_nothing_that_an_answer_says(run, server, tmp_path) -> None:
    hostile = (
        f"<script>fetch('{server}/script')</script><img src={server}/img onerror=\"document.title='owned'\">"
        f"<link rel=stylesheet href={server}/css><iframe src={server}/frame></iframe></td>"
    )
    say(run, hostile)
    path = write(tmp_path, build_report([run]))
    seen = opened(path)
    assert (seen.console, seen.requests, Asked.paths) == ([], set(), [])
    assert seen.page.one("title").text == "kotae: model-a"
    # Were escaping to fail, the policy would still hold; and without both the test would see the requests.
    raw = path.read_text("utf-8").replace("</header>", f"</header><div>{hostile.replace('</td>', '')}</div>")
    path.write_text(raw, encoding="utf-8")
    seen = opened(path)
    assert "Content Security Policy" in "".join(seen.console)
    assert (Asked.paths, seen.page.one("title").text) == ([], "kotae: model-a")
    path.write_text(re.sub(r"<meta http-equiv[^>]*>", "", raw), encoding="utf-8")
    requests = opened(path).requests
    assert {"/script", "/img", "/css", "/frame"} <= set(Asked.paths)
    assert f"{server}/css" in requests
