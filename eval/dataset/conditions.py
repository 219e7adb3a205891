"""The conditions of an experiment: the same questions to the same model, with more or less context."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """A condition: `no_rag` gives the model the question alone, `rag` the retrieved passages too.

    `oracle` gives it passages of the documents that the verification set names as evidence, as if retrieval never
    missed; `withheld` gives it what retrieval finds beside them, as if the documents did not have the answer. Both ask
    only questions with such evidence.
    """

    NO_RAG = "no_rag"
    RAG = "rag"
    ORACLE = "oracle"
    WITHHELD = "withheld"

    @property
    def needs_evidence(self) -> bool:
        """Whether it asks only questions that name their evidence."""
        return self in (Condition.ORACLE, Condition.WITHHELD)
