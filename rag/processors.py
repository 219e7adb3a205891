"""Count the processors that engines may use, and let their idle threads sleep instead of spin.

Libraries read these environment variables once, when they are loaded, so that any package of kotae sets them when it is
imported, unless the user has. Without pathlib, which would take a fifth of the time of `import kotae`.
"""

from __future__ import annotations

import functools
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_blas_lock = threading.RLock()
_POLICY = "OMP_WAIT_POLICY"
_SLEEP = {"KMP_BLOCKTIME": "0", "OPENBLAS_THREAD_TIMEOUT": "4"}
"""The same for Intel's OpenMP (milliseconds) and for OpenBLAS (2 to this power, in cycles; 4 is the least)."""


def count_processors(root: str = "/") -> int:
    """Count the processors that this process may use: its affinity, or the quotas of its cgroups, rounded up."""
    return min([_affinity(), *(max(1, math.ceil(quota)) for quota in _quotas(root) if quota < math.inf)])


def set_up_threads(root: str = "/") -> None:
    """Have idle threads sleep, and pools keep to the quota of a container, where the environment says nothing else.

    With OMP_WAIT_POLICY=active they spin, as those libraries do that were loaded before.
    """
    os.environ.setdefault(_POLICY, "passive")
    if waits_asleep():
        for name, value in _SLEEP.items():
            os.environ.setdefault(name, value)
    if (processors := count_processors(root)) < _affinity():
        os.environ.setdefault("OMP_NUM_THREADS", str(processors))


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Have NumPy multiply matrices in the calling thread: a second one waits more than it works if they are small."""
    with _blas_lock, _blas().limit(limits=1):
        yield


@functools.cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def waits_asleep() -> bool:
    """Return whether threads that wait for work are to sleep."""
    return os.environ.get(_POLICY, "").strip().lower() == "passive"


def _affinity() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quotas(root: str) -> Iterator[float]:
    """Yield the quota, in processors, of each cgroup that this process is in, v1 or v2."""
    groups = [line.split(":", 2) for line in _lines(os.path.join(root, "proc/self/cgroup"))]
    for mount in _lines(os.path.join(root, "proc/self/mountinfo")):
        place, _, filesystem = mount.partition(" - ")
        kind, *_, options = filesystem.split(" ")
        top, where = place.split(" ")[3:5]
        for number, controllers, path in groups:
            second = kind == "cgroup2" and number == "0"
            first = kind == "cgroup" and "cpu" in options.split(",") and "cpu" in controllers.split(",")
            if second or first:
                inside = path.removeprefix(top) if path.startswith(top) else ""  # else: another namespace's path
                parts = [part for part in inside.split("/") if part]
                folder = os.path.join(root, where.lstrip("/"))
                yield from (_quota(os.path.join(folder, *parts[:depth])) for depth in range(len(parts) + 1))


def _quota(folder: str) -> float:
    """Return the quota of one cgroup, microseconds of processor time over those of a period; infinity without one."""
    files = [os.path.join(folder, name) for name in ("cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us")]
    quota, period = [*" ".join(line for file in files for line in _lines(file)).split(" "), "", ""][:2]
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() else math.inf


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
