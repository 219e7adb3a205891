"""Engines are loaded once a process, and again only once they are closed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from rag.models.engine import TextEngine

Engine = TypeVar("Engine", bound=TextEngine)
_engines: dict[Hashable, TextEngine] = {}


def cached_engine(key: Hashable, load: Callable[[], Engine]) -> Engine:
    """The open engine that was loaded under `key`, or the one that `load` makes, kept from then on."""
    engine = _engines.get(key)
    if engine is None or engine.closed:
        engine = _engines[key] = load()
    return cast("Engine", engine)
