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
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    amount = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(), Rate())
    columns = (TextColumn("{task.description}"), BarColumn(), *amount, TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    tasks: list[int] = []

    def advance(done: int, total: int) -> None:
        if not tasks:
            bar.start()
            tasks.append(bar.add_task(what, total=total, completed=done))
        bar.update(tasks[0], completed=done, total=total)  # type: ignore[arg-type]

    try:
        yield advance
    finally:
        if tasks:
            bar.stop()


class _Lines:
    """A line at the start and then one every quarter of a minute. The rate is of what was done since the first."""

    def __init__(self, what: str, *, in_bytes: bool) -> None:
        self._what = what
        self._in_bytes = in_bytes
        self._began: float | None = None
        self._first = 0
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began, self._first = now, done
        elif now - self._last < _SECONDS_BETWEEN_LINES and done < total:
            return
        self._last = now
        amount = _bytes(done, total) if self._in_bytes else f"{done} of {total}"
        elapsed = now - self._began
        new = done - self._first
        rate = _rate(new / elapsed, in_bytes=self._in_bytes) if new and elapsed > 1 else ""
        left = f", {elapsed * (total - done) / new:.0f} s left" if rate and done < total else ""
        sys.stderr.write(f"{self._what}: {amount} ({elapsed:.0f} s{rate}{left})\n")
        sys.stderr.flush()


def _bytes(done: int, total: int) -> str:
    """An amount of bytes, in the unit of the whole.

    >>> _bytes(500, 2000), _bytes(0, 3_000_000)
    ('0.5 of 2.0 kB', '0.0 of 3.0 MB')
    """
    size, unit = (1e6, "MB") if total >= 1e6 else (1e3, "kB")
    return f"{done / size:.1f} of {total / size:.1f} {unit}"


def _rate(a_second: float, *, in_bytes: bool) -> str:
    return f", {a_second / 1e3:.1f} kB/s" if in_bytes else f", {a_second:.1f}/s"
