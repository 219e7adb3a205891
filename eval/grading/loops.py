"""A model in a loop says one thing hundreds of times; a few of them say as much, and cost less to grade."""

from __future__ import annotations

import re

KEPT = 4  # repetitions that are left
_LOOP = re.compile(r"(.{1,60}?)\1{7,}", re.DOTALL)
_SHORTEST = 200  # characters; what repeats itself for less may be a number or a rule of dashes


def without_loops(text: str) -> str:
    """Return `text` with no more than `KEPT` of what it repeats on end.

    >>> without_loops("東京です。" * 100), without_loops("1" + "0" * 100) == "1" + "0" * 100
    ('東京です。東京です。東京です。東京です。', True)
    """
    return _LOOP.sub(_shortened, text) if len(text) >= _SHORTEST else text


def _shortened(match: re.Match[str]) -> str:
    return match.group(1) * KEPT if len(match.group()) >= _SHORTEST else match.group()
