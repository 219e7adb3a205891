"""Limits of a task in a worker: seconds, memory and output, and how the system is told to enforce them."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from rag.errors import KotaeError
from rag.messages import Message

GIGABYTE = 1 << 30
_MAPPED = GIGABYTE // 2
"""Bytes of libraries and other files that a worker maps, which count as address space but take no memory."""
_LIMITS_PROCESSOR: Final = find_spec("resource") is not None
"""Windows does not."""
_PATIENCE = 60.0
"""Seconds that a task may be waited for, for every one of its processor time: the machine may have other work."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a task: seconds of processor time, bytes of memory, and bytes of results."""

    seconds: float = 60.0
    memory: int = 2 * GIGABYTE
    output: int = 4 * GIGABYTE

    @property
    def wait(self) -> float:
        """The seconds that its caller waits for it in all."""
        return self.seconds * (_PATIENCE if _LIMITS_PROCESSOR else 1.0)


class LimitExceeded(KotaeError):
    """A task exceeded a limit of its worker, or the worker crashed; `what` completes "Reading it ...".

    >>> LimitExceeded.of_memory(2 * GIGABYTE).what
    'needed more than 2.0 GB of memory'
    """

    @classmethod
    def of_memory(cls, memory: int) -> LimitExceeded:
        """Return the error of a task that needed too much memory."""
        return cls(Message("needed more than {memory:.1f} GB of memory", memory=memory / GIGABYTE))

    @classmethod
    def of_output(cls, output: int) -> LimitExceeded:
        """Return the error of a task that returned too much."""
        return cls(Message("gave more than {output:.1f} GB of text", output=output / GIGABYTE))


class TimeExceeded(LimitExceeded):
    """A task took too long, as it would again."""

    @classmethod
    def of_processor(cls, seconds: float) -> TimeExceeded:
        """Return the error of a task that a processor worked at for more than so many seconds."""
        return cls(Message("took more than {seconds:.0f} s of processor time", seconds=seconds))

    @classmethod
    def of_wait(cls, seconds: float) -> TimeExceeded:
        """Return the error of a task that was waited for for more than so many seconds."""
        return cls(Message("took more than {seconds:.0f} s", seconds=seconds))

    @classmethod
    def of_idleness(cls, seconds: float) -> TimeExceeded:
        """Return the error of a task that did nothing for so many seconds: it waits for what does not come."""
        return cls(Message("did nothing for {seconds:.0f} s", seconds=seconds))


def limit_memory(memory: int) -> None:
    """Limit the memory of this process; where the system cannot, do nothing."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_DATA, memory)
    if sys.platform == "linux":  # elsewhere the address space has parts that nobody asked for
        _lower(resource.RLIMIT_AS, memory + _MAPPED)


def limit_processor(seconds: float) -> None:
    """Have the system end this process once it has worked for so many seconds more."""
    try:
        import resource
    except ImportError:
        return
    _lower(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds))  # getrusage says the same in a millisecond


def processor_ticks(process: int) -> int | None:
    """Return how long a process has worked, in ticks of its system; None where that does not tell."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        return int(fields[11]) + int(fields[12])
    except (OSError, IndexError, ValueError):
        return None


def peak_memory() -> int:
    """Return the most bytes that this process has had in memory; 0 where the system does not tell."""
    try:  # what getrusage tells of a new process on Linux begins with its parent's
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def short_of_memory() -> bool:
    """Tell whether this process has nearly reached its limit: a library may call that anything.

    >>> short_of_memory()
    False
    """
    try:
        import resource
    except ImportError:
        return False
    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return limit != resource.RLIM_INFINITY and peak_memory() > limit * 0.7


def _lower(kind: int, amount: int) -> None:
    """Set the soft limit, below the hard one, which stays."""
    import resource

    _, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))
    except (OSError, ValueError):  # the system does not know this limit, or does not let it be changed
        return
