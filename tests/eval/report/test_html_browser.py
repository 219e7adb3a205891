"""The HTML page in a real browser: charts and filters work, nothing is fetched, nothing an answer says is run."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from eval.report.build import build_report
from eval.report.html import html_page
from eval.report.records import Report
from eval.runs.imported import import_counts, parse_counts
from tests.eval.browser import chromium
from tests.eval.page_runs import say
from tests.eval.page_tree import Node, page_table, parse
from tests.eval.scripted import ScriptedChat, run_set

browser = pytest.mark.usefixtures("browser")


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


@browser
@pytest.mark.parametrize("width", [320, 400, 700, 1280])
def test_nothing_sticks_out_of_the_window(width, run, tmp_path) -> None:
    """Long names, and answers without a place to break, however narrow the window is."""
    long = run.rename(run.with_name("a-long-name-of-a-run-" + "x" * 90))
    say(long, "これは切れ目のない長い回答です" * 20 + "x" * 400)
    past = tmp_path / "past"
    import_counts(past, "GPT4All", [parse_counts("open_qa:61:32:36")], "ja")
    page = html_page(build_report([long, past]))
    # A window has a least width; a frame has none, and one whose page stands in it can be measured when all is loaded.
    measure = "document.title = `${frames[0].document.documentElement.scrollWidth} of ${frames[0].innerWidth}`"
    inside = f"<iframe width={width} height=900 style=border:0 srcdoc='{escape(page)}'></iframe>"
    frame = tmp_path / "frame.html"
    frame.write_text(f"<meta charset=utf-8><title></title><body onload='{escape(measure)}'>{inside}", encoding="utf-8")
    done = chromium(tmp_path / "profile", "--dump-dom", frame.as_uri())
    assert re.search("<title>(.*?)</title>", done.stdout)[1] == f"{width} of {width}"


@browser
def test_runs_against_one_another_and_imported_counts_are_shown(run, verify, tmp_path) -> None:
    other, past = tmp_path / "model-b", tmp_path / "past"
    run_set(other, verify, ScriptedChat(), model_identity="b@2")
    import_counts(past, "GPT4All", [parse_counts("open_qa:61:32:36")], "ja")
    report = build_report([run, other, past])
    seen = opened(write(tmp_path, report))
    assert (seen.console, seen.requests) == ([], set())
    bars = seen.page.one("table", class_="bars", data_kind="open_qa", data_language="ja").all("tbody")
    assert [bar.attributes["data-run"] for bar in bars] == ["model-a", "model-b", "GPT4All (imported)"]
    rows = page_table(seen.page, "versus-table")
    assert len(rows) == len(report.run_comparisons) > 0
    assert {(row["run"], row["baseline run"]) for row in rows} == {("model-b", "model-a")}
    assert [one.text for one in seen.page.one("select", name="run").all("option")] == ["any", "model-a", "model-b"]


class Asked(BaseHTTPRequestHandler):
    """Keeps the paths that were asked for. A page waits for its frame, and the frame here for what a script fetches."""

    paths: list[str] = []  # noqa: RUF012
    fetched = threading.Event()

    def do_GET(self) -> None:
        self.paths.append(self.path)
        if self.path == "/script":
            self.fetched.set()
        if self.path == "/frame":
            self.fetched.wait(300)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Asked.paths.clear()
    Asked.fetched.clear()
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
