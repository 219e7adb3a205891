"""Doing two things at once: making items ahead of their use, and using them up behind their making."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_END: Any = object()


def ahead(items: Iterator[T], count: int) -> Generator[T]:
    """The same items, made in a thread of their own, up to `count` of them before they are asked for."""
    with ThreadPoolExecutor(1, thread_name_prefix="kotae-ahead") as pool:
        waiting = deque(pool.submit(next, items, _END) for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, items, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()


class Behind(Generic[T]):
    """Gives the items put to it to `use`, in a thread of its own, in order, as many at once as are waiting.

    At most `count` wait; what `use` raises is raised by the next `put`, or at the end.
    """

    def __init__(self, use: Callable[[list[T]], None], count: int) -> None:
        self._use = use
        self._queue: queue.Queue[T] = queue.Queue(count)
        self._failure: BaseException | None = None
        self._ended = threading.Event()  # an interrupted Thread.join takes the thread for ended
        self._thread = threading.Thread(target=self._run, name="kotae-behind", daemon=True)

    def put(self, item: T) -> None:
        """Hand over an item; waits while too many are waiting."""
        if self._failure is not None:
            raise self._failure
        self._queue.put(item)

    def __enter__(self) -> Behind[T]:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all items are used, also where the making of more has failed, or an interrupt comes meanwhile."""
        try:
            self._finish()
        except BaseException:
            self._finish()
            raise
        if kind is None and self._failure is not None:
            raise self._failure

    def _finish(self) -> None:
        self._queue.put(_END)
        self._ended.wait()

    def _run(self) -> None:
        while not self._ended.is_set():
            taken = [self._queue.get()]
            while not self._queue.empty():
                taken.append(self._queue.get())
            items = [item for item in taken if item is not _END]
            if items and self._failure is None:
                try:
                    self._use(items)
                except BaseException as error:  # kept for the thread that puts
                    self._failure = error
            if taken[-1] is _END:
                self._ended.set()
