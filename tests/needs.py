"""Markers of tests by what they need, read off their fixtures; a test that needs none of it is marked `fast`.

`make fast` runs what is marked `fast`. So that it stays fast, a test cannot use what it has not asked for by a fixture:
the bundled encoder, the bundled language model, or another Python process.
"""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

FIXTURES = {
    "encoder": "encoder",
    "chat_model": "model",
    "shallow_model": "model",
    "llama": "model",
    "gptqmodel": "gptq",
    "browser": "browser",
    "chroma_url": "server",
    "s3": "server",
    "process": "process",
    "ocr": "slow",
}
"""Fixtures that take long, and how tests that ask for them are marked."""
SLOW = frozenset({*FIXTURES.values(), "slow", "gpu"})
SHARED = {"model": "model", "gptq": "model", "server": "server", "browser": "browser"}
"""Tests that run in one process, as each would load or start for itself what they share; others do so by file.

Those of GPTQ come after those of the bundled model, so that not both take their gigabytes at the same time.
"""
SECONDS = {"slow": 15.0, "model": 8.0, "gptq": 5.0, "browser": 2.0, "process": 2.0, "server": 1.0, "encoder": 0.5}
"""About how long a test takes that is marked so; any other takes a twentieth of a second."""
GUARDED = {
    "rag.encoders.embeddings._load": "encoder",
    "rag.encoders.embeddings._load_light": "encoder",
    "rag.models.bundled.assemble": "chat_model",
}
"""What loads the bundled models, and the fixtures that stand for them."""
_fast_test = False


def mark(item: pytest.Item) -> None:
    """Mark a test by the fixtures it asks for, or as fast, and by the process that it shares with others."""
    for fixture in getattr(item, "fixturenames", ()):
        if fixture in FIXTURES:
            item.add_marker(FIXTURES[fixture])
    names = {marker.name for marker in item.iter_markers()}
    if not SLOW & names:
        item.add_marker("fast")
    shared = next((group for name, group in SHARED.items() if name in names), item.location[0])
    item.add_marker(pytest.mark.xdist_group(shared))


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Order the tests by group, longest first: two processes that each take the next group then end together."""
    total: Counter[str] = Counter()
    for item in items:
        total[group_of(item)] += seconds(item)
    return sorted(
        items, key=lambda item: (-total[group_of(item)], group_of(item), item.get_closest_marker("gptq") is not None)
    )


def group_of(item: pytest.Item) -> str:
    """Return the name of the group whose tests run in one process."""
    return next(str(marker.args[0]) for marker in item.iter_markers("xdist_group"))


def seconds(item: pytest.Item) -> float:
    """Estimate how long a test takes."""
    return max((SECONDS[marker.name] for marker in item.iter_markers() if marker.name in SECONDS), default=0.05)


@contextmanager
def held_to(item: pytest.Item) -> Iterator[None]:
    """Fail a fast test that uses what it has not asked for."""
    global _fast_test  # noqa: PLW0603
    _guard()
    _fast_test = item.get_closest_marker("fast") is not None
    try:
        yield
    finally:
        _fast_test = False


@functools.cache
def _guard() -> None:
    for path, fixture in GUARDED.items():
        module, _, name = path.rpartition(".")
        function = getattr(importlib.import_module(module), name)
        setattr(importlib.import_module(module), name, _guarded(function, fixture))
    start = subprocess.Popen.__init__

    @functools.wraps(start)
    def watched(self: Any, command: Any, *others: Any, **options: Any) -> None:
        words = [command] if isinstance(command, str | bytes | os.PathLike) else command
        if sys.executable in [os.fsdecode(word) for word in words]:
            _check("process")
        start(self, command, *others, **options)

    subprocess.Popen.__init__ = watched  # type: ignore[method-assign]


def _guarded(function: Callable[..., Any], fixture: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def checked(*arguments: Any, **options: Any) -> Any:
        _check(fixture)
        return function(*arguments, **options)

    return checked


def _check(fixture: str) -> None:
    if _fast_test:
        pytest.fail(f"This test uses what takes long without asking for it: add the fixture {fixture!r}")
