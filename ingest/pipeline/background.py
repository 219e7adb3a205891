"""Background producer and consumer with bounded queues."""

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


def prefetch(items: Iterator[T], count: int) -> Generator[T]:
    """Yield the same items, made in a background thread, up to `count` of them before they are needed."""
    with ThreadPoolExecutor(1, thread_name_prefix="kotae-prefetch") as pool:
        waiting = deque(pool.submit(next, items, _END) for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, items, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()


class BackgroundWriter(Generic[T]):
    """Passes the items put into it to `write` in a background thread, in order, all that are waiting at once.

    At most `count` items wait. An exception of `write` is raised by the next `put`, or on exit.
    """

    def __init__(self, write: Callable[[list[T]], None], count: int) -> None:
        self._write = write
        self._queue: queue.Queue[T] = queue.Queue(count)
        self._failure: BaseException | None = None
        self._ended = threading.Event()  # an interrupted Thread.join takes the thread for ended
        self._thread = threading.Thread(target=self._run, name="kotae-writer", daemon=True)

    def put(self, item: T) -> None:
        """Hand over an item; block while too many are waiting."""
        if self._failure is not None:
            raise self._failure
        self._queue.put(item)

    def __enter__(self) -> BackgroundWriter[T]:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all items are written, also when their producer has failed or an interrupt arrives meanwhile."""
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
                    self._write(items)
                except BaseException as error:  # kept for the thread that puts
                    self._failure = error
            if taken[-1] is _END:
                self._ended.set()
