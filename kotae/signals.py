"""End a command on SIGINT or SIGTERM, and say what it still waits for."""

from __future__ import annotations

import atexit
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import click

PATIENCE = 2.0
"""Seconds after which one who has ended a command is told what it still waits for."""


@contextmanager
def raise_on_signals() -> Iterator[None]:
    """SIGINT and SIGTERM raise KeyboardInterrupt, once: a second one ends the process where it stands.

    Requests to a server, or a step of a model, are waited for; where that takes long it is said.
    """
    words = "kotae: waiting for what is under way. Again, and it ends at once."
    late = threading.Timer(PATIENCE, click.echo, (words,), {"err": True})
    late.daemon = True

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        with suppress(RuntimeError):  # another signal has started it
            late.start()
        raise KeyboardInterrupt(signal.Signals(number))

    hook = sys.unraisablehook

    def again(lost: Any) -> None:
        """Python passes over what is raised where objects are taken apart: the signal is sent once more."""
        if not isinstance(lost.exc_value, KeyboardInterrupt) or not lost.exc_value.args:
            hook(lost)
            return
        (number,) = lost.exc_value.args
        signal.signal(number, end)
        threading.Timer(0.01, signal.pthread_kill, (threading.main_thread().ident, number)).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    sys.unraisablehook = again
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        late.cancel()
        sys.unraisablehook = hook
        for number, handler in before.items():
            if signal.getsignal(number) is end:
                signal.signal(number, handler)
        # What is left when a command is done is the taking apart of the process, which needs no traceback.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)
