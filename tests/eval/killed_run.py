"""Runs a verification set into a folder with a slow scripted model, in children for a test to kill.

python -m tests.eval.killed_run VERIFY OUT: each line on stdin forks a child that runs the set, and its process id is
written to stdout. Only the forking process pays for the imports.
"""

import os
import sys
from pathlib import Path

from tests.eval.scripted import ScriptedChat, run_set

if __name__ == "__main__":
    verify, out = map(Path, sys.argv[1:])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run_set(out, verify, ScriptedChat(delay=0.02), batch_size=3)
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
