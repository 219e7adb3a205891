"""A cache of loaded engines: each is loaded once per process, and again after it is closed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from rag.models.engine import TextEngine

Engine = TypeVar("Engine", bound=TextEngine)
_engines: dict[Hashable, TextEngine] = {}


def cached_engine(key: Hashable, load: Callable[[], Engine]) -> Engine:
    """Return the open engine cached under `key`, or load and cache it."""
    engine = _engines.get(key)
    if engine is None or engine.closed:
        engine = _engines[key] = load()
    return cast("Engine", engine)
