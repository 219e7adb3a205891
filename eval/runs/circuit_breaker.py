"""Stop a run once questions no longer reach a server; everything finished is kept."""

from __future__ import annotations

from typing import Final

from rag.errors import KotaeError, RunError
from rag.messages import Message

LIMIT: Final = 3
"""Consecutive questions that did not get through, each after all retries of the client."""


def is_unanswered(error: object) -> bool:
    """Return whether a question with this outcome never reached a model, so that it says nothing about the model."""
    return isinstance(error, KotaeError) and error.unanswered


class CircuitBreaker:
    """A counter of consecutive questions that did not get through."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def record(self, failure: str | None) -> None:
        """Record the next question's connection error, or None on success. Raises RunError at the limit."""
        self._in_a_row = 0 if failure is None else self._in_a_row + 1
        if self._in_a_row == LIMIT:
            raise RunError(
                Message(
                    "{limit} questions in a row got no answer from the model; the last error was: {failure}",
                    limit=LIMIT,
                    failure=failure,
                ),
                do="Finished answers are kept; run the same command again to continue.",
            )
