"""Read TOML that others wrote, in bounded time and memory."""

from __future__ import annotations

import tomllib
from typing import Any

from rag.text.json_errors import DEEP

_DOTS = 5000
"""Most dots of a text: a key of n parts takes memory by n times n (of 5,000 parts: 100 MB)."""


def toml_values(text: str) -> dict[str, Any]:
    """Return the values of a TOML text, which its caller keeps short. Raises ValueError for what is none.

    >>> toml_values('a.b = "c"')
    {'a': {'b': 'c'}}
    """
    if text.count(".") > _DOTS:
        raise ValueError(f"it has more than {_DOTS:,} dots")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(DEEP) from error
