"""Progress of long work: a bar on a terminal and in a notebook, occasional lines on stderr elsewhere."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rag.messages import Message, joined, localized
from rag.text.terminal_text import terminal_text

_SECONDS_BETWEEN_LINES = 15.0


def notice(text: str) -> None:
    """Write one line to stderr that explains a wait."""
    sys.stderr.write(f"{terminal_text(localized(text))}\n")
    sys.stderr.flush()


@contextmanager
def status(text: str) -> Iterator[None]:
    """Show on a terminal what is being done, until it is done."""
    on_terminal = sys.stderr.isatty()
    if on_terminal:
        sys.stderr.write(f"{terminal_text(localized(text))} ...")
        sys.stderr.flush()
    try:
        yield
    finally:
        if on_terminal:
            sys.stderr.write("\r\x1b[K")  # to the start of the line, and erase it
            sys.stderr.flush()


@contextmanager
def bytes_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar for bytes; yields `progress(done, total)`, whose first call makes the bar appear."""
    with _bar(terminal_text(localized(label)), in_bytes=True) as advance:
        yield advance


@contextmanager
def count_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar for counted items, with rate and time left; yields `progress(done, total)`."""
    with _bar(terminal_text(localized(label)), in_bytes=False) as advance:
        yield advance


@contextmanager
def _bar(label: str, *, in_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    if sys.stderr.isatty() or _in_notebook():
        yield from _drawn_bar(label, in_bytes=in_bytes)
    else:
        yield _Lines(label, in_bytes=in_bytes)


def _in_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


def _drawn_bar(label: str, *, in_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw with tqdm: in a notebook its widget, or as text where ipywidgets is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that ipywidgets is missing
        from tqdm.auto import tqdm
    bar: Any = None

    def advance(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            quiet = type("Bar", (tqdm,), {"monitor_interval": 0})  # no thread that watches it
            unit = "B" if in_bytes else "it"
            bar = quiet(
                total=total, initial=done, desc=label, unit=unit, unit_scale=in_bytes, leave=False, dynamic_ncols=True
            )
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()


class _Lines:
    """A line at the start and then every 15 seconds. The rate counts what was done since the first line."""

    def __init__(self, label: str, *, in_bytes: bool) -> None:
        self._label = label
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
        amount = _bytes(done, total) if self._in_bytes else Message("{done} of {total}", done=done, total=total)
        elapsed = now - self._began
        new = done - self._first
        times = [Message("{seconds:.0f} s", seconds=elapsed)]
        if new and elapsed > 1:
            a_second = new / elapsed
            times.append(Message("{rate:.1f} kB/s", rate=a_second / 1e3) if self._in_bytes else _rate(a_second))
            if done < total:
                times.append(Message("{seconds:.0f} s left", seconds=elapsed * (total - done) / new))
        line = Message("{label}: {amount} ({times})", label=self._label, amount=amount, times=joined(times, ", "))
        sys.stderr.write(f"{localized(line)}\n")
        sys.stderr.flush()


def _bytes(done: int, total: int) -> Message:
    """Return an amount of bytes in the unit that suits the total.

    >>> _bytes(500, 2000), _bytes(0, 3_000_000)
    ('0.5 of 2.0 kB', '0.0 of 3.0 MB')
    """
    size, unit = (1e6, "MB") if total >= 1e6 else (1e3, "kB")
    return Message("{done:.1f} of {total:.1f} {unit}", done=done / size, total=total / size, unit=unit)


def _rate(a_second: float) -> Message:
    """Return a rate: items a second, or seconds an item where that is more than one.

    >>> _rate(2.5), _rate(0.04)
    ('2.5/s', '25.0 s each')
    """
    if a_second >= 1:
        return Message("{rate:.1f}/s", rate=a_second)
    return Message("{seconds:.1f} s each", seconds=1 / a_second)
