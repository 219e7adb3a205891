"""Progress of long work on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LINES = 15.0


def notice(text: str) -> None:
    """One line on stderr, said once: why nothing moves just now."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def bytes_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for bytes, shown from the first call of what it gives: `progress(done, total)`."""
    with _bar(what, in_bytes=True) as advance:
        yield advance


@contextmanager
def count_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for counted things, with rate and time left: `progress(done, total)`."""
    with _bar(what, in_bytes=False) as advance:
        yield advance


@contextmanager
def _bar(what: str, *, in_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    if sys.stderr.isatty():
        yield from _terminal_bar(what, in_bytes=in_bytes)
    else:
        yield _Lines(what, in_bytes=in_bytes)


def _terminal_bar(what: str, *, in_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    tasks: list[int] = []

    def advance(done: int, total: int) -> None:
        if not tasks:
            bar.start()
            tasks.append(bar.add_task(what, total=total))
        bar.update(tasks[0], completed=done, total=total)  # type: ignore[arg-type]

    try:
        yield advance
    finally:
        if tasks:
            bar.stop()


class _Lines:
    """A line at the start and then one every quarter of a minute."""

    def __init__(self, what: str, *, in_bytes: bool) -> None:
        self._what = what
        self._in_bytes = in_bytes
        self._began: float | None = None
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        elif now - self._last < _SECONDS_BETWEEN_LINES and done < total:
            return
        self._last = now
        amount = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if self._in_bytes else f"{done} of {total}"
        elapsed = now - self._began
        left = f", {elapsed * (total - done) / done:.0f} s left" if done and elapsed > 1 and done < total else ""
        sys.stderr.write(f"{self._what}: {amount} ({elapsed:.0f} s{left})\n")
        sys.stderr.flush()
