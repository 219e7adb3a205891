"""What tests leave open, and a process that runs all of them would keep in memory: Chroma's clients and engines."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys


def close() -> None:
    """Close every client of an embedded Chroma and every cached engine; a model that is used again is loaded again."""
    found = _close_clients() + _close_engines()
    if found:
        gc.collect()
        _give_back()


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
