"""Runs a verification set into a folder with a slow scripted model, in children for a test to kill.

python -m tests.eval.killed_run VERIFY OUT: each line on stdin forks a child that runs the set, and its process id is
written to stdout. With a number on the line the child gives so many answers and then waits to be killed. Only the
forking process pays for the imports.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

from tests.eval.scripted import ScriptedChat, run_set


class Mortal(ScriptedChat):
    """Gives `left` answers and no more, if that is not None."""

    left: int | None = None

    def _generate(self, *given: Any, **named: Any) -> Any:
        with self._lock:
            if self.left == 0:
                threading.Event().wait()
            self.left = None if self.left is None else self.left - 1
        return super()._generate(*given, **named)


if __name__ == "__main__":
    verify, out = map(Path, sys.argv[1:])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run_set(out, verify, Mortal(delay=0.02, left=int(line) if line.strip() else None), batch_size=3)
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
