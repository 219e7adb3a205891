"""A task ends within its limits, by a named error, and the next one is done all the same."""

from __future__ import annotations

import json
import os
import threading

import pytest

from rag.errors import CannotWrite, SettingsError
from rag.worker import pool
from rag.worker.limits import GIGABYTE, LimitExceeded, Limits, TimeExceeded, processor_ticks
from rag.worker.pool import run_task

SMALL = Limits(seconds=20, memory=GIGABYTE // 4, output=1 << 20)


def run(name: str, limits: Limits = SMALL, **arguments: object) -> list[object]:
    return [json.loads(result) for result in run_task(f"tests.rag.worker.tasks:{name}", arguments, limits)]


def test_without_a_worker_results_are_the_same() -> None:
    results = run("numbers", count=2)
    assert results == [{"number": n, "text": "答え", "process": os.getpid()} for n in range(2)]
    with pytest.raises(CannotWrite, match="the disk is full"):
        run("refuse")


@pytest.mark.usefixtures("worker")
def test_a_worker_does_many_tasks_in_another_process() -> None:
    first, second = (run("numbers", count=3) for _ in range(2))
    assert first == second
    assert [row["number"] for row in first] == [0, 1, 2]
    assert first[0]["process"] != os.getpid()


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("task", "limits", "why"),
    [
        ("busy", Limits(seconds=1), "took more than 1 s of processor time"),
        ("hoard", SMALL, "needed more than 0.2 GB of memory"),
        ("flood", SMALL, "gave more than 0.0 GB of text"),
        ("die", SMALL, "crashed the reader (SIGABRT)"),
        ("fail", SMALL, "crashed the reader (what is this?)"),
    ],
)
def test_a_limit_is_named_and_the_next_task_done(task: str, limits: Limits, why: str) -> None:
    run("numbers", count=1)  # a worker that has done others is no excuse
    with pytest.raises(LimitExceeded) as raised:
        run(task, limits)
    assert str(raised.value) == why
    assert len(run("numbers", count=2)) == 2


@pytest.mark.skipif(processor_ticks(os.getpid()) is None, reason="the system does not tell what a process has worked")
@pytest.mark.usefixtures("worker")
def test_one_that_does_nothing_is_ended_long_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.worker.pool._IDLE", 1.0)
    with pytest.raises(LimitExceeded, match="did nothing for 1 s"):
        run("endless", Limits(seconds=60))
    assert len(run("numbers", count=2)) == 2


@pytest.mark.usefixtures("worker")
def test_one_that_waits_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.worker.limits._PATIENCE", 2.0)
    with pytest.raises(LimitExceeded, match=r"took more than 4 s$"):
        run("endless", Limits(seconds=2))
    assert len(run("numbers", count=2)) == 2


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("task", ["numbers", "busy", "refuse", "die"])
def test_what_comes_too_late_is_not_taken_and_named_alike(task: str) -> None:
    """Without time to wait, neither an answer before the watch looks at the clock nor another end of it counts."""
    run("numbers", count=1)  # a worker that is ready answers at once
    with pytest.raises(TimeExceeded, match=r"^took more than 0 s$"):
        run(task, Limits(seconds=0), **({"count": 3} if task == "numbers" else {}))
    assert len(run("numbers", count=2)) == 2


@pytest.mark.usefixtures("worker")
def test_short_waits_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is shorter than the watch's looks at the clock."""
    monkeypatch.setattr("rag.worker.limits._PATIENCE", 1.0)
    monkeypatch.setattr("rag.worker.pool._TICK", 60.0)
    pool.end_idle()
    with pytest.raises(TimeExceeded, match=r"^took more than 1 s$"):
        run("dawdle", Limits(seconds=1))


@pytest.mark.usefixtures("worker")
def test_a_named_error_of_a_task_is_raised_here_and_the_worker_goes_on() -> None:
    before = run("numbers", count=1)
    with pytest.raises(CannotWrite) as raised:
        run("refuse")
    assert (raised.value.where, raised.value.do) == ("/tmp", "Free some space.")
    assert run("numbers", count=1) == before


@pytest.mark.usefixtures("worker")
def test_results_that_are_not_read_end_the_worker_and_threads_have_their_own() -> None:
    stream = run_task("tests.rag.worker.tasks:flood", {}, Limits())
    next(stream)
    stream.close()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(run("numbers", count=200))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(rows) for rows in found] == [200] * 3


@pytest.mark.usefixtures("worker")
def test_a_worker_killed_while_it_waits_is_replaced() -> None:
    ((row,), _) = run("numbers", count=1), None
    os.kill(row["process"], 9)
    ((again,), _) = run("numbers", count=1), None
    assert again["process"] != row["process"]


@pytest.mark.usefixtures("worker")
def test_a_worker_that_does_not_start_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    pool.end_idle()
    monkeypatch.setattr("sys.executable", "/no/python")
    with pytest.raises(SettingsError, match="does not start"):
        run("numbers", count=1)


@pytest.mark.usefixtures("worker")
def test_a_process_with_much_in_memory_has_workers_too() -> None:
    pool.end_idle()
    held = bytearray(700 << 20)
    held[::4096] = b"x" * len(held[::4096])
    assert run("numbers", count=1)[0]["process"] == run("numbers", count=1)[0]["process"]
    del held
