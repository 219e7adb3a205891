"""When questions no longer come through, a run stops; what is finished is kept."""

from __future__ import annotations

from typing import Final

from rag.errors import KotaeError, RunError

LIMIT: Final = 3
"""Questions in a row that did not come through, each after all that the client tries by itself."""


def is_unanswered(error: object) -> bool:
    """Whether a question that ended so never came through, so that it says nothing of the model."""
    return isinstance(error, KotaeError) and error.unanswered


class Outage:
    """Counts questions in a row that did not come through."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def see(self, failure: str | None) -> None:
        """Take the next question: how it did not come through, or None where it did. Raises RunError at the limit."""
        self._in_a_row = 0 if failure is None else self._in_a_row + 1
        if self._in_a_row == LIMIT:
            raise RunError(
                f"{LIMIT} questions in a row did not come through, the last one so: {failure}",
                do="What is finished is kept; the same command goes on from there.",
            )
