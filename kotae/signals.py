"""Stop a command on SIGINT or SIGTERM, and say so if it takes long."""

from __future__ import annotations

import atexit
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from kotae.console import echo

PATIENCE = 2.0
"""Seconds after which a stopped command that is still running says why."""


@contextmanager
def raise_on_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT or SIGTERM; a second signal kills the process.

    A request to a server, or a step of a model, is finished first; after PATIENCE a line on stderr says so.
    """
    words = "kotae: finishing the current request; press Ctrl-C again to stop now"
    late = threading.Timer(PATIENCE, echo, (words,), {"err": True})
    late.daemon = True

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        with suppress(RuntimeError):  # another signal has started it
            late.start()
        raise KeyboardInterrupt(signal.Signals(number))

    hook = sys.unraisablehook

    def again(lost: Any) -> None:
        """Send the signal again: Python discards exceptions that are raised in destructors."""
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
        # from here on the process only shuts down, which needs no traceback
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)
