"""Parse amounts of memory as people write them."""

from __future__ import annotations

import re

from rag.errors import SettingsError
from rag.messages import Message

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


def parse_size(text: str) -> int:
    """Return the bytes of "15GiB", "15 GB" or "15000000000". Raises SettingsError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS or float(match[1]) == 0:
        raise SettingsError(Message("{text!r} is not an amount of memory", text=text), do="Write it as 15GiB or 16GB.")
    return int(float(match[1]) * _UNITS[match[2]])
