"""Parsing of amounts of memory."""

from __future__ import annotations

import pytest

from rag.errors import SettingsError
from rag.models.memory_sizes import parse_size

GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "size"), [("15GiB", 15 * GIB), ("16 gb", 16 * 10**9), ("1.5GiB", GIB * 3 // 2), ("7", 7)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "15 GiBs", "-1GiB", "0GiB", "十五GiB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="not an amount of memory"):
        parse_size(text)
