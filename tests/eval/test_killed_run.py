"""A run that is killed goes on, and ends as if it had not been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from eval.run import load_run
from tests.eval.scripted import ScriptedChat, records, run_set
from tests.eval.set_checks import ROOT


@pytest.mark.slow
def test_kill_9_at_ten_random_moments(verify, out, tmp_path) -> None:
    """The folder of a run that was killed ten times and then finished has the answers of an undisturbed one."""
    run_set(tmp_path / "calm", verify, ScriptedChat(), batch_size=3)
    moments = random.Random(20240501)  # noqa: S311
    command = [sys.executable, "-m", "tests.eval.killed_run", str(verify), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = counted = 0
    for _ in range(10):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.12))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
        if (out / "answers.jsonl").exists():
            counted += 0 < len((out / "answers.jsonl").read_bytes().splitlines()) < 20
    assert killed >= 5
    assert counted >= 2, "no process was killed between its first and its last answer"
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert records(out) == records(tmp_path / "calm")
    assert load_run(out).ended is not None
