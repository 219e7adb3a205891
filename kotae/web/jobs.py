"""Long work with the model in the background: one job at a time, which takes turns with questions of the page."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from kotae.web.errors import as_kotae_error, page_fields
from kotae.web.queue import AnswerQueue
from rag.errors import KotaeError, RequestError
from rag.records import Language

Result = TypeVar("Result")
_POLL_SECONDS = 1.0


class JobKind(StrEnum):
    """What a job does."""

    COMPARISON = "comparison"
    DRAFTING = "drafting"


class JobState(StrEnum):
    """What becomes of work in the background; `broken` means that an error ended it."""

    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    BROKEN = "broken"


class JobStopped(Exception):
    """Ends the work of a job that is stopped."""


@dataclass(slots=True, eq=False, kw_only=True)
class BackgroundWork:
    """Work that goes on while nobody waits: clients name it by `id`.

    It began at `began` of the monotonic clock and took `seconds`, None until its end. `error` broke it off.
    """

    name: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    began: float = field(default_factory=time.monotonic)
    state: JobState = JobState.RUNNING
    seconds: float | None = None
    error: KotaeError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held where the state changes: work ends on another thread than that which stops it."""

    @property
    def elapsed(self) -> float:
        """The seconds that it has taken so far."""
        return time.monotonic() - self.began if self.seconds is None else self.seconds

    def end(self, state: JobState) -> None:
        """Take note of its end."""
        with self._lock:
            self.seconds = self.elapsed
            self.state = state

    def stop(self) -> None:
        """Have it end soon, unless it has ended."""
        with self._lock:
            if self.state is JobState.RUNNING:
                self.state = JobState.STOPPING

    def fields(self, language: Language) -> dict[str, Any]:
        """Return what the page has of any work, errors in a language."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "seconds": round(self.elapsed, 1),
            "error": None if self.error is None else page_fields(self.error, language),
        }


@dataclass(slots=True, eq=False, kw_only=True)
class Job(BackgroundWork):
    """A job; `done` of `total` is None until something was done.

    `first` is how much was done, and when, at the first report: what an interrupted job had done before takes no time.
    `result` is the id of what comes of it, a run or a set.
    """

    kind: JobKind
    result: str
    done: int = 0
    total: int | None = None
    first: tuple[int, float] | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state in (JobState.RUNNING, JobState.STOPPING)

    @property
    def left(self) -> float | None:
        """The seconds that the rest will take if it goes on as since the first report; None while nobody knows."""
        if self.first is None or self.total is None or self.done <= self.first[0]:
            return None
        spent = time.monotonic() - self.first[1]
        return spent / (self.done - self.first[0]) * (self.total - self.done)

    def progress(self, done: int, total: int) -> None:
        """Take note of how far the work is. Raises JobStopped."""
        self.done, self.total = done, total
        if self.first is None:
            self.first = done, time.monotonic()
        self.check()

    def check(self) -> None:
        """Raise JobStopped if the job is to end."""
        if self.state is not JobState.RUNNING:
            raise JobStopped


@dataclass(slots=True, eq=False)
class JobTurn:
    """The turns of a job with the model, taken on its thread while the loop runs."""

    job: Job
    queue: AnswerQueue
    loop: asyncio.AbstractEventLoop

    def __call__(self, work: Callable[[], Result], /) -> Result:
        """Do the work when the queue has come to it. Raises JobStopped, and what the work raises."""

        def unless_stopped() -> Result:
            self.job.check()
            return work()

        self.job.check()
        result = asyncio.run_coroutine_threadsafe(self.queue.call(unless_stopped), self.loop)
        while not wait([result], _POLL_SECONDS).done:
            if self.loop.is_closed():
                raise JobStopped
        return result.result()


Work = Callable[[Job, JobTurn], None]


@dataclass(slots=True)
class JobRunner:
    """Runs one job at a time. `latest` is the one that runs or ran last. Called on the thread of the event loop."""

    queue: AnswerQueue
    latest: Job | None = None
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="job"))

    def begin(self, kind: JobKind, name: str, result: str, work: Work) -> Job:
        """Begin a job. Raises RequestError while another one runs."""
        if self.latest is not None and self.latest.running:
            raise RequestError(
                "A comparison or a draft is being worked on already", do="Wait until it is done, or stop it.",
                status=429,
            )  # fmt: skip
        job = self.latest = Job(kind=kind, name=name, result=result)
        self._thread.submit(_carry_out, job, work, JobTurn(job, self.queue, asyncio.get_running_loop()))
        return job

    def stop(self, job_id: str) -> Job:
        """Stop a job after what it is doing; what was done stays. Raises RequestError."""
        job = self.latest
        if job is None or job.id != job_id:
            raise RequestError("This work does not exist, or no longer does", status=404)
        job.stop()
        return job

    def close(self) -> None:
        """Stop, and wait for what is being done to end."""
        if self.latest is not None:
            self.latest.stop()
        self._thread.shutdown()


def _carry_out(job: Job, work: Work, turn: JobTurn) -> None:
    state = JobState.BROKEN
    try:
        work(job, turn)
        state = JobState.DONE
    except (JobStopped, CancelledError):  # cancelled with the event loop
        state = JobState.STOPPED
    except Exception as error:
        job.error = as_kotae_error(error)
    finally:
        job.end(state)
