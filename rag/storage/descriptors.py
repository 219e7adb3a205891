"""How many files a process may have open."""

from __future__ import annotations

import contextlib
from typing import Final

_ENOUGH: Final = 8192
"""Several times what the lexical index of a million chunks has open (before Python 3.13, one for each mapped file)."""


def allow_descriptors() -> None:
    """Let this process open as many files as it may ask for, up to `_ENOUGH`; often only 256 or 1024 are at first."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _ENOUGH if hard == resource.RLIM_INFINITY else min(_ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):  # a system may grant less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
