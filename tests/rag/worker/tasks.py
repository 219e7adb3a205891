"""What workers are asked to do in tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from rag.errors import CannotWrite


def numbers(count: int) -> Iterator[dict[str, object]]:
    """Yield some numbers, with the process they come from."""
    for number in range(count):
        yield {"number": number, "text": "答え", "process": os.getpid()}


def endless() -> Iterator[int]:
    """Never yield anything."""
    while True:
        time.sleep(0.01)
    yield 0


def busy() -> Iterator[int]:
    """Compute for ever."""
    while True:
        pass
    yield 0


def dawdle() -> Iterator[int]:
    """Yield now and then, for three seconds."""
    for _ in range(60):
        time.sleep(0.05)
        yield 0


def flood() -> Iterator[str]:
    """Yield for ever."""
    while True:
        yield "a" * 100_000


def hoard() -> Iterator[int]:
    """Take all memory."""
    kept = []
    while True:
        kept.append(bytearray(64 << 20))
    yield len(kept)


def die() -> Iterator[int]:
    """Crash as a library does."""
    yield 1
    os.abort()


def fail() -> Iterator[int]:
    """Fail as nobody foresaw."""
    raise RuntimeError("what is this?")
    yield 0


def refuse() -> Iterator[int]:
    """Fail with a named error."""
    raise CannotWrite("Cannot write: the disk is full", where="/tmp", do="Free some space.")
    yield 0
