"""Making ahead and using up behind: order, bounds, and errors from either side."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from ingest.pipeline.background import BackgroundWriter, prefetch


def counting(made: list[int], end: int) -> Iterator[int]:
    for n in range(end):
        made.append(n)
        yield n


def test_ahead_keeps_order_and_does_not_run_away() -> None:
    made: list[int] = []
    stream = prefetch(counting(made, 50), 3)
    assert next(stream) == 0
    assert len(made) <= 5
    assert list(stream) == list(range(1, 50))


def test_ahead_stops_where_nobody_asks_any_more() -> None:
    made: list[int] = []
    stream = prefetch(counting(made, 1000), 2)
    next(stream)
    stream.close()
    assert len(made) < 10


def test_ahead_raises_what_making_raises() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("二つ目")

    stream = prefetch(broken(), 2)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="二つ目"):
        next(stream)


def test_behind_uses_all_in_order_and_several_at_once() -> None:
    groups: list[list[int]] = []
    may_go = threading.Event()

    def use(items: list[int]) -> None:
        may_go.wait()
        groups.append(items)

    with BackgroundWriter(use, 4) as behind:
        for n in range(5):
            behind.put(n)
        may_go.set()
        for n in range(5, 20):
            behind.put(n)
    assert [n for group in groups for n in group] == list(range(20))
    assert len(groups) < 20


def test_behind_raises_what_using_raises() -> None:
    def use(_: list[int]) -> None:
        raise ValueError("full")

    def fill() -> None:
        with BackgroundWriter(use, 2) as behind:
            for n in range(100):
                behind.put(n)

    with pytest.raises(ValueError, match="full"):
        fill()


def test_behind_finishes_where_making_fails() -> None:
    used: list[int] = []

    def fill() -> None:
        with BackgroundWriter(used.extend, 9) as behind:
            behind.put(1)
            behind.put(2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill()
    assert used == [1, 2]


def test_an_interrupt_while_the_last_are_used_does_not_leave_them_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores it
    used: list[int] = []
    told_to_end = threading.Event()

    def use(items: list[int]) -> None:
        told_to_end.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.3)  # in which it would be left behind
        used.extend(items)

    def fill() -> None:
        with BackgroundWriter(use, 9) as behind:
            behind.put(1)
            put = behind._queue.put

            def watched(item: int) -> None:
                put(item)
                told_to_end.set()

            monkeypatch.setattr(behind._queue, "put", watched)

    try:
        with pytest.raises(KeyboardInterrupt):
            fill()
    finally:
        signal.signal(signal.SIGINT, before)
    assert used == [1]
