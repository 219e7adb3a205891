"""Describe what is wrong with invalid JSON, in plain words for its author."""

from __future__ import annotations

import sys

DEEP = "it is nested too deeply"


def json_fault(error: ValueError | RecursionError) -> str:
    """Describe an error of `json.loads`.

    >>> json_fault(RecursionError("maximum recursion depth exceeded")), json_fault(ValueError("Extra data: line 1"))
    ('it is nested too deeply', 'Extra data: line 1')
    """
    if isinstance(error, RecursionError):
        return DEEP
    text = str(error)
    return f"it has a number of more than {sys.get_int_max_str_digits():,} digits" if "digits)" in text else text
