"""Runs kotae's commands in processes of their own that can be starved, robbed and killed, and that start at once.

python -m tests.faults.forks: each line on stdin is a request (JSON) that forks a child; its process id goes to stdout,
and once it has ended its exit status. Only the forking process pays for the imports. The children have the real command
line, with a scripted model (`--model scripted`) and an encoder without weights.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.samples import REPOSITORY

DELAY = "KOTAE_TEST_DELAY"
"""Seconds that the scripted model takes for a pass, and the encoder for a batch."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (negative: the signal that ended it), stdout and stderr.

    `megabytes`: the most memory it had at once, with what all children share.
    """

    code: int
    out: str
    err: str
    megabytes: float = 0.0

    @property
    def said(self) -> str:
        """The last line on stderr."""
        return (self.err.strip().splitlines() or [""])[-1]

    @property
    def named(self) -> bool:
        """Whether it ended well, or with a named error and nothing else: no traceback, no death by accident."""
        return "Traceback" not in self.err and (
            self.code == 0 or (self.code == 1 and (self.said.startswith("kotae: ") or not self.err))
        )


class Running:
    """A command under way."""

    def __init__(self, pid: int, forks: Forks, out: Path) -> None:
        self.pid = pid
        self._forks = forks
        self._out = out

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> Ended:
        code = self._forks.line(f"ended {self.pid} ")
        texts = [Path(f"{self._out}.{end}").read_text(encoding="utf-8", errors="replace") for end in ("out", "err")]
        peak = Path(f"{self._out}.peak")
        return Ended(int(code), *texts, float(peak.read_text()) if peak.exists() else 0.0)


class Forks:
    """The process that forks children, and what it says of them."""

    def __init__(self, parent: subprocess.Popen[str], logs: Path) -> None:
        self._parent = parent
        self._logs = logs
        self._count = 0
        self._heard: list[str] = []

    def start(self, *args: str | Path, **request: Any) -> Running:
        """Start `kotae ARGS`. `limit`: bytes a file may have; `obedient`: root obeys
        permissions too; `cwd`, `env`; `code`: Python to run instead."""
        self._count += 1
        out = self._logs / str(self._count)
        line = json.dumps({"args": [str(one) for one in args], "out": str(out), **request})
        assert self._parent.stdin is not None
        self._parent.stdin.write(line + "\n")
        self._parent.stdin.flush()
        return Running(int(self.line(f"began {out} ")), self, out)

    def run(self, *args: str | Path, **request: Any) -> Ended:
        """Run `kotae ARGS` to its end."""
        return self.start(*args, **request).wait()

    def line(self, begins: str) -> str:
        """The rest of the line that begins so, waiting for it."""
        assert self._parent.stdout is not None
        while True:
            for at, line in enumerate(self._heard):
                if line.startswith(begins):
                    return self._heard.pop(at)[len(begins) :].strip()
            line = self._parent.stdout.readline()
            assert line, "the forking process has ended"
            self._heard.append(line)


@contextmanager
def forks(logs: Path) -> Iterator[Forks]:
    """A process that forks children which write to files in `logs`."""
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forks"],
        cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        yield Forks(parent, logs)


def _serve() -> None:
    """Fork a child for every line, until there are no more; children are awaited in threads that only wait."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
            return
        threading.Thread(target=_await, args=(child,)).start()


def _await(child: int) -> None:
    _say(f"ended {child} {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


def _say(line: str) -> None:
    os.write(1, (line + "\n").encode())


def _become(request: dict[str, Any]) -> None:
    """In the child: the command, its output in files. An interrupt before or after it ends the child without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    said = os.dup(1)
    for number, end in ((1, "out"), (2, "err")):
        file = os.open(f"{request['out']}.{end}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(file, number)
        os.close(file)
    os.environ.update(request.get("env", {}))
    os.write(said, f"began {request['out']} {os.getpid()}\n".encode())
    os.close(said)
    os.chdir(request.get("cwd", "."))
    if request.get("limit"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["limit"], resource.RLIM_INFINITY))
    if request.get("obedient"):
        _obey_permissions()
    from kotae.commands import main
    from rag.errors import KotaeError

    atexit.register(_keep_peak, Path(f"{request['out']}.peak"))
    try:
        if code := request.get("code"):
            exec(code, {})  # noqa: S102
        else:
            main(request["args"], prog_name="kotae")
    except KotaeError as error:
        sys.stderr.write(f"kotae: {error}\n")
        _leave(1)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))
    except BaseException:
        traceback.print_exc()
        _leave(1)
    _leave(0)


def _keep_peak(path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    path.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _leave(code: int) -> None:
    """End as an interpreter does, but do not take apart every module there is: a forked one's memory is shared."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _obey_permissions() -> None:
    """Root gives up its right to pass over the permissions of files (capabilities 1 and 2, of Linux)."""
    if os.getuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        sets = (ctypes.c_uint32 * 6)()
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.capget(header, sets) == 0
        for at in range(3):
            sets[at] &= ~0b1110
        assert libc.capset(header, sets) == 0


def _prepare() -> None:
    """Import everything that a command takes time to import, and put the stand-ins in place."""
    import chromadb  # noqa: F401
    import openpyxl  # noqa: F401

    import eval.fallback.factory
    import eval.report.build
    import eval.report.files
    import eval.report.html
    import eval.report.terminal
    import eval.runs.evaluate
    import ingest.sync
    import rag.index.reader
    import tests.ingest.kill_driver  # noqa: F401
    from kotae import commands as cli
    from rag.models import registry
    from rag.settings import configure_libraries
    from tests.eval.scripted import Script, ScriptedEngine
    from tests.fakes import HashEncoder

    configure_libraries(offline=True)
    assert cli

    class SlowEncoder(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Any:
            time.sleep(float(os.environ.get(DELAY, "0")))
            return super().encode(texts)

        encode_queries = encode_each = encode

    class SlowEngine(ScriptedEngine):
        @property
        def identity(self) -> str:  # type: ignore[override]
            return os.environ.get("KOTAE_TEST_IDENTITY", "scripted@1")

        @identity.setter
        def identity(self, _: str) -> None:
            pass

        def complete(self, *given: Any, **named: Any) -> Any:
            time.sleep(float(os.environ.get(DELAY, "0")))
            return super().complete(*given, **named)

    encoder = SlowEncoder()
    for module in (ingest.sync, rag.index.reader, eval.runs.evaluate, eval.fallback.factory):
        module.open_encoder = lambda _: encoder  # type: ignore[attr-defined]
    replies = Script().replies
    registry.KINDS["scripted"] = registry.ModelKind(
        "scripted", "none", "nothing", "rag", "", lambda _, options: SlowEngine(replies, {}, options.context)
    )


if __name__ == "__main__":
    _prepare()
    gc.freeze()
    _serve()
