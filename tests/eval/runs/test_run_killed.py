"""A run that is killed goes on, and ends as if it had not been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from eval.report.build import build_report
from eval.runs.run import load_run
from tests.eval.scripted import ROWS, ScriptedChat, records, run_set, write_set
from tests.eval.set_checks import ROOT

QUESTIONS, ROUNDS = 140, 20
A_ROUND = 4 * QUESTIONS // (ROUNDS + 1)  # answers at most, so that no child finishes the run however late it is killed


@contextmanager
def forking(verify: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.eval.killed_run", str(verify), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        yield parent


def start(parent: subprocess.Popen[str], most: str = "") -> int:
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{most}\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


def ended(parent: subprocess.Popen[str]) -> int:
    assert parent.stdout is not None
    return int(parent.stdout.readline())


def size(out: Path) -> int:
    path = out / "answers.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def told(run: Path) -> list[object]:
    """Everything that the report of a run says of answers and comparisons, but for names and seconds."""
    (report,) = build_report([run]).runs
    answers = [replace(one, recorded=None) for one in report.answers]
    timeless = {"seconds": 0.0, "retrieval_seconds": None}
    cells = [replace(cell, cost=cell.cost and replace(cell.cost, **timeless)) for cell in report.cells]
    return [cells, report.contrasts, report.splits, answers, [one.answer for one in report.answers]]


@pytest.mark.usefixtures("process")
def test_kill_9_at_twenty_random_moments(out, tmp_path) -> None:
    """Each child is killed at a random moment: before it asks, or when some more answers stand there than before."""
    rows = [
        (str(n), f"{n}番。{ROWS[0][1]}", ROWS[0][2], f"No. {n}. {ROWS[0][3]}", *ROWS[0][4:]) for n in range(QUESTIONS)
    ]
    verify = write_set(tmp_path / "set.csv", rows)
    run_set(tmp_path / "calm", verify, ScriptedChat(), batch_size=3)
    moments = random.Random(20240501)
    part_way = set()
    with forking(verify, out) as parent:
        for _ in range(ROUNDS):
            before = size(out)
            child = start(parent, str(A_ROUND))
            more, patience = moments.randrange(0, 5), time.monotonic() + 30
            while size(out) < before + more and time.monotonic() < patience:
                time.sleep(0.001)
            time.sleep(moments.uniform(0.0, 0.05))
            os.kill(child, signal.SIGKILL)
            assert ended(parent) == -signal.SIGKILL
            part_way.add(size(out))
        assert len(part_way - {0, 4 * QUESTIONS}) >= 4
        start(parent)
        assert ended(parent) == 0
    assert records(out) == records(tmp_path / "calm")
    assert len(records(out)) == 4 * QUESTIONS
    assert load_run(out).ended is not None
    assert told(out) == told(tmp_path / "calm")


@pytest.mark.parametrize("cut", [1, 100, 10_000])
def test_cut_off_anywhere(verify, out, tmp_path, cut) -> None:
    """What a crash can leave of the file: any beginning of it."""
    run_set(tmp_path / "calm", verify, ScriptedChat())
    run_set(out, verify, ScriptedChat())
    path = out / "answers.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    run_set(out, verify, ScriptedChat())
    assert records(out) == records(tmp_path / "calm")
