"""Turns: how work with the model is shared with others that use the same one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class ModelTurn(Protocol):
    """Does a piece of work with the model when its turn has come, and returns its result; raises what it raises."""

    def __call__(self, work: Callable[[], Result], /) -> Result:
        """Do the work."""


def at_once(work: Callable[[], Result], /) -> Result:
    """Do the work without waiting, where nobody else uses the model."""
    return work()
