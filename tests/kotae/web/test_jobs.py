"""Work in the background without a page: how long the rest will take, and what ends it."""

from __future__ import annotations

import asyncio
import time

import pytest

from kotae.web.jobs import Job, JobKind, JobRunner, JobState, JobStopped, JobTurn
from rag.errors import ModelUnavailable, RequestError
from tests.kotae.web.test_question_lists import PatientQueue


class DirectQueue(PatientQueue):
    """Does what it is called for at once."""

    async def call(self, work):
        return work()


def run(test) -> None:
    async def with_runner() -> None:
        runner = JobRunner(DirectQueue())
        await test(runner)
        runner.close()

    asyncio.run(with_runner())


async def until_ended(job: Job) -> None:
    while job.running:
        await asyncio.sleep(0.01)


def test_the_time_that_is_left_is_told_from_what_was_done_in_this_job() -> None:
    job = Job(kind=JobKind.COMPARISON, name="set", result="run", began=time.monotonic() - 50)
    assert job.left is None
    job.progress(60, 100)
    assert job.left is None
    job.first = 60, time.monotonic() - 20
    job.progress(70, 100)
    assert job.left == pytest.approx(60, rel=0.05)
    assert job.elapsed == pytest.approx(50, rel=0.05)


def test_work_ends_done_or_broken_with_its_error() -> None:
    def break_off(job: Job, turn: JobTurn) -> None:
        raise ModelUnavailable("The model is gone")

    async def test(runner: JobRunner) -> None:
        job = runner.begin(JobKind.COMPARISON, "set", "run", lambda job, turn: job.progress(turn(lambda: 3), 3))
        await until_ended(job)
        assert (job.state, job.done, job.error) == (JobState.DONE, 3, None)
        broken = runner.begin(JobKind.COMPARISON, "set", "run", break_off)
        await until_ended(broken)
        assert (broken.state, str(broken.error)) == (JobState.BROKEN, "The model is gone")
        assert runner.latest is broken

    run(test)


def test_one_that_is_stopped_takes_no_further_turn() -> None:
    turns = []

    def work(job: Job, turn: JobTurn) -> None:
        while True:
            turn(lambda: turns.append(time.sleep(0.01)))

    async def test(runner: JobRunner) -> None:
        job = runner.begin(JobKind.COMPARISON, "set", "run", work)
        with pytest.raises(RequestError, match="already"):
            runner.begin(JobKind.DRAFTING, "set", "run", work)
        with pytest.raises(RequestError, match="no longer"):
            runner.stop("another")
        while not turns:
            await asyncio.sleep(0.01)
        assert runner.stop(job.id).state is JobState.STOPPING
        await until_ended(job)
        assert job.state is JobState.STOPPED
        assert runner.stop(job.id).state is JobState.STOPPED

    run(test)


def test_a_turn_is_refused_once_the_loop_has_ended() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    job = Job(kind=JobKind.COMPARISON, name="set", result="run", state=JobState.STOPPING)
    with pytest.raises(JobStopped):
        JobTurn(job, DirectQueue.__new__(DirectQueue), loop)(lambda: None)
