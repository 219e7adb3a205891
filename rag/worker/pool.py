"""Run tasks in worker processes: start them, watch their limits, and start others after a death.

A worker does many tasks, one at a time; there are as many as threads that have one at work. Only tests set
`in_this_process`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from rag import errors
from rag.errors import KotaeError, SettingsError
from rag.messages import Message, unpacked
from rag.worker.child import as_json, results_of
from rag.worker.frames import FrameKind, read_frame, write_frame
from rag.worker.limits import LimitExceeded, Limits, TimeExceeded, processor_ticks

in_this_process = False
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from rag.worker.child import main; main()"
_TICK: Final = 0.1
"""Seconds between looks at the clock while a worker is at work."""
_IDLE = 300.0
"""Seconds after which a worker is ended that has a task and does nothing, as one at a file that does not come."""


def run_task(task: str, arguments: Mapping[str, Any], limits: Limits) -> Iterator[bytes]:
    """Yield the results of a task, JSON each, as they come.

    `task` names a function, "module:function", that yields them; `arguments` are JSON too. Raises LimitExceeded, and
    whatever KotaeError the task raises. A worker whose results are not read to the end is ended.
    """
    if in_this_process:
        yield from _here(task, arguments, limits)
        return
    worker = _ready()
    ended = False
    try:
        try:
            first = worker.begin(task, arguments, limits)
        except LimitExceeded:
            # Not the task's fault, perhaps: the worker has done others, or was killed while it waited.
            if worker.fresh or worker.overran:
                raise
            worker.end()
            worker = _Worker()
            first = worker.begin(task, arguments, limits)
        if first is not None:
            yield first
            yield from worker.results()
        ended = True
    except KotaeError:
        ended = True
        raise
    finally:
        if ended and worker.alive and not worker.overran:
            worker.fresh = False
            _idle.append(worker)
        else:
            worker.end()


def _ready() -> _Worker:
    try:
        return _idle.pop()
    except IndexError:
        return _Worker()


def _here(task: str, arguments: Mapping[str, Any], limits: Limits) -> Iterator[bytes]:
    try:
        yield from results_of(task, json.loads(as_json(dict(arguments))))
    except MemoryError as error:
        raise LimitExceeded.of_memory(limits.memory) from error


class _Worker:
    """A worker process, and the thread that ends it when its time is up."""

    def __init__(self) -> None:
        self.fresh, self.alive, self.overran = True, True, False
        self._limits = Limits()
        self._left, self._output = self._limits.wait, 0
        self._idle = 0.0
        self._deadline: float | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603 (this Python, and code that stands above)
                [sys.executable or "python", "-I", "-c", _CODE, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the process that reads the results
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise _not_started(error.strerror) from error
        self._input = cast("Any", self._process.stdin)
        self._results = cast("Any", self._process.stdout)
        self._lock, self._working = threading.Lock(), threading.Event()
        threading.Thread(target=self._watch, name="kotae-watch", daemon=True).start()
        try:
            self._read()
        except LimitExceeded as error:  # nothing was asked of it yet: no file is to blame
            self.end()
            raise _not_started(error.what) from error

    def begin(self, task: str, arguments: Mapping[str, Any], limits: Limits) -> bytes | None:
        """Send a task and return its first result, None if it has none."""
        self._limits, self._left, self._output, self._idle = limits, limits.wait, 0, 0.0
        request = {"task": task, "arguments": arguments, "seconds": limits.seconds, "memory": limits.memory}
        try:
            write_frame(self._input, FrameKind.REQUEST, as_json(request))
        except OSError as error:
            self.alive = False
            raise self._death() from error
        return self._next()

    def results(self) -> Iterator[bytes]:
        """Yield the results after the first."""
        while (result := self._next()) is not None:
            yield result

    def end(self) -> None:
        """Kill the process."""
        self.alive = False
        self._working.set()
        with suppress(OSError):
            self._process.kill()
        for stream in (self._input, self._results):
            with suppress(OSError):
                stream.close()
        self._process.wait()

    def _next(self) -> bytes | None:
        kind, content = self._read()
        if kind is FrameKind.RESULT:
            self._output += len(content)
            return content
        if kind is FrameKind.MEMORY:
            self.alive = False
            raise LimitExceeded.of_memory(self._limits.memory)
        if kind is FrameKind.CRASH:
            self.alive = False
            raise LimitExceeded(Message("crashed the reader ({content})", content=content.decode()))
        if kind is FrameKind.ERROR:
            raise _error(json.loads(content))
        self.alive = not content
        return None

    def _read(self) -> tuple[FrameKind, bytes]:
        """Wait for a frame as long as the limit allows: the time in which nobody waits does not count.

        Whatever comes later than that is too late, also where the thread that watches did not look in between.
        """
        began = time.monotonic()
        self._deadline = deadline = began + self._left
        self._working.set()
        try:
            frame = read_frame(self._results, self._limits.output - self._output)
        except (EOFError, OSError) as error:
            self.alive = False
            self.overran = self.overran or time.monotonic() >= deadline
            raise self._death() from error
        except ValueError as error:
            self.alive = False
            raise LimitExceeded.of_output(self._limits.output) from error
        finally:
            with self._lock:
                self._working.clear()
                self._deadline = None
            self._left -= time.monotonic() - began
        if self._left <= 0:
            self.alive, self.overran = False, True
            raise TimeExceeded.of_wait(self._limits.wait)
        return frame

    def _death(self) -> LimitExceeded:
        code = self._process.wait()
        if self.overran:
            idle = self._idle >= _IDLE
            return TimeExceeded.of_idleness(_IDLE) if idle else TimeExceeded.of_wait(self._limits.wait)
        if code < 0 and -code == getattr(signal, "SIGXCPU", None):
            self.overran = True
            return TimeExceeded.of_processor(self._limits.seconds)
        return LimitExceeded(Message("crashed the reader ({code})", code=_ending(code)))

    def _watch(self) -> None:
        before: int | None = None
        while self.alive:
            self._working.wait()
            ticks = processor_ticks(self._process.pid)
            with self._lock:
                waited_for = self._deadline is not None and ticks is not None and ticks == before
                self._idle = self._idle + _TICK if waited_for else 0.0
                before = ticks
                if self._deadline is not None and (time.monotonic() > self._deadline or self._idle >= _IDLE):
                    self.overran = True
                    self._process.kill()
                    return
            time.sleep(_TICK)


def _ending(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"


def _not_started(why: str | None) -> SettingsError:
    return SettingsError(
        Message("The worker process that reads files from others does not start: {why}", why=why),
        where=sys.executable,
        do="Free some memory, then run the same command again.",
    )


def _error(about: Mapping[str, Any]) -> KotaeError:
    kind = getattr(errors, str(about["error"]), KotaeError)
    error: KotaeError = kind(unpacked(about["what"]), where=unpacked(about["where"]), do=unpacked(about["do"]))
    return error


_idle: list[_Worker] = []


def end_idle() -> None:
    """End the workers that have nothing to do."""
    while _idle:
        _idle.pop().end()


def _forget() -> None:
    """Leave the workers to the process that this one was forked from."""
    _idle.clear()


atexit.register(end_idle)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
