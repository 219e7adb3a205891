"""The HTML page: it says what the Report says, shows hostile text and runs none of it, and works in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from eval import charts
from eval.conditions import Condition
from eval.html import html_page
from eval.report import ALL, Report, build_report
from eval.statistics import rate
from eval.verdict_words import sentence
from tests.eval.scripted import REPLIES, ROWS, ScriptedChat, run_set, write_set

CHROMIUM = shutil.which("chromium")
JA = {row[0]: row[1] for row in ROWS}
EN = {row[0]: row[3] for row in ROWS}
WITHOUT = {**REPLIES, JA["1"]: "京都", JA["3"]: "!the model is down", EN["5"]: "", EN["4"]: "string"}
WITH = {**REPLIES, JA["1"]: "答えは東京です。", JA["3"]: "弦楽器", EN["2"]: "Akira Toriyama", EN["5"]: ""}
VOID = {"meta", "link", "br", "input", "img"}


@dataclass
class Node:
    """An element: its attributes, and its text with that of all below it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def all(self, tag: str = "", **wanted: str | None) -> list[Node]:
        """Elements below this one with this tag and these attributes, "_" for "-" in their names."""
        want = {name.strip("_").replace("_", "-"): value for name, value in wanted.items()}
        found = []
        for child in self.children:
            if tag in ("", child.tag) and all(child.attributes.get(name) == value for name, value in want.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag: str = "", **wanted: str | None) -> Node:
        (found,) = self.all(tag, **wanted)
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag, attrs) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs) -> None:
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data) -> None:
        for node in self.open:
            node.parts.append(data)


def parse(page: str) -> Node:
    tree = _Tree()
    tree.feed(page)
    tree.close()
    assert len(tree.open) == 1
    return tree.open[0]


@pytest.fixture
def run(tmp_path, verify) -> Path:
    folder = tmp_path / "model-a"
    run_set(folder, verify, ScriptedChat(replies=WITHOUT, with_passages=WITH))
    add_cosines(folder)
    return folder


@pytest.fixture
def two(run, verify, tmp_path) -> Report:
    other = tmp_path / "model-b"
    run_set(other, verify, ScriptedChat(replies=REPLIES), model_identity="b@2", conditions=[Condition.NO_RAG])
    return build_report([run, other])


def add_cosines(folder: Path) -> None:
    """Invented scores between 0.69 and 1.00, one of them on a threshold."""
    keys = [one["key"] for one in lines(folder) if one["answer"]]
    (folder / "cosines.json").write_text(json.dumps({key: 0.69 + 0.0165 * at for at, key in enumerate(keys)}))


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").splitlines()]


def say(folder: Path, said: str) -> None:
    """Put a text wherever a run has text that came from a model or a document."""
    stored = lines(folder)
    for line in stored:
        if line["failure"]:
            line["failure"]["message"] = said
            continue
        line["answer"]["attempts"][0]["text"] = said
        for hit in line["answer"]["hits"]:
            hit["chunk"] |= {"text": said, "title": said, "source": said}
    text = "".join(json.dumps(line) + "\n" for line in stored)
    (folder / "answers.jsonl").write_text(text, encoding="utf-8")


def test_the_counts_are_the_reports(two) -> None:
    page = parse(html_page(two))
    for run in two.runs:
        for cell in run.cells:
            place = {"data_kind": cell.kind, "data_language": cell.language}
            row = page.one("table", id="cells").one(
                "tr", data_run=run.name, data_condition=str(cell.condition), **place
            )
            shown = [one.text for one in row.all("td")]
            counts = [f"{one.correct}/{one.total}" for one in (cell.correct, cell.language_correct, cell.both)]
            assert [shown[4], shown[7], shown[8]] == counts
            last = [cell.failed, cell.refused, cell.unparsed, cell.cut_off, cell.asked_again]
            assert [int(text) for text in shown[9:]] == last
            panel = page.one("table", class_="bars", **place)
            label = f"{run.name}, {cell.condition}"
            (bar,) = (one for one in panel.all("tr") if one.one("th").text == label)
            assert bar.one("td", class_="n").text.startswith(f"{cell.correct.correct}/{cell.correct.total} ")
            width = bar.one("rect", class_=f"fill {cell.condition}").attributes["width"]
            assert float(width.rstrip("%")) == pytest.approx(100 * cell.correct.correct / cell.correct.total, abs=0.01)
    assert len(page.one("table", id="cells").all("tr")) == 1 + sum(len(run.cells) for run in two.runs)


def test_the_comparison_is_the_reports(two) -> None:
    page = parse(html_page(two))
    run = two.runs[0]
    for contrast in run.contrasts:
        cell = contrast.effect.comparison
        row = page.one("table", id="contrasts").one(
            "tr", data_run=run.name, data_kind=contrast.kind, data_language=contrast.language
        )
        shown = [one.text for one in row.all("td")]
        assert shown[3:6] == [str(cell.baseline.correct), str(cell.treatment.correct), str(cell.n)]
        assert shown[8:10] == [str(cell.fixed), str(cell.broken)]
        assert [float(text) for text in shown[10:12]] == pytest.approx([cell.p, contrast.effect.adjusted_p], abs=5e-4)
        assert row.one("b").text == contrast.effect.direction
    assert run.headline is not None
    headlines = [one.text for one in page.all("p") if one.attributes.get("class") == "headline"]
    assert headlines[:2] == [sentence(run.headline.effect, "en"), sentence(run.headline.effect, "ja")]
    assert headlines[2].startswith("Nothing to compare")


def test_fixed_and_broken_stand_with_both_answers_and_passages(run) -> None:
    report = build_report([run])
    page = parse(html_page(report))
    for word, fixed in (("fixed", True), ("broken", False)):
        pairs = report.runs[0].changed(fixed=fixed)
        articles = page.all("article", data_change=word)
        assert [(one.attributes["data-number"], one.attributes["data-language"]) for one in articles] == [
            (without.item.number, without.language) for without, _ in pairs
        ]
        for (without, with_), article in zip(pairs, articles, strict=True):
            assert article.one("h4").text == without.question
            said = [one.text.strip() for one in article.all("p", class_="answer")]
            assert said == [f"No answer: {without.error}" if without.error else without.answer, with_.answer]
            assert article.one("details", class_="passages").one("blockquote", lang="ja").text == (
                "東京は日本の首都である。"
            )
            assert "ja/t.md, characters 0 to 12" in article.one("p", class_="source").text
    assert {without.error for without, _ in report.runs[0].changed(fixed=True)} > {""}, "one failed without retrieval"


def test_every_answer_has_its_row(two) -> None:
    rows = parse(html_page(two)).one("tbody", id="answer-rows").all("tr")
    answers = [(run, one) for run in two.runs for one in run.answers]
    assert len(rows) == len(answers) == 30
    for (run, one), row in zip(answers, rows, strict=True):
        data = [row.attributes[f"data-{name}"] for name in ("run", "type", "language", "condition")]
        assert data == [run.name, one.item.kind, one.language, str(one.condition)]
        marks = row.attributes["data-outcome"].split()
        assert marks[0] == str(one.verdict.content)
        assert ("not_correct" in marks) is not one.verdict.correct
        assert ("failed" in marks) is bool(one.error)
        assert row.one("td", class_="question text", lang=one.language).text == one.question
        said = row.one("div", class_="text").text.strip()
        assert said == (f"No answer: {one.error}" if one.error else one.answer or "(empty)")
    changed = [row.attributes["data-outcome"].split() for row in rows]
    assert sum("fixed" in marks for marks in changed) == 2 * len(two.runs[0].changed(fixed=True)) == 6
    assert sum("broken" in marks for marks in changed) == 2 * len(two.runs[0].changed(fixed=False)) == 2


def test_the_sweep_counts_the_historical_score_beside_the_ladder(run) -> None:
    report = build_report([run])
    page = parse(html_page(report))
    table = page.one("table", class_="sweep-table")
    assert [row.attributes["data-cut"] for row in table.all("tr")[1:]] == [f"{cut / 100:.2f}" for cut in range(70, 101)]
    for cut in (70, 83, 90, 100):
        shown = [int(cell.text) for cell in table.one("tr", data_cut=f"{cut / 100:.2f}").all("td")[1:]]
        wanted = []
        for condition in Condition:
            passing = [
                one
                for one in report.runs[0].answers
                if one.condition is condition and one.cosine is not None and one.cosine >= cut / 100
            ]
            wanted += [len(passing), sum(one.verdict.correct for one in passing)]
        assert shown == wanted
    for condition in Condition:
        (cell,) = (
            one for one in report.runs[0].cells if one.condition is condition and one.kind == one.language == ALL
        )
        legend = page.one("li", data_condition=str(condition))
        assert legend.one("b", class_="ladder-count").text == str(cell.correct.correct)
        for cut, above in zip((0.80, 0.85, 0.90, 0.95), cell.above, strict=True):
            column = 1 + 2 * list(Condition).index(condition)
            assert table.one("tr", data_cut=f"{cut:.2f}").all("td")[column].text == str(above)


def test_a_score_on_the_threshold_passes_and_a_missing_one_does_not() -> None:
    answers = [
        charts.Scored(0.9, correct=True),
        charts.Scored(0.8999, correct=False),
        charts.Scored(None, correct=True),
    ]
    found = charts.sweep("rag", answers)
    at = charts.CUTS.index(0.9)
    assert (found.passing[at - 1 : at + 2], found.agreed[at - 1 : at + 2]) == ((2, 1, 0), (1, 1, 0))
    assert (found.correct, found.scored, found.total) == (2, 2, 3)
    assert charts.CUTS[found.nearest] == 0.7  # two pass there, as the ladder has it, but one of them is another


@pytest.mark.parametrize("correct", [0, 1, 36, 100])
def test_a_bar_has_its_interval(correct) -> None:
    one = rate(correct, 100)
    svg = parse(str(charts.bar(one, "rag")))
    low, high = (float(svg.all("line", class_="interval")[0].attributes[x].rstrip("%")) for x in ("x1", "x2"))
    assert (low, high) == pytest.approx((100 * one.interval.low, 100 * one.interval.high), abs=0.005)
    assert low <= correct <= high


HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">&amp;'\"</td>{{ 7*7 }}東京"
)


def test_hostile_text_is_shown(tmp_path) -> None:
    rows = [[HOSTILE + cell if at in (1, 2, 3, 4) and row[5] == "open_qa" else cell for at, cell in enumerate(row)]
            for row in ROWS]  # fmt: skip
    folder = tmp_path / HOSTILE.replace("/", "∕")
    run_set(folder, write_set(tmp_path / "set.csv", rows), ScriptedChat(), model_identity=HOSTILE, encoder=HOSTILE)
    say(folder, HOSTILE)
    page = parse(html_page(build_report([folder])))
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert page.all("img") == []
    for node in page.all():
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
    passages = page.all("blockquote")
    assert passages
    assert {one.text for one in passages} == {HOSTILE}
    answers = page.one("tbody", id="answer-rows").all("div", class_="text")
    assert {one.text.strip() for one in answers} == {HOSTILE}
    assert page.one("title").text == f"kotae: {folder.name}"
    assert page.one("table", class_="settings").text.count(HOSTILE) == 2


def test_the_page_needs_and_allows_nothing_from_outside(run) -> None:
    page = parse(html_page(build_report([run])))
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(page.one(tag).text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    targets = [
        node.attributes[name]
        for node in page.all()
        for name in ("href", "src", "action", "srcset", "data")
        if name in node.attributes
    ]
    assert targets
    assert all(re.fullmatch(r"#[a-z]+|data:,", target) for target in targets)
    anchors = {target[1:] for target in targets if target.startswith("#")}
    assert anchors <= {node.attributes.get("id") for node in page.all()}
    assert not re.search(r"url\(|@import|https?:", page.one("style").text + page.one("script").text)


def test_control_characters_and_lone_surrogates_can_be_written(run) -> None:
    say(run, "a\x00b\x1bc\ud800d\ufffee 😀")
    assert "😀" in html_page(build_report([run])).encode("utf-8").decode("utf-8")


def test_what_is_missing_is_said(run, verify, tmp_path) -> None:
    path = run / "answers.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:7]))
    (run / "cosines.json").unlink()
    page = html_page(build_report([run]))
    assert "13 of 20 answers are missing" in page
    assert "This run has no historical scores." in page
    sample, other = tmp_path / "sample", tmp_path / "other"
    run_set(sample, verify, ScriptedChat(), numbers=["1"], languages=["ja"])
    run_set(other, write_set(tmp_path / "b.csv", ROWS[:2]), ScriptedChat())
    page = html_page(build_report([sample, other]))
    assert "1 of the set's 5 questions" in page
    assert "cannot be compared" in page
    assert "cannot be compared" not in html_page(build_report([sample, sample]))
    html_page(Report(()))


def test_two_runs_have_their_settings_side_by_side(two) -> None:
    table = parse(html_page(two)).one("table", class_="settings")
    values = {row.one("th").text: [one.text for one in row.all("td")] for row in table.all("tr")[1:]}
    assert values["model identity (differs)"] == ["scripted@1", "b@2"]
    assert values["decoding"] == ["temperature 0.0"] * 2
    assert values["conditions (differs)"] == ["no_rag, rag", "no_rag"]


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
