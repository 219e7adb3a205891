"""Runs a verification set into a folder with a slow scripted model: a process for a test to kill.

python -m tests.eval.killed_run VERIFY OUT
"""

import sys
from pathlib import Path

from tests.eval.scripted import ScriptedChat, run_set

if __name__ == "__main__":
    verify, out = map(Path, sys.argv[1:])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    run_set(out, verify, ScriptedChat(delay=0.02), batch_size=3)
