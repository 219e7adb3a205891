"""Progress of long work: lines where stderr is no terminal, a bar with rate and time left where it is one."""

from __future__ import annotations

import io
import sys
from typing import ClassVar

import pytest

import rag.progress
from rag.progress import _rate, bytes_bar, count_bar, status


@pytest.mark.parametrize(
    ("bar", "total", "first", "last"),
    [
        (count_bar, 40, "Answering: 0 of 40 (0 s)", "Answering: 40 of 40 (2 s, 20.0/s)"),
        (bytes_bar, 5_000_000, "Answering: 0.0 of 5.0 MB (0 s)", "Answering: 5.0 of 5.0 MB (2 s, 2500.0 kB/s)"),
        (bytes_bar, 2000, "Answering: 0.0 of 2.0 kB (0 s)", "Answering: 2.0 of 2.0 kB (2 s, 1.0 kB/s)"),
    ],
)
def test_lines(bar, total: int, first: str, last: str, capsys, monkeypatch) -> None:
    clock = iter([100.0, 102.0])
    monkeypatch.setattr(rag.progress.time, "monotonic", lambda: next(clock))
    with bar("Answering") as advance:
        advance(0, total)
        advance(total, total)
    assert capsys.readouterr().err.splitlines() == [first, last]


def test_time_left(capsys, monkeypatch) -> None:
    clock = iter([100.0, 101.0, 130.0])
    monkeypatch.setattr(rag.progress.time, "monotonic", lambda: next(clock))
    with count_bar("Ingesting") as advance:
        for done in (0, 5, 10):
            advance(done, 40)
    assert capsys.readouterr().err.splitlines()[-1] == "Ingesting: 10 of 40 (30 s, 3.0 s each, 90 s left)"


def test_what_was_done_before_says_nothing_of_the_rate(capsys, monkeypatch) -> None:
    clock = iter([100.0, 101.0, 130.0])
    monkeypatch.setattr(rag.progress.time, "monotonic", lambda: next(clock))
    with count_bar("Answering") as advance:
        for done in (388, 389, 391):
            advance(done, 400)
    first, last = capsys.readouterr().err.splitlines()
    assert first == "Answering: 388 of 400 (0 s)"
    assert last == "Answering: 391 of 400 (30 s, 10.0 s each, 90 s left)"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("seconds", [0.001, 0.4, 0.9, 1, 1.1, 7, 59, 3600])
def test_no_rate_is_zero(seconds: float) -> None:
    number = float(_rate(1 / seconds).partition("/s" if seconds <= 1 else " s each")[0])
    assert number == pytest.approx(1 / seconds if seconds <= 1 else seconds, rel=0.05)


def test_what_is_being_done_is_erased_when_it_is_done(monkeypatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with status("索引を開いています"):
        assert screen.getvalue() == "索引を開いています ..."
    assert screen.getvalue().endswith("\r\x1b[K")


def test_nothing_is_said_where_there_is_no_terminal(capsys) -> None:
    with status("Opening the index"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("bar", [count_bar, bytes_bar])
def test_bar_on_a_terminal(bar, monkeypatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with bar("取り込み") as advance:
        for done in range(0, 60_000, 20_000):
            advance(done, 60_000)
    assert "取り込み" in screen.getvalue()
    assert "/s" in screen.getvalue()


class Kernel:
    """IPython as it is in a notebook."""

    config: ClassVar = {"IPKernelApp": {}}

    @classmethod
    def get_ipython(cls) -> type[Kernel]:
        return cls


@pytest.mark.parametrize(("config", "drawn"), [({"IPKernelApp": {}}, True), ({"TerminalIPythonApp": {}}, False)])
def test_a_notebook_has_a_bar_and_nothing_else(config, drawn, capsys, monkeypatch) -> None:
    monkeypatch.setattr(Kernel, "config", config)
    monkeypatch.setitem(sys.modules, "IPython", Kernel)
    with count_bar("Answering") as advance:
        for done in range(3):
            advance(done, 3)
    text = capsys.readouterr().err
    assert ("Answering:   0%|" in text) is drawn
    assert ("Answering: 0 of 3 (0 s)" in text) is not drawn
