"""The report of a sync: what failed, and what was left out and is no failure."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from ingest.report import SyncReport
from rag.records import Failure


def report(**parts: tuple[Failure, ...]) -> SyncReport:
    return SyncReport(
        added=("a.xlsx",), changed=(), unchanged=(), removed=(), failed=(), ignored=(), chunks=1, embedded=1,
        seconds=0.0,
        **parts,
    )  # fmt: skip


def test_what_is_left_out_is_named_and_is_no_failure() -> None:
    hidden = Failure("a.xlsx#旧", "LeftOut", "This sheet is hidden, and left out (a.xlsx#旧)")
    found = report(left_out=(hidden,))
    assert found.sound
    assert "left out: This sheet is hidden, and left out (a.xlsx#旧)" in found.text().splitlines()
    assert " 0 parts of files failed" in found.text()
    assert found.as_dict()["left_out"] == (vars_of(hidden),)
    assert not report(failed_parts=(hidden,)).sound


def test_a_notebook_shows_the_text() -> None:
    printed: list[str] = []
    report()._repr_pretty_(SimpleNamespace(text=printed.append), cycle=False)
    assert printed == [report().text()]


def vars_of(failure: Failure) -> dict[str, str]:
    return {name: getattr(failure, name) for name in ("subject", "error", "message")}


def test_a_name_of_several_lines_is_one_line() -> None:
    forged = "a.doc\nfailed: nothing\r\x1b[2J"
    lines = replace(report(), ignored=(forged,)).text().splitlines()
    assert lines[1:] == ["not read (other kind of file): a.doc failed: nothing \\u001b[2J"]
