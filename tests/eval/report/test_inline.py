"""The block in a notebook: the verdict, bars and changes, a style of its own, and nothing of others that acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.report.build import build_report
from eval.report.gate import RunArm, build_gate
from eval.report.gate_text import gate_sentence
from eval.report.headlines import headline, headline_figures
from eval.report.inline import inline_gate, inline_report
from tests.eval.made_runs import FAILED, MISSING, make_run
from tests.eval.scripted import BOTH, ROWS, write_set

HOSTILE = "</style></table><script>alert(1)</script><img src=x onerror=alert(1)> $x^2$ {{ 7 * 7 }}"


class Parsed(HTMLParser):
    """The tags, attributes and text of a block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data) -> None:
        self.text += data


def runs(folder: Path, reply: str = "知りません", name: str = "run") -> Path:
    verify = write_set(folder / "set.csv")
    answers = {(row[0], "ja", condition): row[2] if condition == "rag" else reply for row in ROWS for condition in BOTH}
    return make_run(folder / name, verify, answers, languages=("ja",))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_has_the_verdict_the_counts_and_what_changed(tmp_path, language) -> None:
    report = build_report([runs(tmp_path)])
    parsed = Parsed(inline_report(report, [tmp_path / "run"], language))
    (run,) = report.runs
    assert headline(run, language) in parsed.text
    assert headline_figures(run, language) in parsed.text
    assert "5/5" in parsed.text
    assert parsed.tags.count("svg") == sum(len(run.conditions) for _ in report.places)
    for row in ROWS:
        assert row[1] in parsed.text
    assert str(tmp_path / "run") in parsed.text
    assert ("lang", language) in parsed.attributes


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_comparison_has_its_sentence_and_what_differs(tmp_path, language) -> None:
    base, new = runs(tmp_path, name="base"), runs(tmp_path, name="new")
    gate = build_gate(RunArm.parse(f"{base}:no_rag"), RunArm(new), 0.03)
    parsed = Parsed(inline_gate(gate, language))
    assert gate_sentence(gate, language) in parsed.text
    assert ROWS[0][1] in parsed.text
    assert "知りません" in parsed.text


def test_nothing_of_others_acts(tmp_path) -> None:
    folder = runs(tmp_path, HOSTILE)
    report = build_report([folder])
    gate = build_gate(RunArm.parse(f"{folder}:no_rag"), RunArm(folder))
    for block in (inline_report(report, [tmp_path / HOSTILE.replace("/", "")]), inline_gate(gate)):
        parsed = Parsed(block)
        assert not {"script", "img", "iframe", "link", "form"} & set(parsed.tags)
        assert not [name for name, _ in parsed.attributes if name.startswith("on") or name in ("href", "src")]
        assert "{{ 7 * 7 }}" in parsed.text
        assert parsed.tags.count("style") == 1
        (classes,) = [value for name, value in parsed.attributes if name == "class" and "kotae" in str(value).split()]
        assert {"tex2jax_ignore", "mathjax_ignore"} <= set(str(classes).split())


def test_its_style_reaches_nothing_else(tmp_path) -> None:
    block = inline_report(build_report([runs(tmp_path)]), [])
    style = re.search(r"<style>(.*?)</style>", block, re.S)
    assert style is not None
    plain = re.sub(r"@media[^{]*\{", "", style[1])
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", plain) for part in rule.split(",")]
    assert selectors
    assert all(re.search(r"(?:^|\s)\.kotae(?:$|[\s:])", selector) for selector in selectors)


def test_unfinished_and_failed_answers_are_said(tmp_path) -> None:
    verify = write_set(tmp_path / "set.csv")
    answers = {(row[0], "ja", condition): row[2] for row in ROWS for condition in BOTH}
    answers["1", "ja", BOTH[1]], answers["2", "ja", BOTH[1]] = MISSING, FAILED
    report = build_report([make_run(tmp_path / "run", verify, answers, languages=("ja",))])
    parsed = Parsed(inline_report(report, []))
    assert "No verdict yet" in parsed.text
    assert "down" in parsed.text
    assert "ModelFailed" not in parsed.text


def test_several_runs_are_named_and_compared(tmp_path) -> None:
    report = build_report([runs(tmp_path, name="first"), runs(tmp_path, name="second")])
    parsed = Parsed(inline_report(report, [], "en"))
    assert "first" in parsed.text
    assert "Undecided whether second or first is better" in parsed.text or "first" in parsed.text
