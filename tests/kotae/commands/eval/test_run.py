"""`kotae eval run` with options that cannot be combined."""

from __future__ import annotations

from pathlib import Path

from tests.commands import kotae, refused
from tests.eval.scripted import write_set


def test_what_cannot_be_combined(tmp_path: Path, script) -> None:
    verify, out = write_set(tmp_path / "set.csv"), tmp_path / "run"
    run = "eval", "run", verify, "--out", out, "--model", "scripted", "--until-decided"
    refused(kotae(*run, "--conditions", "no_rag"), "does not have both")
    refused(kotae(*run, "--repeats", "2"), "--repeats cannot be combined")
    refused(kotae(*run, "--model", "other"), "several arms cannot be combined")
    assert not out.exists()


def test_what_compares_arms_is_refused_for_one(tmp_path: Path) -> None:
    run = "eval", "run", write_set(tmp_path / "set.csv"), "--out", tmp_path / "run"
    for option in (("--all-pairs",), ("--baseline", "first")):
        refused(kotae(*run, *option), "compare arms, and this run has one")
