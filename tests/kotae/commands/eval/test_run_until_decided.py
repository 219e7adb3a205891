"""`kotae eval run --until-decided` with what it cannot be combined with."""

from __future__ import annotations

from pathlib import Path

from tests.commands import kotae, refused
from tests.eval.scripted import write_set


def test_what_cannot_be_combined(tmp_path: Path, script) -> None:
    verify, out = write_set(tmp_path / "set.csv"), tmp_path / "run"
    run = "eval", "run", verify, "--out", out, "--model", "scripted", "--until-decided"
    refused(kotae(*run, "--conditions", "no_rag"), "not both are run")
    refused(kotae(*run, "--repeats", "2"), "--repeats cannot be combined")
    refused(kotae(*run, "--model", "other"), "several arms cannot be combined")
    assert not out.exists()
