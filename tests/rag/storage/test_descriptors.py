"""A process may have as many files open as the system grants it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.storage.descriptors import allow_descriptors

resource = pytest.importorskip("resource")


@pytest.fixture(autouse=True)
def few() -> Iterator[int]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = min(before[0], 300)
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, before[1]))
    yield few
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_grows_and_the_hard_one_stays(few: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allow_descriptors()
    soft, still = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert still == hard
    assert few < soft <= 8192 or soft == hard
    allow_descriptors()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)
