"""What tests leave behind, and a process that runs all of them would keep in memory: clients, engines and encoders."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import sys
from pathlib import Path

_GROWN = 64 << 20
"""Bytes by which a file's tests may make the process grow before its garbage is looked for."""
_kept = 0


def close() -> None:
    """Close every client of an embedded Chroma and every cached engine; a model that is used again is loaded again.

    A model of torch refers to itself: once nobody uses it, it is gone when garbage is collected, which Python does
    rarely where much is in memory.
    """
    global _kept  # noqa: PLW0603
    found = _close_clients() + _close_engines()
    if found or _resident() > _kept + _GROWN:
        gc.collect()
        _give_back()
        _kept = _resident()


def _resident() -> int:
    """Return the bytes of this process in memory; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE
    return 0


def _give_back() -> None:
    """Give the system back the memory that glibc keeps for itself once it is free."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library, or none by that name
        ctypes.CDLL(None).malloc_trim(0)


def _close_clients() -> int:
    chroma = sys.modules.get("chromadb.api.shared_system_client")
    if chroma is None:
        return 0
    systems = chroma.SharedSystemClient._identifier_to_system
    embedded = [name for name, system in systems.items() if system.settings.is_persistent]
    for name in embedded:
        with contextlib.suppress(AttributeError):  # one that could not be started has nothing to stop
            systems.pop(name).stop()
        chroma.SharedSystemClient._identifier_to_refcount.pop(name, None)
    return len(embedded)


def _close_engines() -> int:
    cache = sys.modules.get("rag.models.cached_engine")
    if cache is None:
        return 0
    engines = [engine for engine in cache._engines.values() if not engine.closed]
    for engine in engines:
        engine.close()
    cache._engines.clear()
    return len(engines)
